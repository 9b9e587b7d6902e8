//! How workers join a coordinator, and how it answers them.

use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::time::{Duration, Instant};

use async_nats::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::HostRule;
use super::super::message::{
    CONTEXT_PART, Join, JoinReply, LEAST_PAYLOAD, ROOM, Refused, Welcome, pack, unpack,
};
use super::super::streams::LEASE;
use super::super::worker::program_name;
use super::{Coordinator, Setup, Workers};
use crate::console::error_line;
use crate::value::Digest;

/// The time without workers after which a message says how to start some.
const HINT_AFTER: Duration = Duration::from_secs(10);

/// The invitation that workers get.
#[derive(Debug)]
pub(super) struct Invitation {
    /// The name of the program, by which workers find it.
    pub(super) program: String,
    /// The address of the server.
    pub(super) url: String,
    code: Digest,
    context: Vec<u8>,
    welcome: Welcome,
}

/// The beginnings of variables that a worker process must not inherit: they are about this machine.
const OWN_VARIABLES: [&str; 5] = [
    "BENCHER_NATS",
    "BENCHER_CLUSTER",
    "BENCHER_WORKER",
    "BENCHER_LAUNCH",
    "BENCHER_TOOL",
];

impl Invitation {
    pub(super) fn new(setup: &Setup, url: String, run: u32) -> Self {
        let Setup {
            launch,
            limits,
            sweep,
            ..
        } = setup;
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let is_setting = name.starts_with("BENCHER_")
                && !OWN_VARIABLES.iter().any(|own| name.starts_with(own));
            is_setting.then(|| (name, value.into_vec()))
        });
        let args = launch.arguments().iter().map(|arg| arg.as_bytes().to_vec());
        let context = launch.context_bytes().to_vec();
        let Digest(context_digest) = Digest::of(&context);
        let welcome = Welcome {
            // A sweep of other code is another one: its results must not be mistaken for those of this one.
            sweep: Digest::of(format!("{} {}", sweep.identity, sweep.code).as_bytes()).to_string(),
            run,
            place: launch.place().to_owned(),
            title: launch.display_title().to_owned(),
            args: args.collect(),
            environment: variables.collect(),
            time: limits.time,
            memory: limits.memory,
            output: limits.output,
            pin: limits.pin,
            rule: sweep.rule,
            context_length: context.len() as u64,
            context_digest,
            lease: LEASE,
        };
        Self {
            program: program_name(launch.program()),
            url,
            code: sweep.code,
            context,
            welcome,
        }
    }

    /// Whether a server with this limit of its messages, in bytes, can carry it.
    ///
    /// # Errors
    /// Why not, and what to do.
    pub(super) fn check_payload(&self, limit: usize) -> Result<(), String> {
        let settings = pack(&JoinReply::Welcome(Box::new(self.welcome.clone())))?.len() + ROOM;
        let least = settings.max(LEAST_PAYLOAD);
        if limit >= least {
            return Ok(());
        }
        Err(format!(
            "the server {} takes messages of at most {limit} bytes, and this program needs {least}: raise \
             `max_payload` in the configuration of the server",
            self.url
        ))
    }

    /// What tells this sweep from all others.
    pub(super) fn sweep(&self) -> &str {
        &self.welcome.sweep
    }

    /// The answer to a worker.
    fn answer(&self, join: &Join) -> JoinReply {
        let code = Digest(join.code);
        let sweep = self.sweep();
        let refusal = if code != self.code {
            format!(
                "this worker was built from other code than the program that it would work for: \
                 `{}` has the digest {code} here and {} there; build both from the same code, and \
                 copy the executable to all hosts",
                self.program, self.code
            )
        } else if let Some(other) = join.sweep.as_ref().filter(|other| *other != sweep) {
            format!(
                "this worker was started for another sweep: for {other}, while `{}` now runs {}, \
                 which is {sweep}",
                self.program, self.welcome.title
            )
        } else {
            return JoinReply::Welcome(Box::new(self.welcome.clone()));
        };
        JoinReply::Refused(Refused {
            sweep: sweep.to_owned(),
            reason: refusal,
        })
    }
}

impl<A, R> Coordinator<A, R>
where
    A: Serialize,
    R: DeserializeOwned,
{
    /// Answers a worker that wants to take part.
    pub(super) async fn invite(&mut self, request: Message) {
        let Ok(join) = unpack::<Join>(&request.payload) else {
            self.counts.refused_messages += 1;
            return;
        };
        let reply = self.invitation.answer(&join);
        // A worker that is refused here may be one of another run. If it is not, it says so.
        if matches!(reply, JoinReply::Welcome(_)) {
            self.hosts.join(&join);
            if self.setup.sweep.rule == HostRule::OneHost {
                self.hosts.keep_environment(&join);
            }
        }
        if let (Some(to), Ok(bytes)) = (request.reply, pack(&reply)) {
            // A worker without an answer asks again.
            let _ = self.client.publish(to, bytes.into()).await;
        }
    }

    /// Sends a part of the context.
    pub(super) async fn send_part(&mut self, request: Message) {
        let Ok(number) = unpack::<u64>(&request.payload) else {
            self.counts.refused_messages += 1;
            return;
        };
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        let part = self.invitation.context.chunks(CONTEXT_PART).nth(number);
        let part = part.unwrap_or_default().to_vec();
        if let Some(to) = request.reply {
            let _ = self.client.publish(to, part.into()).await;
        }
    }

    /// Tells the user how to start workers, once each time that there are none.
    pub(super) fn hint_at_missing_workers(&mut self) {
        if self.hosts.slots() > 0 || matches!(self.workers, Workers::Here(_)) {
            self.lonely_since = None;
            self.is_told = false;
            return;
        }
        let since = *self.lonely_since.get_or_insert_with(Instant::now);
        if self.is_told || since.elapsed() <= HINT_AFTER {
            return;
        }
        self.is_told = true;
        let url = &self.invitation.url;
        match &self.setup.sweep.options.launch {
            Some(placement) => error_line!(
                "waiting for workers: none of `--launch {placement}` is there; others may join by \
                 `--cluster-worker --nats {url}`"
            ),
            None => error_line!(
                "waiting for workers: start some by this program with `--cluster-worker --nats {url}`"
            ),
        }
    }
}
