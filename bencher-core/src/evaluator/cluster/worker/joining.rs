//! How a worker finds a sweep, and what it starts for it.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::time::{Duration, Instant};

use async_nats::{StatusCode, Subscriber};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::super::super::Limits;
use super::super::super::process::Launch;
use super::super::error::failed;
use super::super::local_jobs::Answer;
use super::super::message::{
    CONTEXT_PART, Join, JoinReply, Notice, Refused, Welcome, pack, unpack,
};
use super::super::options::{NUMBER_VARIABLE, WORKER_VARIABLE};
use super::super::streams::{Streams, flush, join_subject};
use super::{Leave, PATIENCE, PAUSE, SWEEP_VARIABLE, Service, Worker};
use crate::measure::Environment;
use crate::value::Digest;

/// The largest context that a worker accepts, in bytes.
const MOST_CONTEXT: u64 = 1 << 32;
/// How long a worker waits for an answer before it asks again.
const ANSWER: Duration = Duration::from_secs(5);
/// How long it waits for a run that wants it, after another refused it.
const OTHERS: Duration = Duration::from_secs(1);
/// How often a worker that waits for an answer looks whether it is to stop.
const GLANCE: Duration = Duration::from_millis(200);
/// How often a part of the context is asked for.
const ATTEMPTS: u32 = 5;

/// What the runs of a program say to a worker.
enum Answered {
    Welcome(Box<Welcome>),
    /// All of them refuse it.
    Refused(Vec<Refused>),
    Nobody,
}

impl Worker<'_> {
    /// Asks for a sweep until there is one; none where this worker is to stop.
    ///
    /// # Errors
    /// Where there is no sweep for a long time, or this worker is refused.
    pub(super) async fn join(&self) -> io::Result<Option<Box<Welcome>>> {
        let subject = join_subject(&self.program);
        let inbox = self.client.new_inbox();
        // One for all requests: an answer that is late is an answer too.
        let answers = self.client.subscribe(inbox.clone()).await;
        let mut answers =
            answers.map_err(|error| failed("the server refuses a subscription", error))?;
        let end = Instant::now() + PATIENCE;
        while !self.is_stopped() {
            let join = pack(&self.request()).map_err(io::Error::other)?;
            let request =
                self.client
                    .publish_with_reply(subject.clone(), inbox.clone(), join.into());
            // A request that the server did not get is not answered.
            let _ = request.await;
            match self.answer(&mut answers).await {
                Answered::Welcome(welcome) => return Ok(Some(welcome)),
                Answered::Refused(refusals) => return Err(self.give_up(&refusals).await),
                Answered::Nobody if Instant::now() > end => {
                    return Err(io::Error::other(format!(
                        "no run of `{}` asks for workers at {}",
                        self.program, self.url
                    )));
                }
                Answered::Nobody => tokio::time::sleep(PAUSE).await,
            }
        }
        Ok(None)
    }

    /// Its request: the state of its machine now, with which the state after each sample is compared.
    fn request(&self) -> Join {
        let environment = match self.simulated {
            Some(_) => self.identity.environment.clone(),
            None => Environment::capture(),
        };
        Join {
            worker: self.name.clone(),
            code: self.identity.code.0,
            sweep: self.sweep.clone(),
            environment,
        }
    }

    /// The answers to a request: several runs of a program may use one server, and any of them may want this worker.
    async fn answer(&self, answers: &mut Subscriber) -> Answered {
        let mut end = Instant::now() + ANSWER;
        let mut refusals = Vec::new();
        while Instant::now() < end && !self.is_stopped() {
            let Ok(answer) = timeout(GLANCE, answers.next()).await else {
                continue;
            };
            let Some(answer) = answer else {
                // The subscription ends with the client.
                break;
            };
            if answer.status == Some(StatusCode::NO_RESPONDERS) {
                break;
            }
            match unpack(&answer.payload) {
                Ok(JoinReply::Welcome(welcome)) => return Answered::Welcome(welcome),
                Ok(JoinReply::Refused(refused)) => {
                    refusals.push(refused);
                    end = end.min(Instant::now() + OTHERS);
                }
                // It is no run of this program.
                Err(_) => {}
            }
        }
        if refusals.is_empty() {
            Answered::Nobody
        } else {
            Answered::Refused(refusals)
        }
    }

    /// Tells all runs that refused this worker that it takes part in none.
    async fn give_up(&self, refusals: &[Refused]) -> io::Error {
        for Refused { sweep, reason } in refusals {
            let streams = Streams::new(self.client.clone(), sweep.clone());
            let notice = Notice::Refused(self.name.clone(), reason.clone());
            self.tell(&streams, &notice).await;
        }
        flush(&self.client).await;
        let reasons: Vec<&str> = refusals
            .iter()
            .map(|refused| refused.reason.as_str())
            .collect();
        io::Error::other(reasons.join("; "))
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
            .without_variable(NUMBER_VARIABLE)
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

impl Service<'_> {
    /// Waits until the worker process has reached its place; why this worker leaves before, if it does.
    ///
    /// # Errors
    /// Where the worker process cannot reach it.
    pub(super) async fn wait_for_process(&mut self) -> io::Result<Option<Leave>> {
        loop {
            if let Some(leave) = self.leave() {
                return Ok(Some(leave));
            }
            let why = tokio::select! {
                answer = self.jobs.answer() => match answer {
                    Some(Answer::Ready) => return Ok(None),
                    Some(Answer::Refused(why)) => why,
                    Some(Answer::Ended(_)) | None => "the worker process ended while it began".to_owned(),
                },
                word = self.control.next() => {
                    self.hear(word);
                    continue;
                }
                // Then it looks whether it is to stop.
                () = tokio::time::sleep(PAUSE) => continue,
            };
            let notice = Notice::Refused(self.worker.name.clone(), why.clone());
            self.worker.tell(&self.streams, &notice).await;
            return Err(io::Error::other(why));
        }
    }
}
