//! Declare a struct, derive, get the answer: parameter sweeps that are cached, resumable,
//! parallel and drawn.

pub use bencher_core::value::SweepEnum;
pub use bencher_core::var::ParametrizedSweep;
pub use bencher_core::{value, var};
pub use bencher_macros::{ParametrizedSweep, SweepEnum};

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
