//! The contents of the journal in memory: the state and the owner of every element, and the next element. The cost of
//! an operation does not depend on the number of elements.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::iter;

use super::lease::half;
use super::record::{ElementRecord, Line, Note, OwnerRecord};
use super::transition::ElementState;
use crate::value::Digest;

/// The number of an element in a [`StateTable`].
pub(super) type ElementIndex = u32;

type Map<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// The entry of an element.
#[derive(Clone, Debug)]
pub(super) struct ElementEntry {
    pub(super) state: ElementState,
    pub(super) attempts: u32,
    pub(super) owner: u64,
    pub(super) at: u64,
    pub(super) note: Option<Box<Note>>,
}

impl ElementEntry {
    const FRESH: Self = Self {
        state: ElementState::Todo,
        attempts: 0,
        owner: 0,
        at: 0,
        note: None,
    };

    const fn is_fresh(&self) -> bool {
        matches!(self.state, ElementState::Todo) && self.attempts == 0 && self.note.is_none()
    }
}

#[derive(Debug, Default)]
pub(super) struct StateTable {
    /// The elements of the sweep in their order, then those of other sweeps of the same journal.
    ids: Vec<u128>,
    entries: Vec<ElementEntry>,
    index: Map<u128, ElementIndex>,
    /// How many elements the sweep has.
    length: usize,
    /// Whatever of the sweep is todo and stands before this is in `returned`.
    next: usize,
    returned: BTreeSet<ElementIndex>,
    owners: Map<u64, OwnerRecord>,
    claims: Map<u64, HashSet<ElementIndex, BuildHasherDefault<IdHasher>>>,
    counts: [usize; 4],
    /// How many lines made the table, and how many would.
    lines: usize,
    live: usize,
}

impl StateTable {
    /// A table of new elements. Duplicates are dropped, and their numbers are returned.
    pub(super) fn new(ids: impl ExactSizeIterator<Item = u128>) -> (Self, Vec<usize>) {
        let mut table = Self::default();
        table.index.reserve(ids.len());
        table.ids.reserve(ids.len());
        let mut repeated = Vec::new();
        for (at, id) in ids.enumerate() {
            if table.index.contains_key(&id) {
                repeated.push(at);
            } else {
                table.push(id);
            }
        }
        table.length = table.ids.len();
        table.forget();
        (table, repeated)
    }

    /// Makes every element fresh.
    pub(super) fn forget(&mut self) {
        for id in self.ids.drain(self.length..) {
            self.index.remove(&id);
        }
        self.entries.clear();
        self.entries.resize(self.length, ElementEntry::FRESH);
        self.next = 0;
        self.returned.clear();
        self.owners.clear();
        self.claims.clear();
        self.counts = [self.length, 0, 0, 0];
        (self.lines, self.live) = (0, 0);
    }

    fn push(&mut self, id: u128) -> Option<ElementIndex> {
        let place = ElementIndex::try_from(self.ids.len()).ok()?;
        self.ids.push(id);
        self.entries.push(ElementEntry::FRESH);
        self.index.insert(id, place);
        Some(place)
    }

    /// Applies a line of the journal.
    pub(super) fn apply(&mut self, line: Line) {
        self.lines += 1;
        match line {
            Line::Element(record) => self.apply_element(record),
            Line::Owner(owner) => {
                self.owners.insert(owner.key, owner);
            }
            // These stand in files of their own.
            Line::Heartbeat(_) | Line::Saved(_) => {}
        }
    }

    fn apply_element(&mut self, record: ElementRecord) {
        let known = self.index.get(&record.id).copied();
        let Some(place) = known.or_else(|| self.push(record.id)) else {
            return;
        };
        let Some(entry) = self.entries.get_mut(place as usize) else {
            return;
        };
        let new = ElementEntry {
            state: record.state,
            attempts: record.attempts,
            owner: record.owner,
            at: record.at,
            note: record.note,
        };
        self.live += usize::from(!new.is_fresh());
        let old = std::mem::replace(entry, new);
        self.live -= usize::from(!old.is_fresh());
        if old.state == ElementState::InProgress
            && let Some(claims) = self.claims.get_mut(&old.owner)
        {
            claims.remove(&place);
            if claims.is_empty() {
                self.claims.remove(&old.owner);
            }
        }
        if record.state == ElementState::InProgress {
            self.claims.entry(record.owner).or_default().insert(place);
        }
        if (place as usize) < self.length {
            self.count(old.state, record.state);
            if (place as usize) < self.next {
                match record.state {
                    ElementState::Todo => self.returned.insert(place),
                    _ => self.returned.remove(&place),
                };
            }
        }
    }

    fn count(&mut self, old: ElementState, new: ElementState) {
        for (state, up) in [(new, true), (old, false)] {
            if let Some(count) = self.counts.get_mut(state as usize) {
                *count = if up { *count + 1 } else { *count - 1 };
            }
        }
    }

    /// Passes over what is not todo before the first that is, so that it is not looked at again.
    pub(super) fn advance_cursor(&mut self) {
        let ahead = self.entries.get(self.next..self.length).unwrap_or_default();
        let passed = ahead
            .iter()
            .position(|entry| entry.state == ElementState::Todo);
        self.next += passed.unwrap_or(ahead.len());
    }

