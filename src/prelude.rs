//! The imports of a benchmark program: `use bencher::prelude::*;`.
//!
//! It includes both derives, under the names of their traits.
//!
//! ```
//! use bencher::prelude::*;
//!
//! #[derive(SweepEnum, Clone, Copy)]
//! enum Codec {
//!     Raw,
//!     Zstd,
//! }
//!
//! #[derive(ParametrizedSweep, Clone)]
//! struct Compression {
//!     #[sweep]
//!     codec: Codec,
//!     #[result]
//!     ratio: Option<f64>,
//! }
//!
//! impl Benchmark for Compression {
//!     fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
//!         self.ratio = Some(if matches!(self.codec, Codec::Raw) { 1.0 } else { 2.5 });
//!         Ok(())
//!     }
//! }
//!
//! assert_eq!(Compression::SCHEMA.inputs[0].name, "codec");
//! # let _ = Codec::Zstd;
//! ```

pub use crate::{
    Bench, BenchResult, Benchmark, Context, Design, Entry, Gate, Input, ParametrizedSweep,
    SweepEnum, bench_sweep,
};
