//! bencher beside criterion and divan: `cargo xtask bench peers`.
//!
//! `simulated` compares bounds on machines whose truth is known, `real` times real bodies by all tools, `busy` times
//! them on a busy machine, too; without an argument all are done.

mod bodies;
mod busy;
mod criterion_files;
mod estimate;
mod real;
mod simulated;
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words[..] {
        [] => simulated::compare()
            .and_then(|()| real::compare())
            .and_then(|()| busy::compare()),
        ["simulated"] => simulated::compare(),
        [simulated::ONE, nth] => simulated::one(nth),
        ["real"] => real::compare(),
        ["busy"] => busy::compare(),
        [busy::SPIN] => busy::spin(),
        [tool, body] => tools::run(tool, body, real::TIME),
        _ => Err("give nothing, `simulated`, `real`, `busy`, or a tool and a body".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
