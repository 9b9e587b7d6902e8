//! Carries samples over from quarantined databases.

use std::path::Path;

use super::SampleStore;
use super::database::Database;
use super::error::StoreError;
use super::index::{Keys, SampleIndex};
use super::pack::Series;
use super::salvage::{mark, unfinished};
use super::scan::scan;

impl Database {
    /// Reads quarantined databases again that were not carried over to the end, as by a program that died
    /// over it, the newest first. Nothing that is stored is replaced.
    pub(super) fn take_in_quarantined(
        &mut self,
        messages: &mut Vec<String>,
    ) -> Result<(), StoreError> {
        for path in unfinished(self.root())?.into_iter().rev() {
            match self.take_in(&path) {
                Ok(samples) => {
                    mark(&path, samples);
                    if samples > 0 {
                        messages.push(format!(
                            "{samples} samples that were not stored any more were carried over from {}",
                            path.display()
                        ));
                    }
                }
                Err(error) => messages.push(format!(
                    "the damaged sample store {} was not carried over: {error}; the next run tries again",
                    path.display()
                )),
            }
        }
        Ok(())
    }

    /// Adds the samples of one database that the store lacks; returns their number.
    fn take_in(&mut self, quarantined: &Path) -> Result<u64, StoreError> {
        let mut added = 0;
        let mut known: Option<(Series, SampleIndex)> = None;
        let mut keys = Keys::default();
        let mut new = Vec::new();
        let cleared = self.cleared()?;
        for pack in scan(quarantined)?.packs {
            // A later clearing of the tag included these samples.
            if cleared.iter().any(|note| note.is_of(&pack.series)) {
                continue;
            }
            if !matches!(&known, Some((series, _)) if *series == pack.series) {
                self.append(&std::mem::take(&mut new))?;
                known = Some((pack.series.clone(), SampleIndex::load(self, &pack.series)?));
            }
            let index = known.as_ref().map(|(_, index)| index);
            let mut identities = keys.of(&pack).into_iter();
            let lacking = pack.filtered(|_| {
                let key = identities.next();
                !key.is_some_and(|key| index.is_some_and(|index| index.contains(key)))
            });
            if !lacking.is_empty() {
                added += lacking.len() as u64;
                new.push(lacking);
            }
        }
        self.append(&new)?;
        self.sync()?;
        Ok(added)
    }
}
