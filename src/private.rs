//! What expansions of the derives name. No part of the public interface: it is outside SemVer
//! and changes in any release, together with `bencher-macros`.

pub use bencher_core::bench::BenchResult;
pub use bencher_core::context::Context;
pub use bencher_core::runner::expand::{
    Amount, FallibleKind, PlainKind, Probe, SampleResult, SharedSession, judged, measured,
    measured_async, measured_with, returned, runtime, test,
};
pub use bencher_core::runner::{SweepEntry, SweepOptions, inventory};
pub use bencher_core::sweep_executor::Benchmark;
pub use bencher_core::value::Value;
pub use bencher_core::var::expand::{
    NO_INPUT, NO_RESULT, ResultField, SweptField, joined, type_arguments,
};
pub use bencher_core::var::{
    Counter, Declaration, Direction, Domain, DomainError, Input, InputRole, InputVar, Nested,
    Output, ParametrizedSweep, ResultVar, Scale, Schema, SweepEnum, Variant, check,
};
pub use std::string::String;
pub use std::time::Duration;
pub use std::vec::Vec;
