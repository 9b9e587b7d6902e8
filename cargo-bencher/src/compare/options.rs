//! The command line of comparisons.

use std::path::PathBuf;

use bencher_core::regression::{CompareOptions, Threshold};

/// A command line that is read option by option.
#[derive(Debug)]
pub(crate) struct Words {
    words: Vec<String>,
    known: Vec<&'static str>,
}

impl Words {
    pub(crate) fn new(args: &[String]) -> Self {
        Self {
            words: args.to_vec(),
            known: Vec::new(),
        }
    }

    /// The value of an option, as `--name VALUE` or `--name=VALUE`; the last one counts.
    pub(crate) fn value(&mut self, name: &'static str) -> Result<Option<String>, String> {
        self.known.push(name);
        let mut found = None;
        while let Some(at) = self.position(name) {
            let word = self.words.remove(at);
            found = Some(match word.split_once('=') {
                Some((_, value)) => value.to_owned(),
                None if at < self.words.len() => self.words.remove(at),
                None => return Err(format!("`{name}` needs a value")),
            });
        }
        Ok(found)
    }

    /// Whether a switch is given.
    pub(crate) fn switch(&mut self, name: &'static str) -> bool {
        self.known.push(name);
        let mut found = false;
        while let Some(at) = self.words.iter().position(|word| word == name) {
            self.words.remove(at);
            found = true;
        }
        found
    }

    /// The store that is named, else that of the folder.
    pub(crate) fn store(&mut self) -> Result<PathBuf, String> {
        let named = self.value("--store")?;
        crate::store::chosen(named.map(PathBuf::from))
    }

    /// What is left: words without dashes, so many at most.
    pub(crate) fn rest(self, most: usize) -> Result<Vec<String>, String> {
        if let Some(option) = self.words.iter().find(|word| word.starts_with("--")) {
            let known = self.known.join(", ");
            return Err(format!("there is no option `{option}` (known: {known})"));
        }
        match self.words.get(most) {
            Some(word) => Err(format!("`{word}` is not expected here")),
            None => Ok(self.words),
        }
    }

    /// What stands behind `--`, and is for another program.
    pub(crate) fn behind_dashes(&mut self) -> Vec<String> {
        match self.words.iter().position(|word| word == "--") {
            Some(at) => self.words.split_off(at).split_off(1),
            None => Vec::new(),
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        let is_it = |word: &String| {
            word == name
                || word
                    .strip_prefix(name)
                    .is_some_and(|rest| rest.starts_with('='))
        };
        self.words.iter().position(is_it)
    }
}

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

/// What is compared how, and where it is written.
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
        if let Some(text) = words.value("--error-rate")? {
            compare.rate = share(&text)
                .filter(|rate| *rate > 0.0 && *rate < 1.0)
                .ok_or_else(|| {
                    format!("`--error-rate {text}` is not a share between 0 and 100 %")
                })?;
        }
        let all = words.switch("--all");
        let output = match (words.switch("--json"), words.switch("--markdown")) {
            (true, true) => return Err("give either `--json` or `--markdown`".to_owned()),
            (true, false) => Output::Json,
            (false, true) => Output::Markdown,
            (false, false) => Output::Table { all },
        };
        Ok(Self {
            compare,
            output,
            markdown: words.value("--markdown-file")?.map(PathBuf::from),
        })
    }
}

fn threshold(name: &str, text: &str) -> Result<Threshold, String> {
    let found = share(text).and_then(Threshold::new);
    found.ok_or_else(|| format!("`{name} {text}` is not a share, such as 2% or 0.02"))
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
            ("--threshold -1", "is not a share, such as 2% or 0.02"),
            ("--error-rate 2", "is not a share between 0 and 100 %"),
            ("--json --markdown", "either"),
        ] {
            let error = OutputOptions::take(&mut words(line)).unwrap_err();
            assert!(error.contains(expected), "{line}: {error}");
        }
        let mut line = words("a b c --al");
        let _ = OutputOptions::take(&mut line).unwrap();
        let error = line.rest(2).unwrap_err();
        assert!(error.contains("`--al` (known: --threshold"), "{error}");
        assert!(words("a b c").rest(2).unwrap_err().contains("`c`"));
    }

    #[test]
    fn the_words_behind_two_dashes_are_for_another_program() {
        let mut line = words("a -- --threshold 5%");
        assert_eq!(line.behind_dashes(), ["--threshold", "5%"]);
        assert_eq!(line.rest(1).unwrap(), ["a"]);
    }
}
