//! The replay of an evaluator in a worker process of a later one: it returns the recorded answers from the program, in
//! their order.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::super::process::{WorkerRole, worker_role};
use super::options::EvaluatorError;
use super::record::JobRecord;
use super::storage::StoredJob;
use crate::value::{to_json, to_json_text};

/// Whether the answers of an evaluator are its own, and kept for those who pass it.
#[derive(Clone, Debug)]
pub(super) enum ReplayMode {
    /// It returns its own answers, and records none.
    Plain,
    /// It returns its own answers, and records them.
    Recording(Arc<Mutex<ReplayLog>>),
    /// In a worker of a later evaluator, it returns the recorded answers.
    Replaying(Arc<Mutex<VecDeque<RecordedCall>>>),
}

/// The recorded answers of an evaluator.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ReplayLog {
    place: String,
    /// The name of its search.
    search: String,
    keeps: bool,
    answers: Vec<RecordedCall>,
    /// Why the answers are not all that it gave.
    gap: Option<String>,
}

/// The recorded answer of a method.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RecordedCall {
    method: String,
    json: String,
}

/// The outcome of a submission.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum SubmitOutcome {
    /// All were accepted: the number of the first, and how many.
    All(u64, u64),
    /// There were more than allowed: the limit, and how many were accepted.
    Some(u64, u64),
    /// The evaluator was closed.
    Closed,
}

// By thread, as places are counted.
thread_local!(static EARLIER: RefCell<Vec<Arc<Mutex<ReplayLog>>>> = RefCell::default());

/// The data for the worker processes of a new evaluator: the answers of earlier evaluators.
pub(super) fn replay_context() -> std::io::Result<Vec<u8>> {
    let logs: Vec<ReplayLog> = EARLIER.with_borrow(|earlier| {
        let logs = earlier.iter().map(|log| lock(log).clone());
        logs.collect()
    });
    serde_json::to_vec(&logs).map_err(std::io::Error::from)
}

impl ReplayMode {
    /// Of an evaluator in worker processes: what it gives is kept if that is wanted, and known to be missing if not.
    pub(super) fn recording(place: String, search: String, keeps: bool) -> Self {
        let log = Arc::new(Mutex::new(ReplayLog {
            place,
            search,
            keeps,
            answers: Vec::new(),
            gap: None,
        }));
        EARLIER.with_borrow_mut(|earlier| earlier.push(Arc::clone(&log)));
        Self::Recording(log)
    }

    /// In a worker that is to work elsewhere: how it passes the evaluator of a place, and the name of its search.
    pub(super) fn replaying(role: &WorkerRole, place: &str) -> (Self, String) {
        let logs: Vec<ReplayLog> = serde_json::from_slice(role.context()).unwrap_or_default();
        let log = logs.into_iter().find(|log| log.place == place);
        let why = match log {
            Some(ReplayLog {
                answers,
                search,
                gap: None,
                ..
            }) => {
                return (
                    Self::Replaying(Arc::new(Mutex::new(answers.into()))),
                    search,
                );
            }
            Some(ReplayLog { gap: Some(gap), .. }) => gap,
            None => {
                "a worker of a sweep cannot replay evaluators, and a worker of an evaluator can \
                 replay only earlier ones"
                    .to_owned()
            }
        };
        role.refuse(&format!(
            "it should work at {}, but reached {place} first, which it cannot replay: {why}",
            role.title()
        ))
    }

    /// Whether this is a worker on its way to another evaluator.
    pub(super) const fn is_replaying(&self) -> bool {
        matches!(self, Self::Replaying(_))
    }

    /// The answer of a method: computed, or replayed.
    pub(super) fn answer<T>(&self, method: &str, give: impl FnOnce() -> T) -> T
    where
        T: Serialize + DeserializeOwned,
    {
        if let Some(kept) = self.replayed(method) {
            return kept;
        }
        let given = give();
        self.keep(method, || Ok(to_json_text(&given)?));
        given
    }

    /// The jobs that a method returns: computed, or replayed.
    pub(super) fn jobs<A>(
        &self,
        method: &str,
        give: impl FnOnce() -> Result<Vec<JobRecord<A>>, EvaluatorError>,
    ) -> Result<Vec<JobRecord<A>>, EvaluatorError>
    where
        A: Serialize + DeserializeOwned,
    {
        if let Some(kept) = self.replayed::<Vec<(StoredJob, bool)>>(method) {
            let jobs = kept.into_iter().map(|(job, is_other)| {
                let job = JobRecord::restored(job).unwrap_or_else(|problem| went_astray(&problem));
                JobRecord { is_other, ..job }
            });
            return Ok(jobs.collect());
        }
        let given = give();
        self.keep(method, || {
            let jobs = given.as_ref().map_err(ToString::to_string)?;
            for job in jobs {
                to_json(&job.args)?;
            }
            let stored = jobs.iter().map(|job| (job.stored(), job.is_other));
            Ok(serde_json::to_string(&stored.collect::<Vec<_>>())?)
        });
        given
    }

    /// The recorded outcome of a submission, in a worker that replays.
    pub(super) fn submitted(&self) -> Option<SubmitOutcome> {
        self.replayed(SUBMIT)
    }

    /// Records the outcome of a submission.
    pub(super) fn keep_submitted(&self, given: &Result<std::ops::Range<u64>, EvaluatorError>) {
        self.keep(SUBMIT, || {
            let submitted = match given {
                Ok(ids) => SubmitOutcome::All(ids.start, ids.end - ids.start),
                Err(EvaluatorError::TooManyJobs { maximum, submitted }) => {
                    SubmitOutcome::Some(*maximum, *submitted)
                }
                Err(EvaluatorError::Closed) => SubmitOutcome::Closed,
                Err(error) => return Err(error.to_string().into()),
            };
            Ok(serde_json::to_string(&submitted)?)
        });
    }

    fn replayed<T: DeserializeOwned>(&self, method: &str) -> Option<T> {
        let Self::Replaying(answers) = self else {
            return None;
        };
        let next = lock(answers).pop_front();
        let Some(answer) = next.filter(|answer| answer.method == method) else {
            went_astray(&format!("`{method}` was not called there before"));
        };
        let read = serde_json::from_slice(answer.json.as_bytes());
        Some(read.unwrap_or_else(|error| went_astray(&error.to_string())))
    }

    fn keep(
        &self,
        method: &str,
        json: impl FnOnce() -> Result<String, Box<dyn std::error::Error>>,
    ) {
        let Self::Recording(log) = self else { return };
        let mut log = lock(log);
        if log.gap.is_some() {
            return;
        }
        let json = if log.keeps {
            json()
                .map_err(|error| format!("the result of `{method}` could not be recorded: {error}"))
        } else {
            Err(
                "its evaluator does not record its results; use `EvaluatorOptions::replayable`"
                    .to_owned(),
            )
        };
        match json {
            Ok(json) => log.answers.push(RecordedCall {
                method: method.to_owned(),
                json,
            }),
            Err(gap) => {
                log.answers = Vec::new();
                log.gap = Some(gap);
            }
        }
    }
}

const SUBMIT: &str = "submit";

/// Ends a worker that does not go the way of its program.
fn went_astray(problem: &str) -> ! {
    match worker_role() {
        Some(role) => role.refuse(&format!(
            "in a worker process, the program took another path before it reached {}: the recorded \
             results of an evaluator do not match its calls ({problem})",
            role.title()
        )),
        // Only workers pass anything.
        None => unreachable!("{problem}"),
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
