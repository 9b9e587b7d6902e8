//! The command line of `ab`, and the part of it that a search among commits has, too.

use std::path::PathBuf;

use crate::compare::OutputOptions;
use crate::words::Words;

use super::build::Target;

/// How many pairs are measured at most, unless the command line says.
const PAIRS: usize = 40;
/// How long each process measures a sweep, unless the command line says.
const TIME: &str = "1s";
/// More pairs than anybody waits for.
const MOST_PAIRS: usize = 10_000;

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sides {
    /// A revision beside the working tree.
    Revision { base: String, target: TargetChoice },
    /// Two programs.
    Commands { base: String, candidate: String },
}

/// Which target is built, and how, as far as the command line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TargetChoice {
    pub(super) target: Option<Target>,
    pub(super) package: Option<String>,
    pub(super) profile: Option<String>,
}

impl TargetChoice {
    pub(super) fn take(words: &mut Words) -> Result<Self, String> {
        let targets = [
            words.value("--bench")?.map(Target::Bench),
            words.value("--example")?.map(Target::Example),
            words.value("--bin")?.map(Target::Bin),
        ];
        let mut targets = targets.into_iter().flatten();
        let (target, second) = (targets.next(), targets.next());
        if second.is_some() {
            return Err("name one of `--bench`, `--example` and `--bin`".to_owned());
        }
        Ok(Self {
            target,
            package: words.value("--package")?,
            profile: words.value("--profile")?,
        })
    }
}

/// How two programs are measured.
#[derive(Clone, Debug)]
pub(super) struct MeasurementOptions {
    /// The most pairs.
    pub(super) pairs: usize,
    /// What both programs get on their command lines.
    pub(super) arguments: Vec<String>,
    pub(super) output: OutputOptions,
}

impl MeasurementOptions {
    pub(super) fn take(words: &mut Words) -> Result<Self, String> {
        let mut arguments = words.behind_dashes();
        let output = OutputOptions::take(words)?;
        let kind = format!("a number from 2 to {MOST_PAIRS}");
        let is_possible = |pairs: &usize| (2..=MOST_PAIRS).contains(pairs);
        let pairs = words.number("--pairs", &kind, is_possible)?;
        let time = words.value("--time")?;
        if let Some(text) = time.as_deref().filter(|text| !is_time(text)) {
            return Err(format!(
                "`--time {text}` is not a time, such as 500ms or 2s"
            ));
        }
        let has_limit = arguments.iter().any(|word| {
            let name = word.split('=').next().unwrap_or_default();
            matches!(name, "--budget" | "--repeats")
        });
        if time.is_some() || !has_limit {
            arguments.extend([
                "--budget".to_owned(),
                time.unwrap_or_else(|| TIME.to_owned()),
            ]);
        }
        Ok(Self {
            pairs: pairs.unwrap_or(PAIRS),
            arguments,
            output,
        })
    }
}

/// What the command line says.
#[derive(Clone, Debug)]
pub(super) struct AbOptions {
    pub(super) sides: Sides,
    pub(super) measurement: MeasurementOptions,
    pub(super) store: PathBuf,
}

impl AbOptions {
    pub(super) fn parse(args: &[String]) -> Result<Self, String> {
        let mut words = Words::new(args);
        let measurement = MeasurementOptions::take(&mut words)?;
        let base = words.value("--base")?;
        let commands = (words.value("--command-a")?, words.value("--command-b")?);
        let target = TargetChoice::take(&mut words)?;
        let store = words.store()?;
        words.rest(0)?;
        let sides = match (base, commands) {
            (Some(base), (None, None)) => Sides::Revision { base, target },
            (None, (Some(base), Some(candidate))) if target == TargetChoice::default() => {
                Sides::Commands { base, candidate }
            }
            _ => {
                return Err(
                    "give either `--base REVISION` (with `--bench`, `--example` or `--bin NAME`), or \
                     `--command-a COMMAND` and `--command-b COMMAND`"
                        .to_owned(),
                );
            }
        };
        Ok(Self {
            sides,
            measurement,
            store,
        })
    }
}

/// Whether the programs will take a text for a time: better told before the builds.
fn is_time(text: &str) -> bool {
    let number = text.trim_end_matches(|c: char| c.is_alphabetic());
    let unit = text.get(number.len()..).unwrap_or_default();
    let is_positive = number.parse::<f64>().is_ok_and(|number| number > 0.0);
    is_positive && ["ns", "us", "µs", "ms", "s", "m", "min", "h"].contains(&unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<AbOptions, String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        AbOptions::parse(&words)
    }

    #[test]
    fn a_revision_or_two_commands_are_measured() {
        let found = parse("--base main --example sorting --store x -- --sweep By").unwrap();
        let expected = Sides::Revision {
            base: "main".to_owned(),
            target: TargetChoice {
                target: Some(Target::Example("sorting".to_owned())),
                ..TargetChoice::default()
            },
        };
        assert_eq!((found.sides, found.measurement.pairs), (expected, 40));
        assert_eq!(
            found.measurement.arguments,
            ["--sweep", "By", "--budget", "1s"]
        );
        let found =
            parse("--command-a ./a --command-b ./b --pairs 12 --store x -- --repeats=5").unwrap();
        assert_eq!(found.measurement.pairs, 12);
        assert_eq!(found.measurement.arguments, ["--repeats=5"]);
    }

    #[test]
    fn mistakes_are_named() {
        for (line, expected) in [
            ("", "give either `--base REVISION`"),
            ("--base main --command-a ./a", "give either"),
            ("--base main --bench a --bin b", "name one of"),
            ("--base main --pairs 1", "is not a number from 2 to 10000"),
            ("--base main --time abc", "`--time abc` is not a time"),
            ("--base main --time 0s", "`--time 0s` is not a time"),
            ("--base main --time 5", "`--time 5` is not a time"),
            ("--base main sorting", "`sorting` is not expected"),
            ("--bsae main", "did you mean `--base`?"),
        ] {
            let error = parse(&format!("{line} --store x")).unwrap_err();
            assert!(error.contains(expected), "{line}: {error}");
        }
    }
}
