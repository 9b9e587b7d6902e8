//! What expansions of the derives name. No part of the public interface: it is outside SemVer
//! and changes in any release, together with `bencher-macros`.

pub use bencher_core::value::Value;
pub use bencher_core::var::expand::{NO_INPUT, NO_RESULT, Recorded, Swept, joined, type_arguments};
pub use bencher_core::var::{
    Counter, Direction, Domain, DomainError, Input, InputVar, Nested, Output, ParametrizedSweep,
    ResultVar, Role, Scale, Schema, SweepEnum, Variant, check,
};
pub use std::string::String;
pub use std::vec::Vec;
