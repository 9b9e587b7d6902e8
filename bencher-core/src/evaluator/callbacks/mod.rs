//! What an [`Evaluator`](super::Evaluator) tells its [`Callback`](super::Callback)s, put to use: lines on
//! the terminal, a CSV file, a reason to stop, how busy the workers were.
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
