//! A work list that outlives the program: its elements, their states and their owners.
//!
//! A [`ParamSweeper`] is a handle on a directory. Threads share one handle, and processes and hosts open their own.
//! Together they claim each element once. An element acknowledged as done is on the disk. An element claimed by a
//! process that died can be claimed again.
//!
//! ```
//! use bencher_core::space::{Factors, sweep};
//! use bencher_core::sweeper::ParamSweeper;
//! # let dir = tempfile::tempdir()?;
//! let factors = Factors::new().with("algo", ["quick", "merge"]).with("len", [10, 1000]);
//! let sweeper = ParamSweeper::open(dir.path(), sweep(&factors)?.iter())?;
//! while let Some(combination) = sweeper.get_next()? {
//!     match combination.to_string().as_str() {
//!         "algo=merge len=1000" => sweeper.skip_with(&combination, "it takes too long today")?,
//!         _ => sweeper.done(&combination)?,
//!     }
//! }
//! drop(sweeper);
//! // Later, or elsewhere:
//! let sweeper = ParamSweeper::open(dir.path(), sweep(&factors)?.iter())?;
//! assert_eq!(sweeper.get_done().len(), 3);
//! // Skipped combinations are tried again, unless the options say otherwise.
//! assert_eq!(sweeper.get_next()?.map(|c| c.to_string()).as_deref(), Some("algo=merge len=1000"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod claim;
mod elements;
mod error;
mod group;
mod handle;
mod info;
mod inner;
mod journal;
mod lease;
mod lists;
pub(crate) mod lock_file;
mod options;
mod record;
mod state_table;
mod stats;
#[cfg(test)]
mod tests;
mod transition;

pub use claim::Todo;
pub use elements::element_id;
pub use error::SweeperError;
pub use handle::ParamSweeper;
pub use info::{ElementInfo, Owner};
pub use journal::DamagedLine;
pub use lists::{Claims, Stats};
pub use options::SweeperOptions;
pub use stats::{LevelStats, SweepStats, sweep_stats};
pub use transition::{ElementState, Transition};
