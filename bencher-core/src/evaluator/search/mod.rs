//! The evaluator for searches, which submits points and gathers their objectives.

mod create;
mod evaluator;
mod gather;
mod job_messages;
mod log;
mod objective;
mod options;
mod record;
mod replay;
mod resource_pool;
mod running_job;
mod storage;

pub use evaluator::Evaluator;
pub use gather::Gather;
pub use objective::{FAILURE, IntoObjective, Number, Numbers, Objective};
pub use options::{EvaluatorError, EvaluatorOptions};
pub use record::{Callback, JobRecord, JobState};
pub use running_job::RunningJob;
pub use storage::{LogEntry, MemoryStorage, SampleStorage, Storage, StoredJob};
