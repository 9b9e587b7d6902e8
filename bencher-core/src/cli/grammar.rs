//! The flags of a command line: it reads them, and lists them for `--help`.

use std::ffi::OsString;
use std::fmt::Write as _;

use crate::var::nearest;

/// A flag, alone or with a value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flag {
    /// The name, without its dashes.
    pub(crate) name: String,
    pub(crate) letter: Option<char>,
    /// The name of its value in help; `None` where it takes no value.
    pub(crate) value: Option<&'static str>,
    /// The values that it may have; any, where there are none.
    pub(crate) choices: &'static [&'static str],
    pub(crate) help: String,
    /// Whether it may be given several times.
    pub(crate) is_repeated: bool,
    /// Whether help lists it.
    pub(crate) is_listed: bool,
    /// Why it is rejected, wherever it stands.
    pub(crate) rejection: Option<String>,
}

impl Flag {
    /// A flag without a value.
    pub(crate) fn switch(name: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            help: help.into(),
            is_listed: true,
            ..Self::default()
        }
    }

    /// A flag with a value.
    pub(crate) fn valued(
        name: impl Into<String>,
        value: &'static str,
        help: impl Into<String>,
    ) -> Self {
        Self {
            value: Some(value),
            ..Self::switch(name, help)
        }
    }

    /// The same, which help does not list.
    pub(crate) fn unlisted(self) -> Self {
        Self {
            is_listed: false,
            ..self
        }
    }

    fn shown(&self) -> String {
        format!("--{}", self.name)
    }
}

/// All flags of a program.
#[derive(Debug, Default)]
pub(crate) struct Grammar {
    /// The flags below their headings.
    pub(crate) groups: Vec<(&'static str, Vec<Flag>)>,
    /// Pairs that cannot stand together.
    pub(crate) conflicts: Vec<(&'static str, &'static str)>,
    /// The name and the description of words between the flags, in help; `None` accepts no words.
    pub(crate) words: Option<(&'static str, &'static str)>,
    /// The text after the flags in help.
    pub(crate) after_help: String,
}

/// A flag as a command line gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) name: String,
    pub(crate) value: Option<OsString>,
}

/// The parts of a command line.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    pub(crate) flags: Vec<Given>,
    pub(crate) words: Vec<String>,
}

impl Parsed {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.flags.iter().any(|given| given.name == name)
    }

    /// The values of a flag, in their order.
    pub(crate) fn values<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p OsString> {
        let named = self.flags.iter().filter(move |given| given.name == name);
        named.filter_map(|given| given.value.as_ref())
    }
}

/// Why a command line does not run: it asks for help, or has a mistake.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
/// use bencher_core::cli::{CommandLineError, parse};
/// let error = parse(&Sorting::SCHEMA, ["demo", "--repeats"].map(Into::into)).unwrap_err();
/// assert_eq!(error, CommandLineError::Mistake("`--repeats` needs a value: N".to_owned()));
/// let help = parse(&Sorting::SCHEMA, ["demo", "--help"].map(Into::into)).unwrap_err();
/// assert!(matches!(help, CommandLineError::Help(text) if text.contains("--repeats <N>")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandLineError {
    /// A request for help, with the text of the help.
    #[error("{0}")]
    Help(String),
    /// A mistake, with a remedy.
    #[error("{0}")]
    Mistake(String),
}

fn mistake(text: impl Into<String>) -> CommandLineError {
    CommandLineError::Mistake(text.into())
}

impl Grammar {
    fn flags(&self) -> impl Iterator<Item = &Flag> {
        self.groups.iter().flat_map(|(_, flags)| flags)
    }

