//! The command line of a target of functions: the options of libtest, and the options of every benchmark program.

use std::ffi::OsString;
use std::fmt::Write as _;

use crate::cli::{CommandLine, CommandLineError, Flag, Grammar, command_line, grammar_with};

use super::entry::SweepEntry;
use super::filter::{Filter, IgnorePolicy};

/// The contents of a command line.
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
) -> Result<RunnerArgs, CommandLineError> {
    let parsed = grammar(entries).parse(args)?;
    let line = command_line(&parsed)?;
    let all = |name| {
        let values = parsed.values(name);
        let texts = values.map(|value| value.to_string_lossy().into_owned());
        texts.collect()
    };
    let is_terse = parsed.values("format").any(|form| form == "terse");
    Ok(RunnerArgs {
        filter: Filter {
            skipped: all("skip"),
            exact: parsed.has("exact"),
            ignored: match (parsed.has("ignored"), parsed.has("include-ignored")) {
                (_, true) => IgnorePolicy::Run,
                (true, false) => IgnorePolicy::Only,
                (false, false) => IgnorePolicy::Left,
            },
            wanted: parsed.words.clone(),
        },
        list: parsed.has("list"),
        whole: parsed.has("bench") && !parsed.has("test"),
        form: if is_terse || parsed.has("quiet") {
            TestFormat::Terse
        } else {
            TestFormat::Pretty
        },
        line,
    })
}

fn grammar(entries: &[&SweepEntry]) -> Grammar {
    let mut grammar = grammar_with(&names(entries));
    let functions = vec![
        Flag {
            is_repeated: true,
            ..Flag::valued(
                "skip",
                "FILTER",
                "Leave out functions whose names contain this",
            )
        },
        Flag::switch("exact", "Filters match whole names only"),
        Flag::switch("ignored", "Only functions marked `ignore`"),
        Flag::switch("include-ignored", "Also functions marked `ignore`"),
        Flag::switch("test", "Check quickly, even with --bench"),
        Flag {
            choices: &["pretty", "terse"],
            ..Flag::valued(
                "format",
                "FORM",
                "Output format of quick checks and of the list of functions",
            )
        },
    ];
    // Nothing is captured, there is no colour, and one sweep runs at a time: taken and without effect.
    let without_effect = vec![
        Flag::switch("nocapture", "").unlisted(),
        Flag::switch("no-capture", "").unlisted(),
        Flag::switch("show-output", "").unlisted(),
        Flag::valued("test-threads", "N", "").unlisted(),
        Flag::valued("color", "WHEN", "").unlisted(),
        Flag {
            letter: Some('Z'),
            is_repeated: true,
            ..Flag::valued("unstable", "FLAG", "").unlisted()
        },
    ];
    grammar.groups.push(("Functions", functions));
    grammar.groups.push(("", without_effect));
    grammar.conflicts.push(("include-ignored", "ignored"));
    grammar.words = Some((
        "FILTER",
        "Parts of the names of functions, or one point: sort::n=1024,algo=radix",
    ));
    grammar
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
        let options = read(&["--list", "--format", "terse"]);
        assert!(options.list && !options.whole);
        assert_eq!(options.form, TestFormat::Terse);
        assert_eq!(
            read(&["--list", "--format", "terse", "--ignored"])
                .filter
                .ignored,
            IgnorePolicy::Only
        );
        let options = read(&["a::b", "--exact", "--nocapture"]);
        assert_eq!(
            (options.filter.wanted, options.filter.exact),
            (vec!["a::b".to_owned()], true)
        );
        assert_eq!(options.form, TestFormat::Pretty);
    }

    #[test]
    fn what_cargo_says_is_understood() {
        assert!(read(&["--bench"]).whole);
        assert!(!read(&["--bench", "--test"]).whole);
        let options = read(&[
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
        assert_eq!(options.filter.skipped, ["a", "b"]);
        assert_eq!(options.filter.wanted, ["sort", "c"]);
        assert_eq!(options.form, TestFormat::Terse);
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
        let options = read(&["--bench", "--level", "4", "sort", "--repeats=3"]);
        let config = options.line.settings.config();
        assert_eq!(
            (config.density.subsampling_divisions, config.repeats),
            (4, Some(3))
        );
        assert_eq!(options.filter.wanted, ["sort"]);
    }

    #[test]
    fn what_is_unknown_is_refused() {
        assert!(
            refused(&["--exat"]).contains("--exact"),
            "the nearest is named"
        );
        assert!(refused(&["--format", "json"]).contains("pretty, terse"));
        assert!(refused(&["--ignored", "--include-ignored"]).contains("cannot be used"));
        assert!(refused(&["--level", "13"]).contains("from 1 to 12"));
    }
}
