//! `cargo bencher COMMAND`: see [`cargo_bencher::USAGE`].

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    // Cargo names the subcommand first: `cargo bencher list` starts `cargo-bencher bencher list`.
    if args.first().is_some_and(|first| first == "bencher") {
        args.remove(0);
    }
    cargo_bencher::run(&args)
}
