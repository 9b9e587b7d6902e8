//! How a worker finds a sweep, and what it starts for it.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::time::{Duration, Instant};

use async_nats::client::RequestErrorKind;

use super::super::super::Limits;
use super::super::super::process::Launch;
use super::super::error::failed;
use super::super::message::{CONTEXT_PART, Join, JoinReply, Welcome, pack, unpack};
use super::super::options::WORKER_VARIABLE;
use super::super::streams::{Streams, join_subject};
use super::{PATIENCE, PAUSE, SWEEP_VARIABLE, Worker};
use crate::value::Digest;

/// The largest context that a worker accepts, in bytes.
const MOST_CONTEXT: u64 = 1 << 32;
/// How often a part of the context is asked for.
const ATTEMPTS: u32 = 5;

impl Worker<'_> {
    /// Asks for a sweep until there is one; none where this worker is to stop.
    ///
    /// # Errors
    /// Where there is no sweep for a long time, or this worker is refused.
    pub(super) async fn join(&self) -> io::Result<Option<Box<Welcome>>> {
        let join = Join {
            worker: self.name.clone(),
            code: self.identity.code.0,
            sweep: self.sweep.clone(),
            machine: self.identity.machine.0,
            processor: self.identity.processor.clone(),
            governor: self.identity.governor.clone(),
        };
        let join = pack(&join).map_err(io::Error::other)?;
        let subject = join_subject(&self.program);
        let end = Instant::now() + PATIENCE;
        while !self.is_stopped() {
            let answer = self.client.request(subject.clone(), join.clone().into());
            match answer.await {
                Ok(answer) => match unpack(&answer.payload) {
                    Ok(JoinReply::Welcome(welcome)) => return Ok(Some(welcome)),
                    Ok(JoinReply::Refused(why)) => return Err(io::Error::other(why)),
                    Err(_) => {
                        return Err(io::Error::other("the answer of the program is malformed"));
                    }
                },
                Err(error) if Instant::now() > end => {
                    let text = format!(
                        "no run of `{}` asks for workers at {}",
                        self.program, self.url
                    );
                    return Err(match error.kind() {
                        RequestErrorKind::NoResponders => io::Error::other(text),
                        _ => failed(&text, error),
                    });
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
        Ok(None)
    }

    /// What to start for a sweep: this program with the command line and the settings of the coordinator.
    pub(super) async fn launch(
        &self,
        welcome: &Welcome,
        streams: &Streams,
    ) -> io::Result<(Launch, Limits)> {
        let context = self.context(welcome, streams).await?;
        let args = welcome.args.iter().cloned().map(OsString::from_vec);
        let launch = Launch::this_program(welcome.place.clone())?
            .args(args)
            .title(welcome.title.clone())
            .context(context)
            .without_variable(WORKER_VARIABLE)
            .without_variable(SWEEP_VARIABLE)
            .without_variable("BENCHER_NATS_TOKEN")
            .without_variable("BENCHER_NATS_CREDENTIALS");
        let launch = welcome
            .environment
            .iter()
            .fold(launch, |launch, (name, value)| {
                launch.with_variable(name, OsString::from_vec(value.clone()))
            });
        let limits = Limits {
            time: welcome.time,
            memory: welcome.memory,
            output: welcome.output,
            pin: welcome.pin,
        };
        Ok((launch, limits))
    }

    /// The context of a sweep, which comes in parts.
    async fn context(&self, welcome: &Welcome, streams: &Streams) -> io::Result<Vec<u8>> {
        if welcome.context_length > MOST_CONTEXT {
            return Err(io::Error::other("the context of the sweep is too large"));
        }
        let parts = welcome.context_length.div_ceil(CONTEXT_PART as u64);
        let mut context = Vec::new();
        for number in 0..parts {
            context.extend(self.part(number, streams).await?);
        }
        if Digest::of(&context) != Digest(welcome.context_digest) {
            return Err(io::Error::other("the context of the sweep came damaged"));
        }
        Ok(context)
    }

    async fn part(&self, number: u64, streams: &Streams) -> io::Result<Vec<u8>> {
        let request = pack(&number).map_err(io::Error::other)?;
        let mut attempts = 0;
        loop {
            let answer = self.client.request(streams.setup(), request.clone().into());
            match answer.await {
                Ok(answer) => return Ok(answer.payload.to_vec()),
                Err(error) if attempts >= ATTEMPTS => {
                    return Err(failed("the context of the sweep does not come", error));
                }
                Err(_) => {
                    attempts += 1;
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        }
    }
}
