//! The results that the words of a command line name: sweeps of the store by their titles, and files.

use std::path::Path;

use bencher_core::record::SweepRecord;

use crate::files::load_file;
use crate::results::Newest;

/// The results of a command, in the order of its words.
pub(crate) struct Selection {
    pub(crate) records: Vec<SweepRecord>,
    /// What is in the store, if the command looked there.
    newest: Option<Newest>,
}

impl Selection {
    /// The newest results of all sweeps of the store, or those that are named.
    ///
    /// # Errors
    /// Where a word names nothing, or something cannot be read.
    pub(crate) fn of(store: &Path, words: &[String]) -> Result<Self, String> {
        if words.is_empty() {
            let newest = Newest::of(store)?;
            return Ok(Self {
                records: newest.records.clone(),
                newest: Some(newest),
            });
        }
        let (mut records, mut newest) = (Vec::new(), None);
        for word in words {
            let path = Path::new(word);
            if path.is_file() {
                records.push(load_file(path)?);
                continue;
            }
            let known = match &newest {
                Some(known) => known,
                None => newest.insert(Newest::of(store).map_err(|error| or_file(word, error))?),
            };
            let found = like(&known.records, word).map_err(|error| or_file(word, error))?;
            records.extend(found.into_iter().cloned());
        }
        Ok(Self {
            records,
            newest: None,
        })
    }

    /// That every sweep of the store has a result that can be read, where all of them were asked for.
    pub(crate) fn all_are_readable(&self) -> Result<(), String> {
        self.newest
            .as_ref()
            .map_or(Ok(()), Newest::all_are_readable)
    }
}

/// The only result that a word names.
///
/// # Errors
/// Where it names none or several, or the file cannot be read.
pub(crate) fn one(store: &Path, word: &str) -> Result<SweepRecord, String> {
    let path = Path::new(word);
    if path.is_file() {
        return load_file(path);
    }
    let newest = Newest::of(store).map_err(|error| or_file(word, error))?;
    let found = like(&newest.records, word).map_err(|error| or_file(word, error))?;
    match *found {
        [record] => Ok(record.clone()),
        [first, ..] if first.title == word => Err(format!(
            "several programs have a sweep \"{word}\"; name the store of one with --store"
        )),
        _ => Err(format!(
            "several sweeps fit \"{word}\" (there are: {})",
            titles(&newest.records)
        )),
    }
}

/// The results whose title is the word, else those whose title contains it.
fn like<'r>(records: &'r [SweepRecord], word: &str) -> Result<Vec<&'r SweepRecord>, String> {
    let exact: Vec<&SweepRecord> = records
        .iter()
        .filter(|record| record.title == word)
        .collect();
    if !exact.is_empty() {
        return Ok(exact);
    }
    let lower = word.to_lowercase();
    let contains = |record: &&SweepRecord| record.title.to_lowercase().contains(&lower);
    let like: Vec<&SweepRecord> = records.iter().filter(contains).collect();
    if like.is_empty() {
        return Err(format!(
            "no sweep fits \"{word}\" (there are: {})",
            titles(records)
        ));
    }
    Ok(like)
}

/// The error, or that there is no file where the word looks like one.
fn or_file(word: &str, error: String) -> String {
    let extension = Path::new(word)
        .extension()
        .and_then(|extension| extension.to_str());
    match extension {
        Some("json" | "csv" | "result") => format!("there is no file {word}, and {error}"),
        _ => error,
    }
}

fn titles(records: &[SweepRecord]) -> String {
    let titles: Vec<&str> = records.iter().map(|record| record.title.as_str()).collect();
    titles.join(", ")
}
