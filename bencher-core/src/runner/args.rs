//! The command line of a target of functions: what libtest takes, and what every benchmark program
//! takes.

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::cli::{CommandLine, command_with, said, with_negative_values};

use super::entry::SweepEntry;
use super::filter::{Filter, IgnorePolicy};

/// What a command line says.
#[derive(Debug)]
pub(super) struct RunnerArgs {
    pub(super) filter: Filter,
    /// Name the sweeps, run nothing.
    pub(super) list: bool,
    /// The whole run, not the quick check.
    pub(super) whole: bool,
    pub(super) form: TestFormat,
    /// The options of any benchmark program.
    pub(super) line: CommandLine,
}

/// How much is printed of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TestFormat {
    /// A line.
    Pretty,
    /// A letter.
    Terse,
}

/// Reads a command line, the program's name first.
///
/// # Errors
/// Where an option is unknown or a value does not fit; also where help was asked for.
pub(super) fn parse(
    entries: &[&SweepEntry],
    args: impl IntoIterator<Item = OsString>,
) -> Result<RunnerArgs, clap::Error> {
    let mut command = command(entries);
    let args = with_negative_values(&command, args);
    let matches = command.try_get_matches_from_mut(args)?;
    let line = said(&mut command, &matches)?;
    let terse = matches
        .get_one::<String>("format")
        .is_some_and(|form| form == "terse");
    Ok(RunnerArgs {
        filter: Filter {
            wanted: all(&matches, "filter"),
            skipped: all(&matches, "skip"),
            exact: matches.get_flag("exact"),
            ignored: match (
                matches.get_flag("ignored"),
                matches.get_flag("include-ignored"),
            ) {
                (_, true) => IgnorePolicy::Run,
                (true, false) => IgnorePolicy::Only,
                (false, false) => IgnorePolicy::Left,
            },
        },
        list: matches.get_flag("list"),
        whole: matches.get_flag("bench") && !matches.get_flag("test"),
        form: if terse || matches.get_flag("quiet") {
            TestFormat::Terse
        } else {
            TestFormat::Pretty
        },
        line,
    })
}

fn all(matches: &ArgMatches, name: &str) -> Vec<String> {
    let values = matches.get_many::<String>(name).into_iter().flatten();
    values.cloned().collect()
}

fn command(entries: &[&SweepEntry]) -> Command {
    let taken = |name: &'static str| Arg::new(name).long(name).hide(true);
    let flag = |name: &'static str, help: &'static str| {
        let arg = Arg::new(name).long(name).help(help);
        arg.action(ArgAction::SetTrue)
    };
    command_with(&names(entries))
        .next_help_heading("Functions")
        .arg(
            Arg::new("filter")
                .value_name("FILTER")
                .help("Parts of the names of functions, or one point: sort::n=1024,algo=radix")
                .num_args(0..),
        )
        .arg(
            Arg::new("skip")
                .long("skip")
                .value_name("FILTER")
                .help("Leave out functions whose names contain this")
                .action(ArgAction::Append),
        )
        .arg(flag("exact", "Filters match whole names only"))
        .arg(flag("ignored", "Only functions marked `ignore`"))
        .arg(flag("include-ignored", "Also functions marked `ignore`").conflicts_with("ignored"))
        .arg(flag("test", "Check quickly, even with --bench"))
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORM")
                .help("Output format of quick checks and of the list of functions")
                .value_parser(["pretty", "terse"]),
        )
        // Nothing is captured, there is no colour, and one sweep runs at a time: taken and without effect.
        .arg(
            taken("nocapture")
                .alias("no-capture")
                .action(ArgAction::SetTrue),
        )
        .arg(taken("show-output").action(ArgAction::SetTrue))
        .arg(taken("test-threads").value_name("N"))
        .arg(taken("color").value_name("WHEN"))
        .arg(
            Arg::new("unstable")
                .short('Z')
                .hide(true)
                .action(ArgAction::Append),
        )
}

/// The functions that help names.
fn names(entries: &[&SweepEntry]) -> String {
    let mut text = "Functions of this program:\n".to_owned();
    for entry in entries {
        let _ = writeln!(text, "  {}", entry.name());
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str]) -> RunnerArgs {
        let args = std::iter::once(&"x").chain(args).map(OsString::from);
        parse(&[], args).unwrap()
    }

    fn refused(args: &[&str]) -> String {
        let args = std::iter::once(&"x").chain(args).map(OsString::from);
        parse(&[], args).unwrap_err().to_string()
    }

    #[test]
    fn what_nextest_says_is_understood() {
        let said = read(&["--list", "--format", "terse"]);
        assert!(said.list && !said.whole);
        assert_eq!(said.form, TestFormat::Terse);
        assert_eq!(
            read(&["--list", "--format", "terse", "--ignored"])
                .filter
                .ignored,
            IgnorePolicy::Only
        );
        let said = read(&["a::b", "--exact", "--nocapture"]);
        assert_eq!(
            (said.filter.wanted, said.filter.exact),
            (vec!["a::b".to_owned()], true)
        );
        assert_eq!(said.form, TestFormat::Pretty);
    }

    #[test]
    fn what_cargo_says_is_understood() {
        assert!(read(&["--bench"]).whole);
        assert!(!read(&["--bench", "--test"]).whole);
        let said = read(&[
            "--skip",
            "a",
            "sort",
            "--skip",
            "b",
            "--test-threads",
            "2",
            "-q",
            "c",
        ]);
        assert_eq!(said.filter.skipped, ["a", "b"]);
        assert_eq!(said.filter.wanted, ["sort", "c"]);
        assert_eq!(said.form, TestFormat::Terse);
        assert_eq!(
            read(&["--include-ignored"]).filter.ignored,
            IgnorePolicy::Run
        );
        read(&[
            "--color",
            "always",
            "-Z",
            "unstable-options",
            "--show-output",
            "--no-capture",
        ]);
    }

    #[test]
    fn options_of_a_run_stand_beside_them() {
        let said = read(&["--bench", "--level", "4", "sort", "--repeats=3"]);
        let config = said.line.settings.config();
        assert_eq!(
            (config.density.subsampling_divisions, config.repeats),
            (4, Some(3))
        );
        assert_eq!(said.filter.wanted, ["sort"]);
    }

    #[test]
    fn what_is_unknown_is_refused() {
        assert!(
            refused(&["--exat"]).contains("--exact"),
            "the nearest is named"
        );
        assert!(refused(&["--format", "json"]).contains("pretty, terse"));
        assert!(refused(&["--ignored", "--include-ignored"]).contains("cannot be used"));
        assert!(refused(&["--level", "13"]).contains("1..=12"));
    }
}
