//! Input and result variables: what a derived struct declares.

#[doc(hidden)]
pub mod check;
mod domain;
#[doc(hidden)]
pub mod expand;
mod handle;
mod names;
mod schema;
mod sweep;

pub use domain::{Domain, DomainError, DomainOf, MAX_SUBSAMPLING_DIVISIONS, Scale, Values};
pub use handle::{Constant, Input, Output, Target};
pub use names::{UnknownName, nearest};
pub use schema::{Direction, InputVar, ResultVar, Role, Schema};
pub use sweep::{ParametrizedSweep, baseline_of, sweep_type};
