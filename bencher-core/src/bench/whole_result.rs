//! Takes the stored result of a sweep instead of running the sweep.

use crate::job::{CodePolicy, MachinePolicy};
use crate::measure::Environment;
use crate::plan::Plan;
use crate::record::{Counts, SweepRecord};

use super::assertions::is_of_assertion;
use super::attributes::{EXECUTABLE, describe_drawing};
use super::error::BenchError;
use super::run::SweepRun;
use super::session::Session;
use super::warnings::stored_result_warnings;

impl SweepRun<'_> {
    /// The stored result of a sweep that is the same, where the run takes such.
    pub(super) fn whole_result(
        &self,
        plan: &Plan,
        session: &mut Session,
    ) -> Result<Option<SweepRecord>, BenchError> {
        let (bench, identity) = (plan.schema().name, plan.identity());
        if session.config.clear_result && session.config.cache {
            session.clear_result(bench, identity)?;
        }
        let config = &session.config;
        if !(config.results_cache || config.only_plot) || config.overwrite {
            return Ok(None);
        }
        let code = session.code()?;
        let mut found = session.stored_result(bench, identity)?;
        let is_partial = found.is_none() && session.config.only_plot;
        if is_partial {
            found = session.stored_partial_result(bench, identity)?;
        }
        let same_code = |record: &SweepRecord| {
            record.dataset.attributes.get(EXECUTABLE) == Some(&code.to_string())
        };
        let evidence = plan.is_evidence();
        let policy = session.config.code.unwrap_or(CodePolicy::of(evidence));
        let machine_policy = session
            .config
            .machine
            .unwrap_or(MachinePolicy::of(evidence));
        let here = Some(Environment::capture().class());
        let there = |record: &SweepRecord| record.environment.as_ref().map(Environment::class);
        let taken = found.filter(|record| {
            let is_refused = machine_policy.rejects(here, there(record));
            if is_refused {
                session.note(&format!(
                    "sweep \"{}\": the stored result of {} was measured on another class of \
                     machine and is not used; `--machine warn` uses it",
                    self.settings.title, record.started
                ));
            }
            !is_refused && (policy != CodePolicy::Strict || same_code(record))
        });
        let Some(mut record) = taken else {
            let title = self.settings.title.clone();
            return if session.config.only_plot {
                Err(BenchError::NoResult { title })
            } else {
                Ok(None)
            };
        };
        describe_drawing(&mut record.dataset, &session.config);
        let same_code = same_code(&record);
        let there = there(&record);
        let mut warnings = std::mem::take(&mut record.warnings);
        // Claims are judged again: the program may have other ones now.
        warnings.retain(|warning| !is_of_assertion(warning));
        warnings.push(if is_partial {
            format!(
                "drawn from the incomplete result of {}: its budget ended or it was interrupted; \
                 run without `--only-plot` to continue it",
                record.started
            )
        } else {
            format!("reused the stored result of {}", record.started)
        });
        warnings.extend(stored_result_warnings(
            same_code,
            machine_policy,
            here,
            there,
        ));
        let Counts {
            submitted, skipped, ..
        } = record.counts;
        let counts = Counts {
            submitted,
            hits: submitted,
            skipped,
            failed: record.counts.failed,
            executed: 0,
        };
        let SweepRecord {
            bench,
            title,
            description,
            post_description,
            ..
        } = self.named();
        Ok(Some(SweepRecord {
            bench,
            title,
            description,
            post_description,
            counts,
            warnings,
            ..record
        }))
    }
}