    /// Reads a command line, the program's name first.
    ///
    /// # Errors
    /// Where a flag is unknown, or stands where it cannot; also where help is asked for.
    pub(crate) fn parse(
        &self,
        args: impl IntoIterator<Item = OsString>,
    ) -> Result<Parsed, CommandLineError> {
        let mut parsed = Parsed::default();
        let mut args = lexopt::Parser::from_iter(args);
        loop {
            let flag = match args.next().map_err(|error| mistake(lexical(&error)))? {
                None => break,
                Some(lexopt::Arg::Value(word)) => {
                    parsed.words.push(self.word(word)?);
                    continue;
                }
                Some(lexopt::Arg::Long("help") | lexopt::Arg::Short('h')) => {
                    return Err(CommandLineError::Help(self.help()));
                }
                Some(lexopt::Arg::Long(name)) => {
                    let known = self.flags().find(|flag| flag.name == name);
                    known.ok_or_else(|| self.unknown(name))?
                }
                Some(lexopt::Arg::Short(letter)) => {
                    let known = self.flags().find(|flag| flag.letter == Some(letter));
                    known.ok_or_else(|| {
                        let letter = letter.escape_debug();
                        mistake(format!(
                            "there is no option `-{letter}`; `--help` lists all options"
                        ))
                    })?
                }
            };
            if let Some(reason) = &flag.rejection {
                return Err(mistake(format!("`--{}` {reason}", flag.name)));
            }
            let value = match flag.value {
                None => None,
                Some(unit) => Some(self.value(flag, unit, &mut args)?),
            };
            if flag.value.is_some() && !flag.is_repeated && parsed.has(&flag.name) {
                return Err(mistake(format!("`--{}` is given twice", flag.name)));
            }
            parsed.flags.push(Given {
                name: flag.name.clone(),
                value,
            });
        }
        for (first, second) in &self.conflicts {
            if parsed.has(first) && parsed.has(second) {
                return Err(mistake(format!(
                    "`--{first}` cannot be used together with `--{second}`"
                )));
            }
        }
        Ok(parsed)
    }

    fn word(&self, word: OsString) -> Result<String, CommandLineError> {
        let text = word
            .into_string()
            .map_err(|word| mistake(format!("`{}` is not UTF-8", word.display())))?;
        match self.words {
            Some(_) => Ok(text),
            None => Err(mistake(format!(
                "`{}` is not expected here; `--help` lists all options",
                text.escape_debug()
            ))),
        }
    }

    fn value(
        &self,
        flag: &Flag,
        unit: &str,
        args: &mut lexopt::Parser,
    ) -> Result<OsString, CommandLineError> {
        let missing = || mistake(format!("`--{}` needs a value: {unit}", flag.name));
        let value = match args.optional_value() {
            Some(value) => value,
            None => args.value().map_err(|_| missing())?,
        };
        // Another flag is no value, though a number below zero is one.
        let text = value.to_string_lossy();
        let is_flag = text
            .strip_prefix("--")
            .is_some_and(|name| self.flags().any(|flag| flag.name == name));
        if is_flag {
            return Err(missing());
        }
        if !flag.choices.is_empty() && !flag.choices.contains(&text.as_ref()) {
            return Err(mistake(format!(
                "`--{} {}`: the value must be one of {}",
                flag.name,
                text.escape_debug(),
                flag.choices.join(", ")
            )));
        }
        Ok(value)
    }

    fn unknown(&self, name: &str) -> CommandLineError {
        let names = self.flags().filter(|flag| flag.is_listed);
        let names = names.map(|flag| flag.name.as_str());
        // A misspelt `--over-time` must not lead to `--overwrite`, which has another meaning.
        let near = nearest(name, names)
            .filter(|near| !(name.starts_with("over-t") && *near == "overwrite"));
        let hint = near.map_or_else(
            || "; `--help` lists all options".to_owned(),
            |near| format!("; did you mean `--{near}`?"),
        );
        mistake(format!(
            "there is no option `--{}`{hint}",
            name.escape_debug()
        ))
    }

    /// The text of `--help`.
    pub(crate) fn help(&self) -> String {
        let mut text = "Runs the parameter sweeps of this program, and draws them.\n\n".to_owned();
        let words = self
            .words
            .map_or_else(String::new, |(name, _)| format!(" [{name}]..."));
        let _ = writeln!(text, "Usage: {} [OPTIONS]{words}\n", super::program_name());
        if let Some((name, help)) = self.words {
            let _ = writeln!(text, "Arguments:\n  [{name}]...  {help}\n");
        }
        text.push_str("Options:\n  -h, --help  Print help\n");
        for (heading, flags) in &self.groups {
            let listed: Vec<&Flag> = flags.iter().filter(|flag| flag.is_listed).collect();
            if listed.is_empty() {
                continue;
            }
            let _ = writeln!(text, "\n{heading}:");
            let usage = |flag: &Flag| match flag.value {
                Some(value) => format!("{} <{value}>", flag.shown()),
                None => flag.shown(),
            };
            let width = listed.iter().map(|flag| usage(flag).chars().count()).max();
            let width = width.unwrap_or(0);
            for flag in listed {
                let letter = flag
                    .letter
                    .map_or_else(|| "    ".to_owned(), |letter| format!("-{letter}, "));
                let choices = match flag.choices {
                    [] => String::new(),
                    choices => format!(" [possible values: {}]", choices.join(", ")),
                };
                let _ = writeln!(
                    text,
                    "  {letter}{:width$}  {}{choices}",
                    usage(flag),
                    flag.help
                );
            }
        }
        let _ = write!(text, "\n{}", self.after_help);
        text
    }
}

