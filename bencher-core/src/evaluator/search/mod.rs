//! The evaluator as users have it: a search submits points and gathers their objectives.

mod create;
mod evaluator;
mod gathering;
mod log;
mod objective;
mod options;
mod passing;
mod queued;
mod record;
mod running;
mod storage;
mod work;

pub use evaluator::Evaluator;
pub use gathering::Gather;
pub use objective::{FAILURE, IntoObjective, Number, Numbers, Objective};
pub use options::{EvaluatorError, EvaluatorOptions};
pub use record::{Callback, JobRecord, JobState};
pub use running::RunningJob;
pub use storage::{Entry, MemoryStorage, SampleStorage, Storage, StoredJob};
