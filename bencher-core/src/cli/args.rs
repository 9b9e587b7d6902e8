use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::bench::config::{GROUPS, OptionValue, RENAMED, RunOption, options};
use crate::bench::{RunConfig, SettingSource, Settings};
use crate::value::Kind;
use crate::var::Schema;

use super::grammar::{CommandLineError, Flag, Grammar, Parsed};

const AFTER_HELP: &str = "\
Values of an input:
  --input len=1,2,3        these three
  --input len=16..4096     from 16 to 4096, spread as declared or by --level
  --input len=16..4096:9   nine samples from 16 to 4096
  --input len=0..100/25    0, 25, 50, 75, 100

Every option can also be set in the environment (BENCHER_REPEATS=5, BENCHER_DRY_RUN=true; BENCHER_CACHE_DIR
for --store) and in bencher.toml (repeats = 5, dry-run = true, input = { len = \"1,2\" }), which is looked for
in the working directory and its parents. Precedence: command line, environment, file, program.
--print-config shows the values in effect and where they come from.

Exit status: 0 success, 1 a sample failed or something could not be stored, 2 invalid options,
3 a claim or a gate failed, or a result became worse, 130 interrupted.";

/// The flags of a program; `what` stands below them in the help.
pub(crate) fn grammar_with(what: &str) -> Grammar {
    let mut groups: Vec<(&str, Vec<Flag>)> = GROUPS
        .iter()
        .map(|(heading, options)| (*heading, options.iter().flat_map(flags).collect()))
        .collect();
    groups.push((
        "Configuration file",
        vec![
            Flag::valued(
                "config",
                "FILE",
                "Read this file instead of the nearest bencher.toml",
            ),
            Flag::switch("no-config", "Read no bencher.toml"),
        ],
    ));
    let renamed = RENAMED.map(|(old, new)| Flag {
        rejection: Some(format!("was renamed to `--{new}`")),
        ..Flag::switch(old, "").unlisted()
    });
    // Cargo gives it to every bench target.
    let bench = Flag::switch("bench", "").unlisted();
    groups.push(("", renamed.into_iter().chain([bench]).collect()));
    Grammar {
        groups,
        // Two places may say both, and then the stronger counts.
        conflicts: vec![
            ("config", "no-config"),
            ("open", "no-report"),
            ("json", "quiet"),
            ("json", "output"),
            ("quiet", "output"),
            ("no-report", "report"),
        ],
        words: None,
        after_help: format!("{what}{AFTER_HELP}\n"),
    }
}

/// The inputs that `--input` knows.
fn inputs(schema: &Schema) -> String {
    let width = schema
        .inputs
        .iter()
        .map(|var| var.name.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = "Inputs of this program:\n".to_owned();
    for var in schema.inputs {
        let variants: Vec<&str> = (var.variants)()
            .iter()
            .map(|variant| variant.name)
            .collect();
        let kind = match var.kind {
            Kind::Category => variants.join(", "),
            kind => kind.name(),
        };
        let units = if var.units.is_empty() {
            String::new()
        } else {
            format!(" [{}]", var.units)
        };
        let doc = var.doc.lines().next().unwrap_or_default();
        let doc = if doc.is_empty() {
            String::new()
        } else {
            format!(": {doc}")
        };
        let _ = writeln!(text, "  {:width$}  {kind}{units}{doc}", var.name);
    }
    text.push('\n');
    text
}

/// The flags of an option: itself, its negative, its shorthands.
fn flags(option: &'static RunOption) -> Vec<Flag> {
    let help = match option.default {
        "" => option.help.to_owned(),
        default => format!("{} [default: {default}]", option.help),
    };
    // An option whose feature is off is not listed; reading its value makes the error.
    let is_off = option.missing_feature().is_some();
    let adapted = |flag: Flag| Flag {
        is_listed: flag.is_listed && !is_off,
        ..flag
    };
    if option.takes == OptionValue::Switch {
        // Help shows the one that changes something.
        let is_on = (option.show)(&RunConfig::default()).as_deref() == Some("true");
        let (yes, no) = (
            Flag::switch(option.name, help.clone()),
            Flag::switch(negative(option), help),
        );
        let (listed, unlisted) = if is_on { (no, yes) } else { (yes, no) };
        return vec![adapted(listed), adapted(unlisted.unlisted())];
    }
    let choices = match option.takes {
        OptionValue::Choice(_, choices) => choices,
        _ => &[],
    };
    let flag = Flag {
        choices,
        is_repeated: option.takes.is_repeated(),
        ..Flag::valued(option.name, option.takes.unit(), help)
    };
    let shorthands = option.shorthands.iter().map(|shorthand| Flag {
        letter: shorthand.letter,
        ..Flag::switch(shorthand.name, shorthand.help)
    });
    let flags = std::iter::once(flag).chain(shorthands);
    flags.map(adapted).collect()
}

/// The name of the option that says no to a switch.
fn negative(option: &RunOption) -> String {
    format!("no-{}", option.name)
}

/// The contents of a command line.
///
/// See [`parse`] for an example.
#[derive(Debug)]
pub struct CommandLine {
    /// The settings of the run.
    pub settings: Settings,
    /// The choice of the configuration file.
    pub file: FileChoice,
}

/// The choice of the configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileChoice {
    /// The nearest `bencher.toml`.
    Nearest,
    /// The file at this path.
    At(PathBuf),
    /// No file.
    Nothing,
}

/// Reads a command line, the program's name first.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::bench::OutputFormat;
/// use bencher_core::cli::{FileChoice, parse};
/// let line = parse(&Sorting::SCHEMA, ["demo", "--samples", "3", "--json"].map(Into::into))?;
/// let config = line.settings.config();
/// assert_eq!(config.density.samples_per_var, Some(3));
/// assert_eq!(config.output, OutputFormat::Json);
/// assert_eq!(line.file, FileChoice::Nearest);
/// let error = parse(&Sorting::SCHEMA, ["demo", "--sampels", "3"].map(Into::into)).unwrap_err();
/// assert!(error.to_string().contains("--samples"));
/// let error = parse(&Sorting::SCHEMA, ["demo", "--over-timr"].map(Into::into)).unwrap_err();
/// assert!(!error.to_string().contains("--overwrite"));
/// # Ok::<(), bencher_core::cli::CommandLineError>(())
/// ```
///
/// # Errors
/// Where an option is unknown or a value does not fit; also where the command line asks for help.
pub fn parse(
    schema: &Schema,
    args: impl IntoIterator<Item = OsString>,
) -> Result<CommandLine, CommandLineError> {
    command_line(&grammar_with(&inputs(schema)).parse(args)?)
}

/// The settings of a command line's flags.
///
/// # Errors
/// Where a value does not fit.
pub(crate) fn command_line(parsed: &Parsed) -> Result<CommandLine, CommandLineError> {
    let mut settings = Settings::default();
    for option in options() {
        let values = given(parsed, option);
        if !values.is_empty() {
            settings
                .add(option, &values, SettingSource::CommandLine, None)
                .map_err(|reason| {
                    CommandLineError::Mistake(format!("`--{}`: {reason}", option.name))
                })?;
        }
    }
    let file = match parsed.values("config").next() {
        Some(path) => FileChoice::At(PathBuf::from(path)),
        None if parsed.has("no-config") => FileChoice::Nothing,
        None => FileChoice::Nearest,
    };
    Ok(CommandLine { settings, file })
}

/// The values that the command line gives to an option.
fn given(parsed: &Parsed, option: &RunOption) -> Vec<OsString> {
    if option.takes == OptionValue::Switch {
        let no = negative(option);
        let mut names = parsed.flags.iter().map(|given| given.name.as_str());
        // The last one counts.
        let last = names.rfind(|name| *name == option.name || *name == no);
        return last
            .map(|name| if name == no { "false" } else { "true" })
            .map(OsString::from)
            .into_iter()
            .collect();
    }
    let shorthands = option.shorthands.iter();
    let given = shorthands.filter(|shorthand| parsed.has(shorthand.name));
    parsed
        .values(option.name)
        .cloned()
        .chain(given.map(|shorthand| shorthand.value.into()))
        .collect()
}
