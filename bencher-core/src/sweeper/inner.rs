//! What a handle does while it has the lock: look after those who are gone, check, append, heed.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use serde::Serialize;

use super::book::{Book, Place};
use super::elements::{identities, text_of};
use super::error::SweeperError;
use super::group::{Group, Ticket};
use super::hold::Hold;
use super::info::Owner;
use super::journal::{Damages, Journal};
use super::lease::{OWNERS, Presence, Surroundings, Watch, half};
use super::options::SweeperOptions;
use super::record::{ElementRecord, Line, Note, OwnerRecord, write_line};
use super::transition::{ElementState, Step};
use crate::value::Digest;

/// The state behind the mutex of a handle.
#[derive(Debug)]
pub(super) struct Inner<T> {
    pub(super) sweeps: Vec<T>,
    pub(super) book: Book,
    pub(super) journal: Journal,
    pub(super) damages: Damages,
    me: OwnerRecord,
    presence: Option<Presence>,
    watch: Watch,
    surroundings: Surroundings,
    options: SweeperOptions,
    /// The lock, and how many operations there were since it was taken.
    held: Option<Hold>,
    turns: u32,
}

/// After so many operations of one handle, others get a chance.
const TURNS: u32 = 64;

/// What a step leaves with an element beside its state.
pub(super) type Leave<'a> = &'a dyn Fn(Note) -> Note;

impl<T: Serialize> Inner<T> {
    pub(super) fn new(options: SweeperOptions) -> Result<Self, SweeperError> {
        check_place(&options.dir)?;
        let surroundings = options.surroundings.clone();
        let surroundings = surroundings.unwrap_or_else(|| Surroundings::real(None));
        Ok(Self {
            sweeps: Vec::new(),
            book: Book::default(),
            journal: Journal::open(&options.dir)?,
            damages: Damages::default(),
            me: owner(&surroundings),
            presence: None,
            watch: Watch::new(&options.dir, options.lease, surroundings.clone()),
            surroundings,
            options,
            held: None,
            turns: 0,
        })
    }

    /// Takes other elements; equal ones count once.
    pub(super) fn set_sweeps(&mut self, mut sweeps: Vec<T>) -> Result<(), SweeperError> {
        let ids = identities(&sweeps)?;
        let (book, repeated) = Book::new(ids.into_iter());
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
        self.book = book;
        self.reread();
        Ok(())
    }

    /// Forgets what the journal says, so that whoever works next reads all of it.
    pub(super) fn reread(&mut self) {
        // A lock that was handed on would say that there is nothing to read.
        self.end_turns();
        self.journal.reread(&mut self.book);
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
        self.held = Some(self.journal.hold(*patience, &**waiting)?);
        self.journal.refresh(&mut self.book, &mut self.damages)
    }

