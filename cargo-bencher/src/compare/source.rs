//! What stands on one side of a comparison.

use std::path::{Path, PathBuf};

use bencher_core::record::SweepRecord;
use bencher_core::store::{
    baseline_directory, baseline_names, load_last_results, load_newest_results,
};
use bencher_core::var::nearest;

use crate::files::load_file;

/// The results of one side.
#[derive(Debug)]
pub(super) struct Source {
    /// Its name in tables.
    pub(super) name: String,
    pub(super) records: Vec<SweepRecord>,
    /// Whether a tag chose them, so that the tag tells nothing apart.
    is_of_tag: bool,
}

impl Source {
    /// The results that a word of the command line names: `last`, `previous`, a file, the folder of a store, a
    /// baseline, or a tag.
    ///
    /// # Errors
    /// Where it names nothing, or what it names cannot be read.
    pub(super) fn of(store: &Path, word: &str) -> Result<Self, String> {
        let records = match word {
            "last" => newest(store)?,
            "previous" => previous(store)?,
            _ => named(store, word)?,
        };
        if records.is_empty() {
            return Err(match word {
                "previous" => format!(
                    "no sweep in {} was measured twice; run the program again first",
                    store.display()
                ),
                _ => format!("there is no result in {word}"),
            });
        }
        let is_of_tag = records.iter().all(|record| record.tag == word);
        Ok(Self {
            name: word.to_owned(),
            records,
            is_of_tag,
        })
    }

    /// Names its sweeps as the other side can: without the tag where one side is a tag, and by their titles where one
    /// side is an export, which has nothing else.
    pub(super) fn name_as(&mut self, other: &Self) {
        let is_export = |record: &SweepRecord| record.bench.is_empty();
        let has_exports = self.records.iter().chain(&other.records).any(is_export);
        if other.is_of_tag && !self.is_of_tag {
            // The other results were measured under other tags.
            self.records.retain(|record| record.tag.is_empty());
        }
        if self.is_of_tag || has_exports {
            self.records
                .iter_mut()
                .for_each(|record| record.tag.clear());
        }
        if has_exports {
            self.records
                .iter_mut()
                .for_each(|record| record.bench.clear());
        }
    }
}

fn named(store: &Path, word: &str) -> Result<Vec<SweepRecord>, String> {
    let baseline = baseline_directory(store, word)
        .ok()
        .filter(|folder| folder.is_dir());
    if let Some(folder) = baseline {
        return newest(&folder);
    }
    let path = PathBuf::from(word);
    if path.is_dir() {
        return newest(&path);
    }
    if path.is_file() {
        return load_file(&path).map(|record| vec![record]);
    }
    let (tagged, others): (Vec<SweepRecord>, Vec<SweepRecord>) = newest(store)?
        .into_iter()
        .partition(|record| record.tag == word);
    if tagged.is_empty() {
        let baselines = baseline_names(store);
        let tags = others.iter().map(|record| record.tag.as_str());
        let known = baselines.iter().map(String::as_str).chain(tags);
        let hint = nearest(word, known.chain(["last", "previous"]))
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(format!(
            "there is no baseline, file, store or tag `{word}`{hint} (`cargo bencher baseline list` names the \
             baselines, `cargo bencher list` the tags; `last` and `previous` are the last two results of \
             every sweep)"
        ));
    }
    Ok(tagged)
}

fn newest(store: &Path) -> Result<Vec<SweepRecord>, String> {
    let found = load_newest_results(store).map_err(|error| error.to_string())?;
    for reason in &found.passed_over {
        eprintln!("skipped: {reason}");
    }
    Ok(found.records)
}

/// The result before the newest of every sweep that has two.
fn previous(store: &Path) -> Result<Vec<SweepRecord>, String> {
    let found = load_last_results(store, 2).map_err(|error| error.to_string())?;
    let earlier = found.into_iter().filter(|results| results.len() == 2);
    Ok(earlier
        .filter_map(|results| results.into_iter().next())
        .collect())
}
