//! The options, in the order in which help lists them.
//!
//! Within one place, options apply in this order. Of two options that change one field, the later one wins: `samples`
//! over `level`, `jobs` over `executor`, `order` over `seed`, `plot-width` over `plot-size`.

mod cluster;
mod execution;
mod history;
mod reporting;
mod run;
mod search;
mod storage;
mod timing;

use super::option::RunOption;

/// All options, by the headings they stand under.
pub(crate) static GROUPS: [(&str, &[RunOption]); 8] = [
    ("Selection", run::OPTIONS),
    ("Execution", execution::OPTIONS),
    ("Cluster", cluster::OPTIONS),
    ("Measurement", timing::OPTIONS),
    ("Search", search::OPTIONS),
    ("Storage", storage::OPTIONS),
    ("History", history::OPTIONS),
    ("Output", reporting::OPTIONS),
];

/// All options.
pub(crate) fn options() -> impl Iterator<Item = &'static RunOption> {
    GROUPS.iter().flat_map(|(_, options)| *options)
}

/// The option of a name.
pub(crate) fn option(name: &str) -> Option<&'static RunOption> {
    options().find(|option| option.name == name)
}

/// Whether an option is one of the store, or works through it.
pub(super) fn needs_store(name: &str) -> bool {
    name == "replicates" || storage::OPTIONS.iter().any(|option| option.name == name)
}

/// Whether an option is one of the history.
pub(super) fn needs_history(name: &str) -> bool {
    history::OPTIONS.iter().any(|option| option.name == name)
}

/// Whether an option is one of the cluster.
pub(super) fn needs_cluster(name: &str) -> bool {
    cluster::OPTIONS.iter().any(|option| option.name == name)
}

/// Whether an option is one of searches.
pub(super) fn needs_search(name: &str) -> bool {
    search::OPTIONS.iter().any(|option| option.name == name)
}

/// The names that options had, and those that they have.
pub(crate) const RENAMED: [(&str, &str); 1] = [("processes", "replicates")];

/// The current name of a renamed option.
pub(crate) fn renamed(name: &str) -> Option<&'static str> {
    let found = RENAMED.iter().find(|(old, _)| *old == name);
    found.map(|(_, new)| *new)
}

/// The name of a value that is one of a few.
fn name_of<T: PartialEq>(value: T, known: &[(&'static str, T)]) -> &'static str {
    let found = known.iter().find(|(_, known)| *known == value);
    found.map_or("", |(name, _)| name)
}
