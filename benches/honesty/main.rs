//! Whether measured times keep their word: `cargo xtask bench honesty`.
//!
//! How often bounds hold that claim to hold in 95 of 100 cases; what a drifting machine does to an input; how often a
//! difference is found where there is one, and where there is none; how often the finalists of a search are named
//! wrongly. Parts are chosen by name: `cargo bench --bench honesty -- modes`.

mod coverage;
mod differences;
mod drift;
mod finalists;
mod modes;
mod noise;
mod random;

fn main() {
    let parts: [(&str, fn()); 5] = [
        ("coverage", coverage::print),
        ("modes", modes::print),
        ("drift", drift::print),
        ("differences", differences::print),
        ("finalists", finalists::print),
    ];
    // Cargo gives `--bench`.
    let chosen: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    for (name, print) in parts {
        if chosen.is_empty() || chosen.iter().any(|part| part == name) {
            print();
        }
    }
}
