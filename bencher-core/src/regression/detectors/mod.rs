//! Regression detectors over a history of one number a snapshot, and the trend statistics they rest on.
//!
//! ```
//! use bencher_core::regression::detectors::{Detector, Outcome};
//! use bencher_core::var::Direction;
//! let history = [10.0, 10.1, 9.9, 10.05, 9.95, 10.0];
//! let found = Detector::default().judge(&history, 11.2, Direction::Minimize);
//! assert_eq!(found.outcome, Outcome::Regressed);
//! println!("{found}");
//! ```

mod adaptive;
mod detection;
mod detector;
mod inversions;
mod normal;
mod parse;
mod robust;
mod rules;
mod slopes;
mod trend;
mod worse;

pub use detection::{AdaptiveFigures, Cause, Detection, Drift, Method, Outcome};
pub use detector::{DEFAULT_MAD, DEFAULT_PERCENT, Detector};
pub use rules::{Checks, Override, RuleFault, Rules};
pub use trend::{Kendall, kendall, theil_sen};
