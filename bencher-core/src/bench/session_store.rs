//! The data that a session keeps between runs: samples, results, contents.

#[cfg(feature = "store")]
use crate::console::error_line;
use crate::evaluator::process::worker_role;
use crate::job::JobFunctionCache;
use crate::measure::{Environment, executable_digest};
use crate::plan::Plan;
use crate::record::SweepRecord;
use crate::store::{
    BlobStore, SampleStore, StoreError, find_partial_result, find_result, function_tag,
    remove_results,
};
#[cfg(feature = "store")]
use crate::store::{Database, ReadOnlyStore, tag_text};
use crate::sweep_executor::Forecast;
use crate::value::Digest;

use super::error::BenchError;
#[cfg(feature = "store")]
use super::error::store_options;
use super::session::Session;

impl Session {
    /// The store for samples of a tag, cleared first if the run asks for it.
    #[cfg(feature = "store")]
    pub(super) fn samples(
        &mut self,
        tag: &str,
    ) -> Result<Option<Box<dyn SampleStore>>, StoreError> {
        // The samples of a worker process are stored by the process that started it.
        if worker_role().is_some() {
            return Ok(None);
        }
        // With a shared directory, many processes run at once, and a store has one writer.
        if !self.config.cache || self.config.shared_dir.is_some() {
            return Ok(self.kept_for_steps());
        }
        if let Some(store) = &self.read_only {
            return Ok(Some(Box::new(store.clone())));
        }
        let mut database = match &self.database {
            Some(database) => database.clone(),
            None => {
                let opened = Database::open(&self.root, self.config.wait, |owner| {
                    error_line!(
                        "waiting for the store {}, which is in use by {owner}",
                        self.root.display()
                    );
                });
                let (database, notice) = match opened {
                    Ok(opened) => opened,
                    Err(error) => return self.samples_to_read(error),
                };
                for message in notice.messages {
                    self.progress.note(&message);
                }
                self.database.insert(database).clone()
            }
        };
        // Of several processes the first clears, for all.
        let clears = self.config.clear && self.role.is_first();
        if clears && !self.cleared.iter().any(|cleared| cleared == tag) {
            self.cleared.push(tag.to_owned());
            let gone = database.clear_tag(tag)?;
            let tag = if tag.is_empty() {
                "the default tag".to_owned()
            } else {
                format!("tag {}", tag_text(tag))
            };
            self.progress
                .note(&format!("{gone} stored samples of {tag} were cleared"));
        }
        Ok(Some(Box::new(database)))
    }

    /// The samples of a store that can be read although it did not open to be written.
    #[cfg(feature = "store")]
    fn samples_to_read(
        &mut self,
        error: StoreError,
    ) -> Result<Option<Box<dyn SampleStore>>, StoreError> {
        if !error.leaves_reading() || self.config.clear {
            return Err(error);
        }
        let Ok(store) = ReadOnlyStore::open(&self.root, self.config.wait) else {
            return Err(error);
        };
        self.progress.note(&format!(
            "{error}{}\nthis run uses the samples stored there, but keeps nothing new: no samples, \
             results or report",
            store_options(&error)
        ));
        Ok(Some(Box::new(self.read_only.insert(store).clone())))
    }

    /// Whether what a sweep gives is kept.
    pub(super) fn keeps_results(&self) -> bool {
        #[cfg(feature = "store")]
        if self.read_only.is_some() {
            return false;
        }
        self.config.cache && cfg!(feature = "store")
    }

    /// The kept results of functions: in the run's store, or in memory where it has none or runs
    /// nothing.
    pub(super) fn function_cache(&mut self) -> Result<JobFunctionCache, StoreError> {
        let tag = self.config.run_tag.clone();
        let store = if self.config.is_shown_only() {
            None
        } else {
            self.samples(&function_tag(&tag))?
        };
        let store = store.unwrap_or_else(|| Box::new(self.memory.clone()));
        let cache = JobFunctionCache::new(store).tag(&tag);
        Ok(cache.overwrite(self.config.overwrite))
    }

    /// Without the feature `store` nothing is kept.
    #[cfg(not(feature = "store"))]
    #[expect(clippy::unnecessary_wraps, reason = "as with the feature")]
    pub(super) fn samples(&mut self, _: &str) -> Result<Option<Box<dyn SampleStore>>, StoreError> {
        Ok(self.kept_for_steps())
    }

