//! The options that every engine has.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::context::LogLevel;

/// The handling of the outputs of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OutputChoice {
    /// The outputs stay as they are.
    Leave,
    /// The outputs are also written to files.
    Copy,
    /// The outputs are written only to files.
    Redirect,
}

/// The values of the options.
#[derive(Debug)]
pub(super) struct EngineOptions {
    pub(super) level: LogLevel,
    pub(super) output: OutputChoice,
    pub(super) merge: bool,
    pub(super) go_on: Option<PathBuf>,
}

pub(super) fn command(name: String) -> Command {
    let flag = |name: &'static str, short, help: &'static str| {
        let arg = Arg::new(name).long(name).short(short).help(help);
        arg.action(ArgAction::SetTrue)
    };
    Command::new(name)
        .arg(
            Arg::new("log-level")
                .long("log-level")
                .short('l')
                .value_name("LEVEL")
                .value_parser(|text: &str| text.parse::<LogLevel>())
                // A negative number reaches the parser, whose error names the levels.
                .allow_negative_numbers(true)
                .default_value("info")
                .help("Log level: error, warn, info, debug, trace"),
        )
        .arg(
            flag(
                "copy-output",
                'L',
                "Copy the output to files in the result directory",
            )
            .overrides_with("redirect-output"),
        )
        .arg(
            flag(
                "redirect-output",
                'R',
                "Write the output to files in the result directory only",
            )
            .overrides_with("copy-output"),
        )
        .arg(flag(
            "merge-output",
            'M',
            "With -L or -R: one file for standard output and error",
        ))
        .arg(
            Arg::new("continue")
                .long("continue")
                .short('c')
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .help("Continue the run in this directory"),
        )
}

pub(super) fn parse_options(args: &ArgMatches) -> EngineOptions {
    let output = match (
        args.get_flag("copy-output"),
        args.get_flag("redirect-output"),
    ) {
        (true, _) => OutputChoice::Copy,
        (_, true) => OutputChoice::Redirect,
        _ => OutputChoice::Leave,
    };
    EngineOptions {
        level: args.get_one("log-level").copied().unwrap_or(LogLevel::Info),
        output,
        merge: args.get_flag("merge-output"),
        go_on: args.get_one("continue").cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(args: &[&str]) -> EngineOptions {
        let args = ["program"].iter().chain(args);
        parse_options(
            &command("Experiment".to_owned())
                .try_get_matches_from(args)
                .unwrap(),
        )
    }

    #[test]
    fn the_last_of_copy_and_redirect_wins() {
        assert_eq!(of(&[]).output, OutputChoice::Leave);
        assert_eq!(of(&["-R", "-L"]).output, OutputChoice::Copy);
        let options = of(&["--copy-output", "-RM", "-l", "DEBUG", "-c", "old"]);
        assert_eq!(
            (options.output, options.merge),
            (OutputChoice::Redirect, true)
        );
        assert_eq!(
            (options.level, options.go_on),
            (LogLevel::Debug, Some("old".into()))
        );
    }
}
