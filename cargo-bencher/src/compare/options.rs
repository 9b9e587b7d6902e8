//! The command line of comparisons.

use std::path::PathBuf;

use bencher_core::regression::{CompareOptions, ErrorControl, Threshold};

use crate::words::Words;

/// How a comparison is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// As tables; all points, or the same ones folded.
    Table {
        all: bool,
    },
    Markdown,
    Json,
}

/// The sides of the comparison, its rule, and the files that are written.
#[derive(Clone, Debug)]
pub(crate) struct OutputOptions {
    pub(crate) compare: CompareOptions,
    pub(crate) output: Output,
    /// A file that receives the Markdown beside what is printed.
    pub(crate) markdown: Option<PathBuf>,
}

impl OutputOptions {
    /// Takes the options of all comparisons from a command line.
    pub(crate) fn take(words: &mut Words) -> Result<Self, String> {
        let mut compare = CompareOptions::default();
        if let Some(text) = words.value("--threshold")? {
            compare.threshold = threshold("--threshold", &text)?;
        }
        if let Some(text) = words.value("--group-threshold")? {
            compare.group_threshold = threshold("--group-threshold", &text)?;
        }
        let rates = (
            words.value("--error-rate")?,
            words.value("--false-discovery-rate")?,
        );
        match rates {
            (Some(_), Some(_)) => {
                return Err(
                    "give either `--error-rate` or `--false-discovery-rate`: one of them is controlled"
                        .to_owned(),
                );
            }
            (Some(text), None) => compare.rate = rate("--error-rate", &text)?,
            (None, Some(text)) => {
                compare.rate = rate("--false-discovery-rate", &text)?;
                compare.control = ErrorControl::FalseDiscovery;
            }
            (None, None) => {}
        }
        let all = words.switch("--all");
        let output = match (words.switch("--json"), words.switch("--markdown")) {
            (true, true) => return Err("give either `--json` or `--markdown`".to_owned()),
            (true, false) => Output::Json,
            (false, true) => Output::Markdown,
            (false, false) => Output::Table { all },
        };
        let markdown = words.value("--markdown-file")?.map(PathBuf::from);
        let is_picture = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "svg");
        if markdown.as_ref().is_some_and(is_picture) {
            return Err(
                "`--markdown-file` writes a picture beside the Markdown, whose name ends in `.svg`: choose another name"
                    .to_owned(),
            );
        }
        Ok(Self {
            compare,
            output,
            markdown,
        })
    }
}

fn threshold(name: &str, text: &str) -> Result<Threshold, String> {
    let share = share(text).filter(|share| *share > 0.0 && *share <= 1.0);
    share.and_then(Threshold::new).ok_or_else(|| {
        no_share(
            name,
            text,
            "a share above 0 and up to 100 %, such as 2% or 0.02",
        )
    })
}

/// How often something may be wrong.
fn rate(name: &str, text: &str) -> Result<f64, String> {
    let share = share(text).filter(|share| *share > 0.0 && *share < 1.0);
    share.ok_or_else(|| {
        no_share(
            name,
            text,
            "a share above 0 and below 100 %, such as 5% or 0.05",
        )
    })
}

/// That a text is no share; a number above 1 without the sign was probably meant in percent.
fn no_share(name: &str, text: &str, kind: &str) -> String {
    let is_percent = text
        .parse()
        .is_ok_and(|number: f64| number > 1.0 && number < 100.0);
    let hint = if is_percent {
        format!("; did you mean `{text}%`?")
    } else {
        String::new()
    };
    format!("`{name} {text}` is not {kind}{hint}")
}

/// A share as `2%` or `0.02`.
fn share(text: &str) -> Option<f64> {
    match text.strip_suffix('%') {
        Some(percent) => percent
            .trim()
            .parse::<f64>()
            .ok()
            .map(|percent| percent / 100.0),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Words {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        Words::new(&words)
    }

    #[test]
    fn options_stand_anywhere() {
        let mut line = words("a --threshold=3% b --error-rate 0.01 --json");
        let found = OutputOptions::take(&mut line).unwrap();
        assert!((found.compare.threshold.share() - 0.03).abs() < 1e-12);
        assert!((found.compare.rate - 0.01).abs() < 1e-12);
        assert_eq!(found.output, Output::Json);
        assert_eq!(line.rest(2).unwrap(), ["a", "b"]);
    }

    #[test]
    fn mistakes_are_named() {
        for (line, expected) in [
            ("--threshold", "`--threshold` needs a value"),
            ("--threshold -1", "is not a share above 0 and up to 100 %"),
            ("--threshold 500%", "`--threshold 500%` is not a share"),
            (
                "--group-threshold 0",
                "`--group-threshold 0` is not a share",
            ),
            ("--threshold 2", "did you mean `2%`?"),
            ("--threshold NaN", "is not a share"),
            (
                "--error-rate 100%",
                "is not a share above 0 and below 100 %",
            ),
            (
                "--false-discovery-rate 0",
                "is not a share above 0 and below 100 %",
            ),
            ("--error-rate 5% --false-discovery-rate 5%", "give either"),
            ("--markdown-file a.svg", "choose another name"),
            ("--json --markdown", "either"),
        ] {
            let error = OutputOptions::take(&mut words(line)).unwrap_err();
            assert!(error.contains(expected), "{line}: {error}");
        }
        let whole = OutputOptions::take(&mut words("--threshold 100%")).unwrap();
        assert!((whole.compare.threshold.share() - 1.0).abs() < 1e-12);
        let mut line = words("a b c --al");
        let _ = OutputOptions::take(&mut line).unwrap();
        let error = line.rest(2).unwrap_err();
        assert!(
            error.contains("`--al`; did you mean `--all`? (known: --threshold"),
            "{error}"
        );
        assert!(words("a b c").rest(2).unwrap_err().contains("`c`"));
    }
}
