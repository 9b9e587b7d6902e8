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

/// The feature of the crate that an option needs, and whether it is on.
pub(super) fn feature_of(name: &str) -> Option<(&'static str, bool)> {
    let is_of = |options: &[RunOption]| options.iter().any(|option| option.name == name);
    let features = [
        (
            "store",
            name == "replicates" || is_of(storage::OPTIONS),
            cfg!(feature = "store"),
        ),
        (
            "history",
            is_of(history::OPTIONS),
            cfg!(feature = "history"),
        ),
        (
            "cluster",
            is_of(cluster::OPTIONS),
            cfg!(feature = "cluster"),
        ),
        ("search", is_of(search::OPTIONS), cfg!(feature = "search")),
        ("sweeper", name == "shared-dir", cfg!(feature = "sweeper")),
    ];
    let found = features.into_iter().find(|(_, needs_it, _)| *needs_it);
    found.map(|(feature, _, is_on)| (feature, is_on))
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
