//! Input and result variables: what a derived struct declares.
//!
//! A type declares its variables in one static [`Schema`]: [`InputVar`]s, each with a [`Domain`], and [`ResultVar`]s. A
//! sweep then names some of them by handles: [`Input`], [`Constant`], [`Output`]. The derive generates the schema and
//! one handle for each variable.
//!
//! A program can also make domains without the derive:
//!
//! ```
//! use bencher_core::space::Density;
//! use bencher_core::var::SweepValue;
//! use bencher_core::var::{DomainError, DomainOf, Scale};
//! let len = DomainOf::<u64>::new().bounds(1, 10_000).scale(Scale::Log).samples(5).finish()?;
//! let levels = len.levels(u64::KIND, Density::default())?;
//! let texts: Vec<_> = levels.iter().map(|value| value.to_string()).collect();
//! assert_eq!(texts, ["1", "10", "100", "1000", "10000"]);
//! let reversed = DomainOf::<u64>::new().bounds(10_000, 1).finish();
//! assert!(matches!(reversed, Err(DomainError::Reversed { .. })));
//! # Ok::<(), DomainError>(())
//! ```

mod branch;
mod cargo_target;
#[doc(hidden)]
pub mod check;
mod counter;
mod declaration;
mod design;
mod domain;
mod domain_error;
mod domain_of;
mod entry;
mod enumeration;
mod erased;
#[doc(hidden)]
pub mod expand;
mod handle;
mod input;
mod names;
mod nested;
mod schema;
mod sweep;
mod type_path;
mod types;

pub use branch::{Branch, Param};
pub use cargo_target::CargoTarget;
pub use counter::Counter;
#[doc(hidden)]
pub use declaration::Declaration;
pub use declaration::sweep_type;
pub(crate) use declaration::{SameName, SweepType};
#[cfg(feature = "history")]
pub(crate) use declaration::{declared_names, declared_results};
pub use design::Design;
pub use domain::{Domain, MAX_SUBSAMPLING_DIVISIONS, Scale, Values};
pub(crate) use domain::{check_list, fitting, nearest_value};
pub use domain_error::DomainError;
pub use domain_of::{DomainOf, IntoValues};
pub use entry::Entry;
pub use enumeration::{SweepEnum, Variant};
pub(crate) use erased::ErasedSweep;
pub use handle::{Constant, Output, Target};
pub use input::Input;
pub(crate) use input::{InputChoice, ZippedInputs};
pub use names::{InputName, UnknownName, nearest};
pub use nested::Nested;
pub use schema::{Direction, InputRole, InputVar, ResultVar, Schema};

pub use sweep::{ParametrizedSweep, baseline_of};
#[cfg(feature = "engine")]
pub(crate) use type_path::split_name;
pub use types::{SweepInteger, SweepNumber, SweepValue};
