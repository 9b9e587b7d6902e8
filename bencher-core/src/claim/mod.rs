//! Claims: assertions on the results of a sweep, judged at every point with the confidence that its samples allow.
//!
//! ```
//! use bencher_core::claim::{ClaimVerdict, ResultClaim, judge_claim};
//! use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
//! use bencher_core::value::{Kind, Value};
//! let len = Dim::input("len", Kind::Uint(64), vec![10.into(), 20.into()]);
//! let ratio = VariableInfo::new("ratio", Kind::Float(64));
//! let mut packing = Dataset::new("Packing", vec![len, Dim::repeats(2)], vec![ratio])?;
//! for (flat, ratio) in [0.5, 0.6, 0.65, 0.8].into_iter().enumerate() {
//!     let cells = packing.variable_mut(0).ok_or("no variable")?;
//!     cells.record(flat, &Value::Float(ratio), CellState::Measured)?;
//! }
//! let claim: ResultClaim = "< 0.7".parse()?;
//! let found = judge_claim(&packing, "ratio", &claim)?.remove(0);
//! assert_eq!((found.verdict(), found.holds, found.fails), (ClaimVerdict::Fails, 1, 1));
//! assert_eq!(found.failures[0].evidence, "0.8 in repeat 2; 1 of 2 samples violates it");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod evidence;
mod grammar;
mod judge;
mod outcome;
mod point;
mod text;

pub use error::ClaimError;
pub use grammar::{ClaimStatistic, ResultClaim};
pub use judge::judge_claim;
pub use outcome::{ClaimOutcome, ClaimVerdict, PointOutcome};
