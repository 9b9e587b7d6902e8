use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::handle::Acceptance;
use super::super::{Outcome, RunFunction, outcome};
use super::wire::{EncodedJob, EncodedOutcome, WorkerMessage, decode, encode};
use super::worker_role::WorkerRole;
use crate::measure::{cpu_time, peak_resident, reset_peak_resident};

impl WorkerRole {
    /// Runs the jobs of this process until there are no more. The process should then end.
    ///
    /// # Errors
    /// Where the messages of the program cannot be read, or the connection is closed.
    pub fn serve<A, R>(&self, function: &RunFunction<A, R>) -> std::io::Result<()>
    where
        A: DeserializeOwned,
        R: Serialize,
    {
        let inbox = &self.inbox;
        inbox.answer(&WorkerMessage::Ready)?;
        let mut gauge = Gauge::default();
        while let Some((jobs, number)) = inbox.next_list() {
            for EncodedJob { id, args } in jobs {
                if !inbox.begin_job(number) {
                    break;
                }
                gauge.begin();
                let end = match decode(&args) {
                    Ok(args) => end_of(outcome(
                        function,
                        &args,
                        &inbox.calls,
                        &Acceptance::default(),
                        self.hello.time,
                    )),
                    Err(error) => EncodedOutcome::Failed(format!(
                        "its arguments cannot be read back: {error}"
                    )),
                };
                let (cpu, peak) = gauge.end();
                let ended = |end| WorkerMessage::Ended { id, end, cpu, peak };
                match inbox.answer(&ended(end)) {
                    Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => {
                        let text = format!("its result cannot be sent back: {error}");
                        inbox.answer(&ended(EncodedOutcome::Failed(text)))?;
                    }
                    answered => answered?,
                }
            }
        }
        Ok(())
    }

    /// Reports that this process cannot do its work, and ends it.
    pub fn refuse(&self, why: &str) -> ! {
        // If the connection is closed, the message is not needed.
        let _ = self.inbox.answer(&WorkerMessage::Refused(why.to_owned()));
        std::process::exit(1)
    }
}

/// How a job ended, as it is sent home.
fn end_of<R: Serialize>(outcome: Outcome<R>) -> EncodedOutcome {
    match outcome {
        Outcome::Done(result) => match encode(&result) {
            Ok(result) => EncodedOutcome::Done(result),
            Err(error) => {
                EncodedOutcome::Failed(format!("its result cannot be sent back: {error}"))
            }
        },
        Outcome::Failed(text) => EncodedOutcome::Failed(text),
        Outcome::TimedOut => EncodedOutcome::TimedOut,
        Outcome::Cancelled => EncodedOutcome::Cancelled,
    }
}

/// The usage of the machine by jobs.
#[derive(Debug, Default)]
struct Gauge {
    began: Option<Instant>,
    cpu: u64,
    /// Whether the last job was so short that asking for its memory would have cost more than it did.
    was_short: bool,
    resets: bool,
}

/// Jobs shorter than this are not asked how much memory they took.
const SHORT: Duration = Duration::from_micros(200);

impl Gauge {
    fn begin(&mut self) {
        self.resets = !self.was_short && reset_peak_resident().is_ok();
        self.began = Some(Instant::now());
        self.cpu = cpu_time().unwrap_or(0);
    }

    /// Nanoseconds on cores, and the peak of memory in bytes.
    fn end(&mut self) -> (u64, Option<u64>) {
        let cpu = cpu_time().unwrap_or(0).saturating_sub(self.cpu);
        self.was_short = self.began.is_some_and(|began| began.elapsed() < SHORT);
        let peak = self.resets.then(|| peak_resident().ok()).flatten();
        (cpu, peak)
    }
}
