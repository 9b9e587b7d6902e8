//! What expansions of the derives name. No part of the public interface: it is outside SemVer
//! and changes in any release, together with `bencher-macros`.

pub use bencher_core::value::{SweepEnum, Value, Variant};
pub use bencher_core::var::expand::{Recorded, Swept, type_arguments};
pub use bencher_core::var::{
    Direction, Domain, DomainError, Input, InputVar, Output, ParametrizedSweep, ResultVar, Role,
    Scale, Schema, check,
};
pub use std::string::String;
