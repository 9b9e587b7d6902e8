//! [`Callback`](super::Callback)s for an [`Evaluator`](super::Evaluator): lines on the terminal, a CSV file, an early
//! stop, a profile of busy workers.
//!
//! A progress bar is [`JobProgress`](crate::progress::JobProgress).

mod csv;
mod early_stop;
mod logger;
mod profile;

pub use csv::CsvLogger;
pub use early_stop::EarlyStop;
pub use logger::Logger;
pub use profile::Profile;
