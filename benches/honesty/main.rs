//! Whether measured times keep their word: `cargo xtask bench honesty`.
//!
//! How often bounds hold that claim to hold in 95 of 100 cases; what a drifting machine does to an
//! input; how often a difference is found where there is one, and where there is none.

mod coverage;
mod differences;
mod drift;
mod modes;
mod noise;
mod random;

fn main() {
    coverage::print();
    modes::print();
    drift::print();
    differences::print();
}
