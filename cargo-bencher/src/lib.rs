//! The tool of `bencher`: it draws reports, lists and exports stored results, and looks after stores, in the folder
//! where the programs are run.
//!
//! `cargo bencher COMMAND` is [`run`]; [`USAGE`] lists the commands. Programs that are built without the feature
//! `report` have it draw their reports.

mod ab;
mod cache;
mod compare;
mod draw;
mod export;
mod failure;
mod files;
mod git;
mod history;
mod import;
mod list;
mod publish;
mod report;
mod results;
mod scorecard;
mod selection;
mod stop;
mod store;
mod text;
mod words;

use std::io::Write as _;
use std::process::ExitCode;

use failure::Failure;
use words::unknown_command;

/// What the tool can do.
pub const USAGE: &str = "\
usage: cargo bencher COMMAND [OPTIONS]

  report [SWEEP|FILE]... [OPTIONS]
                       draw the newest stored result of every sweep, or of the named sweeps or
                       files; run nothing; `cargo bencher report --help`
  list                 list the newest stored result of every sweep
  export SWEEP|FILE [--format NAME] [--out PATH]
                       write the newest result of a sweep, or of a file, for other programs: csv,
                       json, markdown, zarr, parquet, bmf, criterion; `cargo bencher export --help`
  import criterion DIR | import csv FILE
                       store what other programs measured; `cargo bencher import help`
  open                 open the page that was drawn last
  publish DIR | publish --branch BRANCH
                       keep a dated report, and an index of all, in a folder or a branch of git;
                       `cargo bencher publish --help`
  compare [BASE [CANDIDATE]]
                       judge whether results are worse than earlier ones: exit status 3 for a
                       regression, 4 if it is undecided; BASE and CANDIDATE are `previous`,
                       `last`, a baseline, a tag, a result file, an export, or another store
  ab --base REVISION   measure a revision and the working tree in turns, and judge them in pairs;
                       `--command-a A --command-b B` for any two programs of the same sweeps
  baseline save|list|remove [NAME]
                       keep the newest results under a name
  history [COMMAND]    the runs of sweeps over time: where results changed, export and import;
                       `cargo bencher history help` lists the commands
  scorecard [--out FILE]
                       verdict, latest value, change and trend of every result, as one page and
                       as a table; --json prints a line for each result instead
  cache COMMAND        inspect the store, clean it, move it elsewhere; `cargo bencher cache help`
                       lists the commands

  --store DIR          use this store instead of the one that programs in this folder use
                       (BENCHER_CACHE_DIR, bencher.toml)
  --version            print the version
";

/// Runs a command, the first of `args`.
///
/// | exit status | meaning |
/// |---|---|
/// | 0 | success |
/// | 1 | the command failed |
/// | 2 | there is no such command, or one of its options is wrong |
/// | 3, 4 | of a comparison: a result is worse; undecided |
/// | 130 | of `ab` and `history bisect`: stopped by the user |
///
/// ```
/// let ended = cargo_bencher::run(&["--version".to_owned()]);
/// assert_eq!(format!("{ended:?}"), format!("{:?}", std::process::ExitCode::SUCCESS));
/// ```
pub fn run(args: &[String]) -> ExitCode {
    command(args).unwrap_or_else(|failure| {
        eprintln!("cargo-bencher: {failure}");
        failure.exit_code()
    })
}

fn command(args: &[String]) -> Result<ExitCode, Failure> {
    let args = with_command_first(args).map_err(Failure::Usage)?;
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("", &*args),
    };
    let mut own = rest.iter().take_while(|word| *word != "--");
    if own.any(|word| word == "--help" || word == "-h") {
        let usage = match command {
            "baseline" => compare::BASELINE_USAGE,
            "cache" => cache::USAGE,
            "export" => export::USAGE,
            "history" => history::USAGE,
            "import" => import::USAGE,
            "publish" => publish::USAGE,
            "report" => report::USAGE,
            _ => USAGE,
        };
        print(usage)?;
        return Ok(ExitCode::SUCCESS);
    }
    match command {
        "ab" => ab::run(rest),
        "compare" => compare::run(rest),
        "history" => history::run(rest),
        _ => other(command, rest).map(|()| ExitCode::SUCCESS),
    }
}

/// Runs a command whose exit status says only whether it failed.
fn other(command: &str, rest: &[String]) -> Result<(), Failure> {
    match command {
        "baseline" => compare::baseline(rest),
        "report" => report::draw(rest),
        "list" => list::list(rest),
        "export" => export::export(rest),
        "import" => import::run(rest),
        "publish" => publish::run(rest),
        "scorecard" => scorecard::run(rest),
        "open" => results::open(rest),
        "cache" => cache::run(rest),
        "draw" => draw::draw(&mut std::io::stdin().lock(), &mut std::io::stdout().lock())
            .map_err(Failure::Failed),
        "help" | "--help" | "-h" => Ok(print(USAGE)?),
        "--version" | "-V" => Ok(print(concat!("cargo-bencher ", env!("CARGO_PKG_VERSION")))?),
        "" => Err(Failure::Usage(format!(
            "name a command\n\n{}",
            USAGE.trim_end()
        ))),
        other => Err(unknown_command("", other, USAGE)),
    }
}

/// The command line with the command first: a store may be named before it.
fn with_command_first(args: &[String]) -> Result<Vec<String>, String> {
    let is_own = |word: &str| ["--help", "-h", "--version", "-V"].contains(&word);
    let (mut args, mut store) = (args.to_vec(), Vec::new());
    while let Some(first) = args
        .first()
        .filter(|word| word.starts_with('-') && !is_own(word))
    {
        let words = match first.as_str() {
            "--store" if args.len() < 2 => return Err("`--store` needs a value".to_owned()),
            "--store" => 2,
            word if word.starts_with("--store=") => 1,
            word => {
                return Err(format!(
                    "options stand behind the command: `{word}` comes too early; `cargo bencher help` lists the commands"
                ));
            }
        };
        store.extend(args.drain(..words.min(args.len())));
    }
    let end = args.len().min(1);
    args.splice(end..end, store);
    Ok(args)
}

/// Prints a text; a reader that goes away (`| head`) is no error.
fn print(text: &str) -> Result<(), String> {
    match writeln!(std::io::stdout(), "{}", text.trim_end()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("the outcome cannot be printed: {error}"))
        }
        _ => Ok(()),
    }
}
