//! The items that expansions of the derives name. It is not part of the public interface: it is outside SemVer and
//! changes in any release, together with `bencher-macros`.

pub use crate::bench::BenchResult;
#[cfg(all(feature = "cluster", unix))]
pub use crate::cli::cluster_worker::simulate_cluster_workers;
pub use crate::context::Context;
pub use crate::runner::expand::{
    Amount, FallibleKind, PlainKind, Probe, SampleResult, SharedSession, judged, measured,
    measured_async, measured_with, returned, runtime, test,
};
pub use crate::runner::{GateOption, SweepEntry, SweepOptions, inventory};
pub use crate::sweep_executor::Benchmark;
pub use crate::value::Value;
pub use crate::var::expand::{
    NO_INPUT, NO_RESULT, ResultField, SweptField, joined, type_arguments,
};
pub use crate::var::{
    CargoTarget, Counter, Declaration, Direction, Domain, DomainError, Input, InputRole, InputVar,
    Nested, Output, ParametrizedSweep, ResultVar, Scale, Schema, SweepEnum, Variant, check,
};
pub use std::string::String;
pub use std::time::Duration;
pub use std::vec::Vec;