    /// The elements that are todo, in the order of the sweep; the first is free after
    /// [`advance_cursor`](Self::advance_cursor).
    pub(super) fn todo(&self) -> impl Iterator<Item = ElementIndex> {
        let ahead = self.entries.get(self.next..self.length).unwrap_or_default();
        let ahead = iter::zip(self.next.., ahead);
        let ahead = ahead.filter(|(_, entry)| entry.state == ElementState::Todo);
        // Places are below `ElementIndex::MAX`, or they would not have been pushed.
        let ahead = ahead.filter_map(|(place, _)| ElementIndex::try_from(place).ok());
        self.returned.iter().copied().chain(ahead)
    }

    /// The elements of the sweep that are in a state, in order.
    pub(super) fn in_state(&self, state: ElementState) -> impl Iterator<Item = usize> {
        let entries = self.entries.iter().take(self.length).enumerate();
        entries.filter_map(move |(place, entry)| (entry.state == state).then_some(place))
    }

    pub(super) fn find(&self, id: u128) -> Option<ElementIndex> {
        self.index.get(&id).copied()
    }

    pub(super) fn get(&self, place: ElementIndex) -> Option<(u128, &ElementEntry)> {
        let place = place as usize;
        Some((*self.ids.get(place)?, self.entries.get(place)?))
    }

    pub(super) fn owner(&self, key: u64) -> Option<&OwnerRecord> {
        self.owners.get(&key)
    }

    /// The owners of elements in progress.
    pub(super) fn claimants(&self) -> Vec<u64> {
        self.claims.keys().copied().collect()
    }

    pub(super) fn has_claims(&self, owner: u64) -> bool {
        self.claims.contains_key(&owner)
    }

    /// The elements that an owner has in progress, in order.
    pub(super) fn claims(&self, owner: u64) -> Vec<ElementIndex> {
        let claims = self.claims.get(&owner).into_iter().flatten();
        let mut places: Vec<ElementIndex> = claims.copied().collect();
        places.sort_unstable();
        places
    }

    /// How many elements of the sweep are in a state.
    pub(super) fn count_of(&self, state: ElementState) -> usize {
        self.counts.get(state as usize).copied().unwrap_or(0)
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// How many lines made the table, and how many would.
    pub(super) fn lines(&self) -> (usize, usize) {
        (self.lines, self.live + self.owners.len())
    }

    /// Tells the table that the journal has the lines of [`snapshot`](Self::snapshot) now.
    pub(super) fn compacted(&mut self) {
        self.lines = self.lines().1;
    }

    /// The fewest lines that make the table.
    pub(super) fn snapshot(&self) -> impl Iterator<Item = Line> {
        let live = || {
            let entries = iter::zip(&self.ids, &self.entries);
            entries.filter(|(_, entry)| !entry.is_fresh())
        };
        let used: HashSet<u64> = live().map(|(_, entry)| entry.owner).collect();
        let owners = self.owners.values();
        let owners = owners
            .filter(move |owner| used.contains(&owner.key))
            .cloned();
        let elements = live().map(|(id, entry)| ElementRecord {
            id: *id,
            state: entry.state,
            attempts: entry.attempts,
            owner: entry.owner,
            at: entry.at,
            note: entry.note.clone(),
        });
        owners.map(Line::Owner).chain(elements.map(Line::Element))
    }
}

/// Identities and the numbers of handles are digests already; places are brought apart.
#[derive(Debug, Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u32(&mut self, place: u32) {
        self.0 = u64::from(place).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }

    fn write_u128(&mut self, id: u128) {
        self.0 = half(Digest(id));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::element;
    use super::*;
    use ElementState::{Done, InProgress, Skipped, Todo};

    #[test]
    fn what_is_todo_keeps_its_order() {
        let (mut table, repeated) = StateTable::new([10, 11, 12, 11, 13].into_iter());
        assert_eq!(repeated, [3]);
        let todo = |table: &mut StateTable| {
            table.advance_cursor();
            table.todo().collect::<Vec<_>>()
        };
        assert_eq!(todo(&mut table), [0, 1, 2, 3]);
        for id in [10, 11, 13] {
            table.apply(Line::Element(element(id, InProgress)));
        }
        assert_eq!(todo(&mut table), [2]);
        table.apply(Line::Element(element(12, Done)));
        assert_eq!(todo(&mut table), [0; 0]);
        table.apply(Line::Element(element(13, Todo)));
        table.apply(Line::Element(element(10, Todo)));
        assert_eq!(todo(&mut table), [0, 3]);
        table.apply(Line::Element(element(10, Skipped)));
        assert_eq!(todo(&mut table), [3]);
        let counts = [Todo, InProgress, Done, Skipped].map(|state| table.count_of(state));
        assert_eq!(counts, [1, 1, 1, 1]);
        assert_eq!(table.claims(7), [1]);
    }

    #[test]
    fn elements_of_other_sweeps_are_kept_apart() {
        let (mut table, _) = StateTable::new([10].into_iter());
        table.apply(Line::Element(element(99, InProgress)));
        table.apply(Line::Element(element(98, Done)));
        assert_eq!((table.len(), table.count_of(Done)), (1, 0));
        assert_eq!(table.snapshot().count(), 2);
        assert_eq!(table.lines(), (2, 2));
        table.forget();
        assert_eq!((table.find(99), table.find(10)), (None, Some(0)));
        assert_eq!(table.snapshot().count(), 0);
    }
}