    /// Where nothing is kept, the steps of a run find each other's samples in memory.
    fn kept_for_steps(&self) -> Option<Box<dyn SampleStore>> {
        let (_, steps) = self.layers.step();
        (steps > 1).then(|| Box::new(self.memory.clone()) as Box<dyn SampleStore>)
    }

    /// The plan of a run: the samples that it would take, and its expected time if the same sweep was run before.
    /// `None` where it has too many samples to look up. A missing store is not created.
    pub(super) fn forecast(
        &mut self,
        plan: &Plan,
    ) -> Result<Option<(Forecast, Option<f64>)>, BenchError> {
        let config = &self.config;
        let looks = config.cache && !config.overwrite && !config.clear;
        let store = if looks && self.root.join("samples").exists() {
            self.samples(&plan.series().tag)?
        } else {
            None
        };
        let code = (self.config.code, self.code()?);
        let machine = Environment::capture().class();
        let machine = (self.config.machine, Some(machine));
        let Some(forecast) = plan.forecast(store.as_deref(), code, machine)? else {
            return Ok(None);
        };
        let before = self.stored_result(plan.schema().name, plan.identity())?;
        let seconds = before.and_then(|record| {
            let mut timings = record.timings.iter();
            let (_, seconds) = timings.find(|(part, _)| part == "execute")?;
            let executed = record.counts.executed;
            let each = (executed > 0).then(|| seconds / executed as f64)?;
            // The rounds of a timed point follow from its times.
            (!plan.is_adaptive()).then_some(each * forecast.to_run as f64)
        });
        Ok(Some((forecast, seconds)))
    }

    /// The digest of this executable, where samples are kept.
    ///
    /// # Errors
    /// Where its file cannot be read.
    pub(super) fn code(&self) -> Result<Digest, BenchError> {
        if !self.config.cache || worker_role().is_some() {
            return Ok(Digest(0));
        }
        executable_digest().map_err(|source| BenchError::Executable { source })
    }

    /// The newest whole result of an identity.
    pub(super) fn stored_result(
        &mut self,
        bench: &str,
        identity: Digest,
    ) -> Result<Option<SweepRecord>, StoreError> {
        if !self.config.cache {
            return Ok(None);
        }
        find_result(&self.root, bench, identity)
    }

    /// The best stored result of an identity whose sweep was ended by its budget or its user.
    pub(super) fn stored_partial_result(
        &mut self,
        bench: &str,
        identity: Digest,
    ) -> Result<Option<SweepRecord>, StoreError> {
        if !self.config.cache {
            return Ok(None);
        }
        find_partial_result(&self.root, bench, identity)
    }

    /// Removes the whole results of an identity; their samples stay.
    pub(super) fn clear_result(&mut self, bench: &str, identity: Digest) -> Result<(), StoreError> {
        let gone = remove_results(&self.root, bench, identity)?;
        if gone > 0 {
            self.note(&format!("{gone} stored results of this sweep were cleared"));
        }
        Ok(())
    }

    /// Brings back the contents of files, images and tables that came from the store.
    pub(super) fn fetch_contents(&mut self) {
        let blobs = BlobStore::at(&self.root);
        for record in &mut self.records {
            for lost in blobs.fill(&mut record.dataset) {
                self.progress.note(&lost.to_string());
            }
        }
    }

    /// Keeps the store to its size, when nothing of this run needs it any more.
    #[cfg(feature = "store")]
    pub(super) fn tidy(&mut self) {
        let (step, steps) = self.layers.step();
        let limit = self.config.cache_size.0;
        if step < steps {
            return;
        }
        let Some(mut database) = self.database.clone() else {
            return;
        };
        match database.tidy(limit) {
            Ok(None) => {}
            Ok(Some(collected)) => self.progress.note(&collected.to_string()),
            Err(error) => self.progress.note(&error.to_string()),
        }
    }

    #[cfg(not(feature = "store"))]
    #[expect(
        clippy::unused_self,
        clippy::needless_pass_by_ref_mut,
        reason = "as with the feature"
    )]
    pub(super) fn tidy(&mut self) {}
}
