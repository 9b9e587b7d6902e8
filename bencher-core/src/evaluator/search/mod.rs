//! The evaluator as users have it: a search submits points and gathers their objectives.

mod create;
mod evaluator;
mod log;
mod objective;
mod options;
mod queued;
mod record;
mod running;
mod storage;
mod work;

pub use evaluator::{Evaluator, Gather};
pub use objective::{FAILURE, IntoObjective, Number, Numbers, Objective};
pub use options::{EvaluatorError, EvaluatorOptions};
pub use record::{Callback, JobRecord, JobState};
pub use running::RunningJob;
pub use storage::{Entry, MemoryStorage, SampleStorage, Storage, StoredJob};
