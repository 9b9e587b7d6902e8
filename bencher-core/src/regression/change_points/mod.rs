//! Change points of a series of measurements over time.
//!
//! [`segments`] divides a series into pieces of one level each; [`change_points`] names the steps between them that
//! matter.
//!
//! ```
//! use bencher_core::regression::change_points::{StepOptions, change_points, segments};
//! use bencher_core::var::Direction;
//! let seconds = [1.00, 1.01, 0.99, 1.00, 1.01, 1.30, 1.31, 1.29, 1.30, 1.31];
//! let found = change_points(&segments(&seconds, &[]).pieces, Direction::Minimize, &StepOptions::default());
//! assert_eq!(found.len(), 1);
//! assert!(found[0].at == 5 && found[0].is_regression());
//! ```

mod penalty;
mod potts;
mod run_costs;
mod steps;
mod weighted_median;
mod weights;

pub use potts::{MOST_VALUES, Piece, Segmentation, potts, segments};
pub use steps::{ChangePoint, StepEffect, StepOptions, change_points};
pub use weights::weights_of_widths;
