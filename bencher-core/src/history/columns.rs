//! Which results a history has, and since when.

use std::collections::HashMap;

use super::snapshot::Snapshot;
use crate::dataset::{Variable, VariableInfo};
use crate::value::{Digest, KeyWriter, Kind};

/// What makes the cells of two runs one result.
///
/// See [`HistoryColumn`] for an example.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ColumnIdentity {
    /// The name.
    pub name: String,
    /// What the cells hold.
    pub kind: String,
    /// The unit; empty if there is none.
    pub units: String,
    /// Raised by the author when the meaning changes.
    pub meaning_version: u32,
}

impl ColumnIdentity {
    /// The identity of a result.
    pub fn of(info: &VariableInfo) -> Self {
        Self {
            name: info.name.clone(),
            kind: info.kind.short_name(),
            units: info.units.clone(),
            meaning_version: info.meaning_version,
        }
    }

    fn digest(&self) -> Digest {
        let mut key = KeyWriter::default();
        for text in [&self.name, &self.kind, &self.units] {
            key.text(text);
        }
        key.number(self.meaning_version.into());
        key.digest()
    }
}

/// What became of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnState {
    /// The newest run declares it.
    Active,
    /// The newest run does not declare it. It resumes when a run declares it again.
    Dormant,
    /// Another result has its name now.
    Retired,
}

/// A result of a history.
///
/// ```
/// use bencher_core::dataset::VariableInfo;
/// use bencher_core::history::ColumnIdentity;
/// use bencher_core::value::Kind;
/// let moves = VariableInfo::new("moves", Kind::Uint(64));
/// let other = VariableInfo { meaning_version: 2, ..moves.clone() };
/// assert_ne!(ColumnIdentity::of(&moves), ColumnIdentity::of(&other));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryColumn {
    /// The name in the dataset. That of a retired result is `NAME__retired_` and 8 hexadecimal digits.
    pub name: String,
    /// What makes it one result.
    pub identity: ColumnIdentity,
    /// What became of it.
    pub state: ColumnState,
    /// The position, on the axis of time, of the first run that declared it.
    pub born: usize,
    /// The position of the last run that declared it.
    pub last: usize,
    /// What the latest of its runs says of it.
    pub(super) info: VariableInfo,
}

impl HistoryColumn {
    /// The cells of a run.
    pub(super) fn of<'a>(&self, snapshot: &'a Snapshot) -> Option<&'a Variable> {
        let variables = snapshot.record.dataset.variables().iter();
        let mut named = variables.filter(|var| var.info.name == self.identity.name);
        named.find(|var| ColumnIdentity::of(&var.info) == self.identity)
    }

    /// What the cells hold.
    pub(super) const fn kind(&self) -> Kind {
        self.info.kind
    }
}

/// The results of runs in their order: those of the newest run as it declares them, then the dormant and the retired
/// ones.
pub(super) fn columns(runs: &[&Snapshot]) -> Vec<HistoryColumn> {
    let mut columns: Vec<HistoryColumn> = Vec::new();
    let mut known: HashMap<ColumnIdentity, usize> = HashMap::new();
    for (at, run) in runs.iter().enumerate() {
        for var in run.record.dataset.variables() {
            let identity = ColumnIdentity::of(&var.info);
            let place = *known.entry(identity.clone()).or_insert(columns.len());
            match columns.get_mut(place) {
                Some(column) => {
                    column.last = at;
                    column.info = var.info.clone();
                }
                None => columns.push(HistoryColumn {
                    name: var.info.name.clone(),
                    identity,
                    state: ColumnState::Dormant,
                    born: at,
                    last: at,
                    info: var.info.clone(),
                }),
            }
        }
    }
    let newest = runs.len().saturating_sub(1);
    // The latest result of a name keeps the name.
    let mut latest: HashMap<String, usize> = HashMap::new();
    for column in &columns {
        let last = latest.entry(column.identity.name.clone()).or_insert(0);
        *last = column.last.max(*last);
    }
    for column in &mut columns {
        if column.last == newest {
            column.state = ColumnState::Active;
        } else if latest.get(&column.identity.name) != Some(&column.last) {
            column.state = ColumnState::Retired;
            let digest: String = column
                .identity
                .digest()
                .to_string()
                .chars()
                .take(8)
                .collect();
            column.name = format!("{}__retired_{digest}", column.identity.name);
            column.info.name.clone_from(&column.name);
        }
    }
    let declared: Vec<String> = runs.last().map_or_else(Vec::new, |run| {
        let variables = run.record.dataset.variables().iter();
        variables.map(|var| var.info.name.clone()).collect()
    });
    let place = |column: &HistoryColumn| declared.iter().position(|name| *name == column.name);
    columns.sort_by_key(|column| (column.state as u8, place(column)));
    columns
}
