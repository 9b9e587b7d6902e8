//! The work of a handle under the lock: expire owners that are gone, check, append, read.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use serde::Serialize;

use super::elements::{identities, text_of};
use super::error::SweeperError;
use super::group::{AppendNumber, Group};
use super::info::Owner;
use super::journal::{DamagedLines, Journal};
use super::lease::{OWNERS, OwnerWatch, Presence, Surroundings, half};
use super::lock_file::LockGuard;
use super::options::SweeperOptions;
use super::record::{ElementRecord, Line, Note, OwnerRecord, write_line};
use super::state_table::{ElementIndex, StateTable};
use super::transition::{ElementState, Transition};
use crate::value::Digest;

/// The state behind the mutex of a handle.
#[derive(Debug)]
pub(super) struct Inner<T> {
    pub(super) sweeps: Vec<T>,
    pub(super) table: StateTable,
    pub(super) journal: Journal,
    pub(super) damaged_lines: DamagedLines,
    me: OwnerRecord,
    presence: Option<Presence>,
    watch: OwnerWatch,
    surroundings: Surroundings,
    options: SweeperOptions,
    /// The lock, and how many operations there were since it was taken.
    held: Option<LockGuard>,
    turns: u32,
}

/// After this number of operations of one handle, others get a chance.
const TURNS: u32 = 64;

/// The data that a transition stores with an element, beside its state.
pub(super) type NoteUpdate<'a> = &'a dyn Fn(Note) -> Note;

impl<T: Serialize> Inner<T> {
    pub(super) fn new(options: SweeperOptions) -> Result<Self, SweeperError> {
        check_place(&options.dir)?;
        let surroundings = options.surroundings.clone();
        let surroundings = surroundings.unwrap_or_else(|| Surroundings::real(None));
        Ok(Self {
            sweeps: Vec::new(),
            table: StateTable::default(),
            journal: Journal::open(&options.dir)?,
            damaged_lines: DamagedLines::default(),
            me: owner(&surroundings),
            presence: None,
            watch: OwnerWatch::new(&options.dir, options.lease, surroundings.clone()),
            surroundings,
            options,
            held: None,
            turns: 0,
        })
    }

    /// Takes other elements; equal ones count once.
    pub(super) fn set_sweeps(&mut self, mut sweeps: Vec<T>) -> Result<(), SweeperError> {
        let ids = identities(&sweeps)?;
        let (table, repeated) = StateTable::new(ids.into_iter());
        let mut repeated = repeated.into_iter().peekable();
        if repeated.peek().is_some() {
            let mut at = 0..;
            sweeps.retain(|_| {
                repeated
                    .next_if_eq(&at.next().unwrap_or(usize::MAX))
                    .is_none()
            });
        }
        self.sweeps = sweeps;
        self.table = table;
        self.reread();
        Ok(())
    }

    /// Drops the contents of the journal, so that the next operation reads all of it.
    pub(super) fn reread(&mut self) {
        // A lock that was handed on would say that there is nothing to read.
        self.end_turns();
        self.journal.reread(&mut self.table);
    }

    /// Takes the lock, unless the thread before handed it on, and reads what others wrote.
    pub(super) fn begin_turn(&mut self) -> Result<(), SweeperError> {
        if self.turns >= TURNS {
            self.end_turns();
        }
        self.turns += 1;
        if self.held.is_some() {
            return Ok(());
        }
        let SweeperOptions {
            patience, waiting, ..
        } = &self.options;
        self.held = Some(self.journal.lock(*patience, &**waiting)?);
        self.journal
            .refresh(&mut self.table, &mut self.damaged_lines)
    }

