//! Command lines of the tool.

use std::path::PathBuf;
use std::str::FromStr;

use bencher_core::var::{UnknownName, nearest};

use crate::failure::Failure;

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

    /// Names an option that is read elsewhere, for the list of the known ones.
    pub(crate) fn knows(&mut self, name: &'static str) {
        self.known.push(name);
    }

    /// Whether an option is there, which nothing has taken yet.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// The store that is named, else that of the folder.
    pub(crate) fn store(&mut self) -> Result<PathBuf, String> {
        let named = self.value("--store")?;
        crate::store::chosen(named.map(PathBuf::from))
    }

    /// The number that an option gives; `kind` names the possible ones.
    pub(crate) fn number<T: FromStr>(
        &mut self,
        name: &'static str,
        kind: &str,
        fits: impl Fn(&T) -> bool,
    ) -> Result<Option<T>, String> {
        let Some(text) = self.value(name)? else {
            return Ok(None);
        };
        let number = text.parse().ok().filter(fits);
        let number = number.ok_or_else(|| format!("`{name} {text}` is not {kind}"))?;
        Ok(Some(number))
    }

    /// The remaining words without dashes, `most` at most.
    pub(crate) fn rest(self, most: usize) -> Result<Vec<String>, String> {
        if let Some(option) = self.words.iter().find(|word| word.starts_with("--")) {
            let name = option.split('=').next().unwrap_or_default();
            return Err(UnknownName::new("option", name, self.known.iter().copied()).to_string());
        }
        match self.words.get(most) {
            Some(word) => Err(format!("`{word}` is not expected here")),
            None => Ok(self.words),
        }
    }

    /// The words behind `--`, which are for another program.
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

/// That there is no such command, with the one that is nearly named so, and all of them.
///
/// `group` stands before the name, as in `history show`; it is empty for the commands of the tool itself.
pub(crate) fn unknown_command(group: &str, given: &str, usage: &str) -> Failure {
    let commands: Vec<&str> = commands_of(usage).collect();
    let name = |command: &str| format!("{group} {command}").trim().to_owned();
    let hint = nearest(given, commands).map_or_else(String::new, |near| {
        format!("; did you mean `{}`?", name(near))
    });
    let usage = usage.trim_end();
    Failure::Usage(format!(
        "there is no command `{}`{hint}\n\n{usage}",
        name(given)
    ))
}

/// The commands that a help text lists: the first words of its lines that are indented by two spaces.
pub(crate) fn commands_of(usage: &str) -> impl Iterator<Item = &str> {
    let lines = usage.lines().filter_map(|line| line.strip_prefix("  "));
    let names = lines.filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    names
        .filter_map(|line| line.split_whitespace().next())
        .flat_map(|name| name.split('|'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Words {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        Words::new(&words)
    }

    #[test]
    fn the_words_behind_two_dashes_are_for_another_program() {
        let mut line = words("a -- --threshold 5%");
        assert_eq!(line.behind_dashes(), ["--threshold", "5%"]);
        assert_eq!(line.rest(1).unwrap(), ["a"]);
    }

    #[test]
    fn the_near_command_and_option_are_suggested() {
        let usage = "usage: x\n\n  save NAME  keep\n             more\n  list|show  name\n\n  --store DIR\n";
        let commands: Vec<&str> = commands_of(usage).collect();
        assert_eq!(commands, ["save", "list", "show"]);
        let error = unknown_command("baseline", "lsit", usage).to_string();
        assert!(
            error.starts_with(
                "there is no command `baseline lsit`; did you mean `baseline list`?\n"
            )
        );
        let error = unknown_command("", "zzz", usage).to_string();
        assert!(error.starts_with("there is no command `zzz`\n"), "{error}");
        let mut line = words("--stoer=x");
        let _ = line.value("--store").unwrap();
        let error = line.rest(0).unwrap_err();
        assert!(
            error.contains("no option `--stoer`; did you mean `--store`?"),
            "{error}"
        );
    }
}
