//! One evaluator's side of the log that all evaluators of a search share.

use std::hash::{BuildHasher, RandomState};

use super::storage::{LogEntry, Storage, StoredJob};
use crate::store::StoreError;

pub(super) struct SearchLog {
    storage: Box<dyn Storage>,
    search: String,
    /// The number of this evaluator within the search.
    me: u64,
    /// How many requests for numbers this evaluator made.
    tickets: u64,
    /// Up to where the log was read.
    position: u64,
    /// How many numbers were taken, by all.
    numbers: u64,
    /// Jobs of others that were read and not returned.
    others: Vec<StoredJob>,
}

impl SearchLog {
    pub(super) fn new(storage: Box<dyn Storage>, search: String) -> Self {
        Self {
            storage,
            search,
            me: random(),
            tickets: 0,
            position: 0,
            numbers: 0,
            others: Vec::new(),
        }
    }

    /// Takes numbers for `count` jobs, and returns the first.
    pub(super) fn take_numbers(&mut self, count: u64) -> Result<u64, StoreError> {
        self.tickets += 1;
        let (by, ticket) = (self.me, self.tickets);
        self.append(vec![LogEntry::Numbers { by, ticket, count }])?;
        let first = self.read()?;
        // The log contains the appended entry.
        first.ok_or_else(|| StoreError::Encode("the log of the search lost an entry".to_owned()))
    }

    /// Keeps jobs that ended.
    pub(super) fn keep(&mut self, jobs: Vec<StoredJob>) -> Result<(), StoreError> {
        let by = self.me;
        let jobs = jobs.into_iter().map(Box::new);
        let entries = jobs.map(|job| LogEntry::Ended { by, job });
        self.append(entries.collect())
    }

    /// The jobs of others that ended since the last time.
    pub(super) fn take_others(&mut self) -> Result<Vec<StoredJob>, StoreError> {
        self.read()?;
        Ok(std::mem::take(&mut self.others))
    }

    fn append(&mut self, entries: Vec<LogEntry>) -> Result<(), StoreError> {
        self.storage.append(&self.search, entries)
    }

    /// Reads what is new; where the last request of this evaluator is among it, the first of its numbers.
    fn read(&mut self) -> Result<Option<u64>, StoreError> {
        let (me, last) = (self.me, self.tickets);
        let (numbers, others) = (&mut self.numbers, &mut self.others);
        let mut first = None;
        let visit = &mut |entry| match entry {
            LogEntry::Numbers { by, ticket, count } => {
                if (by, ticket) == (me, last) {
                    first = Some(*numbers);
                }
                *numbers += count;
            }
            LogEntry::Ended { by, job } if by != me => others.push(*job),
            LogEntry::Ended { .. } => {}
        };
        self.position = self.storage.read(&self.search, self.position, visit)?;
        Ok(first)
    }
}

/// A unique number: the standard library seeds its hashers at random.
fn random() -> u64 {
    RandomState::new().hash_one((std::process::id(), jiff::Timestamp::now().as_nanosecond()))
}

/// A name for a search that was given none.
pub(super) fn new_search() -> String {
    format!("{:016x}", random())
}
