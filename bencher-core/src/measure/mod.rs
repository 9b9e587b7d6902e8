//! Measuring: the environment that numbers were taken in, and counters beside the time.

pub mod environment;

pub use environment::Environment;
