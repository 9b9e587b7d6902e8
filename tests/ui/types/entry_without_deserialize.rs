//! The content of an entry is read from a file.

use bencher::prelude::*;
use bencher::var::Entry;

#[derive(Clone, Debug)]
struct Machine {
    cores: u32,
}

#[derive(ParametrizedSweep, Clone)]
struct S {
    #[sweep(file = "machines.toml")]
    machine: Entry<Machine>,
    #[result]
    cost: Option<f64>,
}

fn main() {}
