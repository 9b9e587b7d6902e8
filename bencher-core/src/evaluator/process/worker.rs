use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::{Outcome, RunFunction, outcome};
use super::role::Role;
use super::wire::{Answer, End};
use crate::measure::{cpu_time, peak_resident, reset_peak_resident};

impl Role {
    /// Runs the jobs that this process is given, until there are no more; the process is to end then.
    ///
    /// # Errors
    /// Where what it is given cannot be read, or nobody listens any more.
    pub fn serve<A, R>(&self, function: &RunFunction<A, R>) -> std::io::Result<()>
    where
        A: DeserializeOwned,
        R: Serialize,
    {
        let inbox = &self.inbox;
        inbox.answer(&Answer::<R>::Ready)?;
        let mut gauge = Gauge::default();
        while let Some((list, number)) = inbox.next_list() {
            let jobs: Vec<A> = match postcard::from_bytes(&list) {
                Ok(jobs) => jobs,
                Err(error) => {
                    let text = format!("the arguments of its jobs cannot be read back: {error}");
                    inbox.answer(&Answer::<R>::Refused(text))?;
                    continue;
                }
            };
            for args in jobs {
                if !inbox.begin_job(number) {
                    break;
                }
                gauge.begin();
                let ended = outcome(function, &args, &inbox.calls, self.hello.time);
                let (cpu, peak) = gauge.end();
                let end = match ended {
                    Outcome::Done(result) => End::Done(result),
                    Outcome::Failed(text) => End::Failed(text),
                    Outcome::TimedOut => End::TimedOut,
                    Outcome::Cancelled => End::Cancelled,
                };
                let answered = inbox.answer(&Answer::Ended { end, cpu, peak });
                match answered {
                    Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => {
                        let text = format!("its result cannot be sent home: {error}");
                        let end = End::<R>::Failed(text);
                        inbox.answer(&Answer::Ended { end, cpu, peak })?;
                    }
                    answered => answered?,
                }
            }
        }
        Ok(())
    }

    /// Says that this process cannot do what it is there for.
    pub fn refuse(&self, why: &str) -> ! {
        // Where nobody listens, nobody need be told.
        let _ = self.inbox.answer(&Answer::<()>::Refused(why.to_owned()));
        std::process::exit(1)
    }
}

/// What jobs use of the machine.
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