    /// The places of elements.
    pub(super) fn find<'a>(
        &self,
        elements: impl Iterator<Item = &'a T> + Clone,
    ) -> Result<Vec<Place>, SweeperError>
    where
        T: 'a,
    {
        let ids = identities(elements.clone())?;
        let places = ids.into_iter().zip(elements).map(|(id, element)| {
            let place = self.book.find(id);
            place.ok_or_else(|| SweeperError::Unknown(text_of(element)))
        });
        places.collect()
    }

    /// Takes back what those have in progress who are gone; how much that is.
    pub(super) fn release(&mut self, group: &Group) -> Result<usize, SweeperError> {
        let mut released = 0;
        for key in self.book.claimants() {
            let record = self.book.owner(key);
            if key == self.me.key || !self.watch.is_gone(key, record) {
                continue;
            }
            let owner = record.map(Owner::new);
            let owner = owner.map_or_else(|| "somebody".to_owned(), |owner| owner.to_string());
            let places = self.book.claims(key);
            released += places.len();
            let leave = |note: Note| Note {
                error: Some(format!("{owner} ended before it was done")),
                ..note
            };
            // It need not be on the disk: whoever reads of the claim after a crash finds the same.
            let _ = self.step(group, &places, Step::Expire, &leave)?;
            self.watch.bury(key, self.book.owner(key));
        }
        Ok(released)
    }

    /// Makes todo again what those skipped who are gone.
    pub(super) fn retry_skipped(&mut self, group: &Group) -> Result<(), SweeperError> {
        let places = self.book.in_state(ElementState::Skipped);
        let places: Vec<Place> = places.filter_map(|at| at.try_into().ok()).collect();
        let owner_of = |book: &Book, place: &Place| book.get(*place).map(|(_, entry)| entry.owner);
        let owners: HashSet<u64> = places
            .iter()
            .filter_map(|place| owner_of(&self.book, place))
            .collect();
        let gone: HashSet<u64> = owners
            .into_iter()
            .filter(|key| *key != self.me.key && self.watch.is_gone(*key, self.book.owner(*key)))
            .collect();
        let is_left =
            |place: &Place| owner_of(&self.book, place).is_some_and(|owner| gone.contains(&owner));
        let left: Vec<Place> = places.into_iter().filter(is_left).collect();
        self.step(group, &left, Step::Reset, &|note| note).map(drop)
    }

    /// Removes the files that processes left when they died with nothing in progress.
    pub(super) fn tidy(&mut self) {
        for key in self.watch.left() {
            let owner = self.book.owner(key);
            if !self.book.has_claims(key) && key != self.me.key && self.watch.is_gone(key, owner) {
                self.watch.bury(key, owner);
            }
        }
    }

    /// Makes a step with elements, all or none of them.
    pub(super) fn step(
        &mut self,
        group: &Group,
        places: &[Place],
        step: Step,
        leave: Leave<'_>,
    ) -> Result<Option<Ticket>, SweeperError> {
        let records = self.records(places, step, leave)?;
        if records.is_empty() {
            return Ok(None);
        }
        // Whoever has or skips something is asked whether it is still there.
        if matches!(step, Step::Get | Step::Skip) {
            self.appear()?;
        }
        let is_known = self.book.owner(self.me.key).is_some();
        let me = (!is_known).then(|| Line::Owner(self.me.clone()));
        let records = records.into_iter().map(Line::Element);
        let records: Vec<Line> = me.into_iter().chain(records).collect();
        let mut lines = Vec::with_capacity(records.len() * 96);
        for record in &records {
            write_line(record, &mut lines);
        }
        let ticket = group.wrote(self.journal.append(&mut lines)?);
        for record in records {
            self.book.apply(record);
        }
        if let Some(presence) = &self.presence {
            presence.set_claims(self.book.has_claims(self.me.key));
        }
        self.journal.compact_if_long(&mut self.book);
        Ok(Some(ticket))
    }

    fn records(
        &self,
        places: &[Place],
        step: Step,
        leave: Leave<'_>,
    ) -> Result<Vec<ElementRecord>, SweeperError> {
        let mut records = Vec::with_capacity(places.len());
        let mut twice = HashSet::new();
        let at = self.surroundings.now();
        for &place in places {
            let Some((id, entry)) = self.book.get(place) else {
                continue;
            };
            let here = entry.owner == self.me.key;
            let next = step.apply(entry.state, here);
            let is_first = places.len() == 1 || twice.insert(place);
            let Some(state) = next.filter(|_| is_first) else {
                let state = next.filter(|_| !is_first).unwrap_or(entry.state);
                return Err(self.refused(place, step, state));
            };
            let note = leave(entry.note.as_deref().cloned().unwrap_or_default());
            records.push(ElementRecord {
                id,
                state,
                attempts: entry.attempts.saturating_add(u32::from(step == Step::Get)),
                owner: self.me.key,
                at,
                note: (note != Note::default()).then(|| Box::new(note)),
            });
        }
        Ok(records)
    }

    fn refused(&self, place: Place, step: Step, state: ElementState) -> SweeperError {
        let entry = self.book.get(place);
        let has = entry.filter(|(_, entry)| entry.state == ElementState::InProgress);
        let owner = has.map(|(_, entry)| match self.book.owner(entry.owner) {
            Some(owner) => format!(", with {}", Owner::new(owner)),
            None => ", with an unknown owner".to_owned(),
        });
        let element = match self.sweeps.get(place as usize) {
            Some(element) => text_of(element),
            None => format!("element {}", Digest(entry.map_or(0, |(id, _)| id))),
        };
        SweeperError::Refused {
            step,
            element,
            state,
            owner: owner.unwrap_or_default(),
        }
    }

    /// Makes sure that others see that this handle is there, before it claims something.
    fn appear(&mut self) -> Result<(), SweeperError> {
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
        // What is not there is made when there is something to put in.
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