    /// The places of elements.
    pub(super) fn find<'a>(
        &self,
        elements: impl Iterator<Item = &'a T> + Clone,
    ) -> Result<Vec<ElementIndex>, SweeperError>
    where
        T: 'a,
    {
        let ids = identities(elements.clone())?;
        let places = ids.into_iter().zip(elements).map(|(id, element)| {
            let place = self.table.find(id);
            place.ok_or_else(|| SweeperError::Unknown(text_of(element)))
        });
        places.collect()
    }

    /// Takes back what those have in progress who are gone; how much that is.
    pub(super) fn release(&mut self, group: &Group) -> Result<usize, SweeperError> {
        let mut released = 0;
        for key in self.table.claimants() {
            let record = self.table.owner(key);
            if key == self.me.key || !self.watch.is_gone(key, record) {
                continue;
            }
            let owner = record.map(Owner::new);
            let owner = owner.map_or_else(|| "somebody".to_owned(), |owner| owner.to_string());
            let places = self.table.claims(key);
            released += places.len();
            let update = |note: Note| Note {
                error: Some(format!("{owner} ended before it was done")),
                ..note
            };
            // It does not have to be on the disk: a reader of the claim after a crash finds the same result.
            let _ = self.step(group, &places, Transition::Expire, &update)?;
            self.watch.remove_owner_file(key, self.table.owner(key));
        }
        Ok(released)
    }

    /// Makes todo again what those skipped who are gone.
    pub(super) fn retry_skipped(&mut self, group: &Group) -> Result<(), SweeperError> {
        let places = self.table.in_state(ElementState::Skipped);
        let places: Vec<ElementIndex> = places.filter_map(|at| at.try_into().ok()).collect();
        let owner_of = |table: &StateTable, place: &ElementIndex| {
            table.get(*place).map(|(_, entry)| entry.owner)
        };
        let owners: HashSet<u64> = places
            .iter()
            .filter_map(|place| owner_of(&self.table, place))
            .collect();
        let gone: HashSet<u64> = owners
            .into_iter()
            .filter(|key| *key != self.me.key && self.watch.is_gone(*key, self.table.owner(*key)))
            .collect();
        let is_left = |place: &ElementIndex| {
            owner_of(&self.table, place).is_some_and(|owner| gone.contains(&owner))
        };
        let left: Vec<ElementIndex> = places.into_iter().filter(is_left).collect();
        self.step(group, &left, Transition::Reset, &|note| note)
            .map(drop)
    }

    /// Removes the files that processes left when they died with nothing in progress.
    pub(super) fn tidy(&mut self) {
        for key in self.watch.owner_files() {
            let owner = self.table.owner(key);
            if !self.table.has_claims(key) && key != self.me.key && self.watch.is_gone(key, owner) {
                self.watch.remove_owner_file(key, owner);
            }
        }
    }

    /// Makes a step with elements, all or none of them.
    pub(super) fn step(
        &mut self,
        group: &Group,
        places: &[ElementIndex],
        transition: Transition,
        update: NoteUpdate<'_>,
    ) -> Result<Option<AppendNumber>, SweeperError> {
        let records = self.records(places, transition, update)?;
        if records.is_empty() {
            return Ok(None);
        }
        // Other handles check whether the owner of a claim or a skip is alive, so its presence must be visible.
        if matches!(transition, Transition::Get | Transition::Skip) {
            self.ensure_presence()?;
        }
        let is_known = self.table.owner(self.me.key).is_some();
        let me = (!is_known).then(|| Line::Owner(self.me.clone()));
        let records = records.into_iter().map(Line::Element);
        let records: Vec<Line> = me.into_iter().chain(records).collect();
        let mut lines = Vec::with_capacity(records.len() * 96);
        for record in &records {
            write_line(record, &mut lines);
        }
        let number = group.wrote(self.journal.append(&mut lines)?);
        for record in records {
            self.table.apply(record);
        }
        if let Some(presence) = &self.presence {
            presence.set_claims(self.table.has_claims(self.me.key));
        }
        self.journal.compact_if_long(&mut self.table);
        Ok(Some(number))
    }

    fn records(
        &self,
        places: &[ElementIndex],
        transition: Transition,
        update: NoteUpdate<'_>,
    ) -> Result<Vec<ElementRecord>, SweeperError> {
        let mut records = Vec::with_capacity(places.len());
        let mut twice = HashSet::new();
        let at = self.surroundings.now();
        for &place in places {
            let Some((id, entry)) = self.table.get(place) else {
                continue;
            };
            let here = entry.owner == self.me.key;
            let next = transition.apply(entry.state, here);
            let is_first = places.len() == 1 || twice.insert(place);
            let Some(state) = next.filter(|_| is_first) else {
                let state = next.filter(|_| !is_first).unwrap_or(entry.state);
                return Err(self.refused(place, transition, state));
            };
            let note = update(entry.note.as_deref().cloned().unwrap_or_default());
            records.push(ElementRecord {
                id,
                state,
                attempts: entry
                    .attempts
                    .saturating_add(u32::from(transition == Transition::Get)),
                owner: self.me.key,
                at,
                note: (note != Note::default()).then(|| Box::new(note)),
            });
        }
        Ok(records)
    }

    fn refused(
        &self,
        place: ElementIndex,
        transition: Transition,
        state: ElementState,
    ) -> SweeperError {
        let entry = self.table.get(place);
        let has = entry.filter(|(_, entry)| entry.state == ElementState::InProgress);
        let owner = has.map(|(_, entry)| match self.table.owner(entry.owner) {
            Some(owner) => format!(", with {}", Owner::new(owner)),
            None => ", with an unknown owner".to_owned(),
        });
        let element = match self.sweeps.get(place as usize) {
            Some(element) => text_of(element),
            None => format!("element {}", Digest(entry.map_or(0, |(id, _)| id))),
        };
        SweeperError::InvalidTransition {
            transition,
            element,
            state,
            owner: owner.unwrap_or_default(),
        }
    }

    /// Makes sure that others see that this handle is there, before it claims something.
    fn ensure_presence(&mut self) -> Result<(), SweeperError> {
        let dir = &self.options.dir;
        let appeared = match &self.presence {
            Some(presence) => presence.touch(),
            None => {
                let (key, lease) = (self.me.key, self.options.lease);
                Presence::start(dir, key, lease, self.surroundings.clone())
                    .map(|presence| self.presence = Some(presence))
            }
        };
        appeared.map_err(SweeperError::io("write", dir.join(OWNERS)))
    }
}

impl<T> Inner<T> {
    /// Gives the lock back.
    pub(super) fn end_turns(&mut self) {
        self.held = None;
        self.turns = 0;
    }
}

/// Refuses a directory that could not hold what is to be in it.
fn check_place(dir: &Path) -> Result<(), SweeperError> {
    if dir.as_os_str().is_empty() {
        return Err(SweeperError::NoDirectory);
    }
    let owners = dir.join(OWNERS);
    match std::fs::metadata(&owners) {
        Ok(found) if !found.is_dir() => {
            let in_the_way = std::io::ErrorKind::NotADirectory.into();
            Err(SweeperError::io("use", owners)(in_the_way))
        }
        // A missing file is made when there is something to write.
        _ => Ok(()),
    }
}

/// This handle, by a number that no other one has.
fn owner(surroundings: &Surroundings) -> OwnerRecord {
    let since = surroundings.wall.now();
    let process = std::process::id();
    // The keys of the state are random, and no two states have the same.
    let random = RandomState::new().hash_one((since, process, surroundings.host));
    OwnerRecord {
        key: half(Digest::of(&random.to_le_bytes())),
        since: surroundings.now(),
        process,
        host: surroundings.host,
        name: surroundings.name.clone(),
    }
}
