//! Tasks of the bencher repository: `cargo xtask <task>`.

mod bench;
mod bench_compile;
mod ci;
mod drill;
mod examples;
mod gallery;
mod python;
mod run;
mod setup;
mod tool;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask TASK [OPTIONS]

  test                 install what the tests need, and run all of them
  ci                   run all that must pass before a change lands: formatting, lints,
                       documentation, test, examples
  examples             run every example the way a user would
  gallery [--check]    draw the pictures of docs/gallery.md anew, or compare them with a run
  bench [evaluator|cluster|memory|overhead|report|sweeper|store|search|honesty|peers|compile]...
                       measure the overhead of bencher itself against its limits; without a name,
                       all but `peers` and `compile`, which build other crates
  drill [DAMAGES [KILLS]]
                       damage stores at random (300 times) and kill programs that use them (500 times), and
                       count what is lost
  report | list | export | import | open | publish | cache | compare | ab | baseline | history |
  scorecard
                       the commands of `cargo bencher`, which looks after stored results and stores;
                       `cargo xtask report` draws the newest stored result of every sweep
  setup                only install what the tests need
";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let task = args.next();
    let rest: Vec<String> = args.collect();
    let done = match task.as_deref() {
        Some("test") => ci::run_tests(),
        Some("ci") => ci::ci(),
        Some("examples") => examples::run_all(),
        Some("gallery") => gallery::gallery(&rest),
        Some("bench") => bench::bench(&rest),
        Some("drill") => drill::drill(&rest),
        // The tool under the name that the tasks of this repository have.
        Some(
            "ab" | "baseline" | "cache" | "compare" | "export" | "history" | "import" | "list"
            | "open" | "publish" | "report" | "scorecard",
        ) => {
            let args: Vec<String> = task.into_iter().chain(rest).collect();
            match tool::tool(&args) {
                Ok(status) => return status,
                Err(message) => Err(message),
            }
        }
        Some("setup") => setup::install(),
        Some("help" | "--help" | "-h") => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        other => {
            let named =
                other.map_or_else(String::new, |task| format!("there is no task `{task}`\n\n"));
            eprint!("{named}{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