/// The problem with the form of a flag.
fn lexical(error: &lexopt::Error) -> String {
    match error {
        lexopt::Error::UnexpectedValue { option, value } => format!(
            "`{option}` takes no value, and `{}` is given",
            value.to_string_lossy().escape_debug()
        ),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grammar() -> Grammar {
        Grammar {
            groups: vec![(
                "Group",
                vec![
                    Flag {
                        letter: Some('q'),
                        ..Flag::switch("quiet", "Print little")
                    },
                    Flag::valued("rows", "N", "Rows"),
                    Flag {
                        is_repeated: true,
                        ..Flag::valued("input", "NAME=VALUES", "Values")
                    },
                    Flag {
                        choices: &["a", "b"],
                        ..Flag::valued("form", "FORM", "Form")
                    },
                    Flag::switch("secret", "").unlisted(),
                ],
            )],
            conflicts: vec![("quiet", "rows")],
            ..Grammar::default()
        }
    }

    fn parsed(args: &[&str]) -> Result<Vec<(String, String)>, String> {
        let args = std::iter::once(&"x").chain(args).map(OsString::from);
        let parsed = grammar().parse(args).map_err(|error| error.to_string())?;
        let text = |value: Option<OsString>| value.unwrap_or_default().into_string().unwrap();
        let flags = parsed.flags.into_iter();
        Ok(flags.map(|given| (given.name, text(given.value))).collect())
    }

    #[test]
    fn values_stand_behind_their_flags_in_every_form() {
        let one = |name: &str, value: &str| Ok(vec![(name.to_owned(), value.to_owned())]);
        assert_eq!(parsed(&["--rows", "3"]), one("rows", "3"));
        assert_eq!(parsed(&["--rows=-3"]), one("rows", "-3"));
        assert_eq!(parsed(&["--rows", "-.5"]), one("rows", "-.5"));
        assert_eq!(parsed(&["--rows="]), one("rows", ""));
        assert_eq!(parsed(&["-q"]), one("quiet", ""));
        assert_eq!(
            parsed(&["--input", "a=1", "--input", "b=2"]).unwrap().len(),
            2
        );
    }

    #[test]
    fn mistakes_name_the_flag_and_the_remedy() {
        for (args, expected) in [
            (
                &["--rwos", "3"][..],
                "there is no option `--rwos`; did you mean `--rows`?",
            ),
            (
                &["--xyz"],
                "there is no option `--xyz`; `--help` lists all options",
            ),
            (
                &["--secre"],
                "there is no option `--secre`; `--help` lists all options",
            ),
            (
                &["-x"],
                "there is no option `-x`; `--help` lists all options",
            ),
            (&["--rows"], "`--rows` needs a value: N"),
            (&["--rows", "--quiet"], "`--rows` needs a value: N"),
            (&["--rows", "1", "--rows", "2"], "`--rows` is given twice"),
            (
                &["--quiet=yes"],
                "`--quiet` takes no value, and `yes` is given",
            ),
            (
                &["--form", "c"],
                "`--form c`: the value must be one of a, b",
            ),
            (
                &["more"],
                "`more` is not expected here; `--help` lists all options",
            ),
            (
                &["--rows", "1", "-q"],
                "`--quiet` cannot be used together with `--rows`",
            ),
            (
                &["--\u{1b}[31m"],
                "there is no option `--\\u{1b}[31m`; `--help` lists all options",
            ),
        ] {
            assert_eq!(parsed(args), Err(expected.to_owned()));
        }
    }
}
