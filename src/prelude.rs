//! What a benchmark program needs: `use bencher::prelude::*;`.

pub use crate::{Bench, BenchResult, Benchmark, Context, ParametrizedSweep, SweepEnum};
