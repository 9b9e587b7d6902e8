//! Runs one sweep: plan, look for the stored result, execute, store, print.

use std::time::Instant;

use crate::dataset::Dataset;
use crate::evaluator::cluster::HostRule;
use crate::evaluator::process::{ordinal, worker_role};
use crate::measure::Environment;
use crate::plan::{Choice, Plan};
use crate::result_collector::ResultCollector;
use crate::store::StoreError;
use crate::sweep_executor::{Body, Result, RunEnd, RunOptions, SweepExecutor};
use crate::var::{ErasedSweep, InputChoice};

use super::assertions::{Assertions, Judged};
use super::builder::SweepSettings;
use super::cluster_report;
use super::config::SweepDefaults;
use super::error::BenchError;
use super::result::SweepOutcome;
use super::session::Session;
use super::worker_sweep::{PLACE, place};

/// A sweep of any type, ready to be run.
pub(crate) struct SweepRun<'b> {
    pub(crate) prototype: &'b dyn ErasedSweep,
    pub(crate) body: Body,
    pub(crate) choice: Choice,
    /// The input whose values are alternatives of each other.
    pub(crate) compared: Option<InputChoice>,
    /// The inputs at each of whose values the best point is named.
    pub(crate) best_for_each: Vec<InputChoice>,
    pub(crate) settings: SweepSettings,
}

impl SweepRun<'_> {
    pub(crate) fn run_in(self, session: &mut Session) -> Result<SweepOutcome> {
        let title = self.settings.title.clone();
        let plots = self.settings.plots.clone().transpose();
        let plots = plots.map_err(|reason| BenchError::Plots { title, reason })?;
        let own = SweepDefaults {
            title: self.settings.title.clone(),
            repeats: self.settings.repeats,
            order: self.settings.order,
            level: self.settings.level,
            budget: self.settings.budget,
            plots,
            aggregate: self.settings.aggregate.clone(),
            search: self.settings.search,
        };
        if !session.enter(own) {
            return Ok(self.not_run(self.plan(session).ok().as_ref(), session));
        }
        session
            .own_plots
            .extend(self.settings.own_plots.iter().cloned());
        if session.config.list {
            session.list(&self.settings.title);
            return Ok(self.not_run(self.plan(session).ok().as_ref(), session));
        }
        #[cfg(feature = "search")]
        if let Some(goals) = self.search_goals(session)? {
            return self.run_search(goals, session);
        }
        let clock = Instant::now();
        let plan = self.plan(session)?;
        if let Some(inputs) = &session.config.aggregate {
            let names = plan.space().axes().iter().map(|axis| axis.name.as_str());
            let title = &self.settings.title;
            let error = |source| BenchError::Aggregate {
                title: title.clone(),
                source,
            };
            inputs.among(names.collect()).map_err(error)?;
        }
        let assertions = Assertions::of(
            &plan,
            &self.settings.title,
            &self.settings.claims,
            &self.settings.gates,
        )?;
        #[cfg(feature = "history")]
        session.check_history()?;
        if session.config.dry_run {
            let forecast = session.forecast(&plan)?;
            session.show_plan(&self.settings.title, &plan, forecast);
            return Ok(self.not_run(Some(&plan), session));
        }
        let number = ordinal(PLACE);
        if let Some(role) = worker_role() {
            return self.work(plan, number, session, role);
        }
        // Before anything that grows with the sweep: its identity names every value.
        Dataset::check_size(plan.samples()).map_err(|source| self.plan_error()(source.into()))?;
        for note in &plan.notes {
            session.note(&format!("sweep \"{}\": {note}", self.settings.title));
        }
        if session.config.cache
            && let Some(same) = &plan.sweep_type().same_name
            && let Some(ambiguous) = same.ambiguous()
        {
            return Err(BenchError::Store(StoreError::Ambiguous(ambiguous)).into());
        }
        if let Some(mut record) = self.whole_result(&plan, session)? {
            let judged = session.judge(&assertions, &mut record);
            session.show_sweep(&record, &judged);
            session.remember(number, &record);
            return Ok(SweepOutcome {
                record,
                claims: judged.claims,
                was_run: true,
                root: session.root.clone(),
            });
        }
        let timings = vec![("plan".to_owned(), clock.elapsed().as_secs_f64())];
        self.execute(plan, number, session, timings, &assertions)
    }

    /// Takes the samples of a plan, and keeps and shows what they give.
    fn execute(
        self,
        plan: Plan,
        number: u64,
        session: &mut Session,
        timings: Vec<(String, f64)>,
        assertions: &Assertions,
    ) -> Result<SweepOutcome> {
        session.make_report_folder()?;
        session.warn_of_foreign_pictures(&self.settings.title);
        let collector =
            ResultCollector::new(&plan, &self.shown_title()).map_err(self.plan_error())?;
        let (mut execution, options) = self.open(plan, number, session, timings)?;
        let end = execution.take_samples(&self.settings.title, collector, options, session)?;
        let ended = Ended::of(&end);
        for line in end.cluster.iter().flat_map(cluster_report::lines) {
            session.note(&line);
        }
        let (mut record, store_error) = self.record(execution, end, session)?;
        let is_whole = ended == Ended::ByItself && store_error.is_none();
        let judged = if is_whole {
            session.judge(assertions, &mut record)
        } else {
            Judged::default()
        };
        if !(ended == Ended::Interrupted && record.counts.submitted == 0) {
            #[cfg(feature = "history")]
            if is_whole {
                session.keep_in_history(&record);
            }
            session.finish_sweep(&record, &judged);
            session.remember(number, &record);
        }
        let title = self.settings.title;
        match (store_error, ended, record.failures.last()) {
            (Some(source), ..) => Err(BenchError::StoreFailed { title, source }.into()),
            (None, Ended::AtAFailure, Some(failure)) => {
                let failure = Box::new(failure.clone());
                Err(BenchError::FailedFast { title, failure }.into())
            }
            (None, Ended::Interrupted, _) => Err(BenchError::Interrupted { title }.into()),
            _ => Ok(SweepOutcome {
                record,
                claims: judged.claims,
                was_run: true,
                root: session.root.clone(),
            }),
        }
    }

    /// Opens the store, and finds what the samples are taken with.
    pub(super) fn open(
        &self,
        plan: Plan,
        number: u64,
        session: &mut Session,
        mut timings: Vec<(String, f64)>,
    ) -> Result<(Execution, RunOptions)> {
        let clock = Instant::now();
        let started = format!("{:.3}", jiff::Timestamp::now());
        let timer = self.timer(session.config.clock)?;
        let began = session.began.clone();
        let environment = began.unwrap_or_else(|| Environment::capture_with(timer));
        let mut options = self.options(&plan, Some(environment.class()), session)?;
        let place = place(number, &plan);
        options.launch = session.launch(
            options.executor,
            &place,
            &self.settings.title,
            match (plan.is_evidence(), session.config.side_by_side) {
                (false, _) => HostRule::AllWorkers,
                (true, true) => HostRule::OneJobPerHost,
                (true, false) => HostRule::OneHost,
            },
        )?;
        timings.push(("open".to_owned(), clock.elapsed().as_secs_f64()));
        let execution = Execution {
            executor: SweepExecutor::of(plan, self.body),
            environment,
            started,
            timings,
        };
        Ok((execution, options))
    }
}

/// A sweep that is being run.
pub(super) struct Execution {
    pub(super) executor: SweepExecutor,
    pub(super) environment: Environment,
    pub(super) started: String,
    /// How long each phase took, in seconds.
    pub(super) timings: Vec<(String, f64)>,
}

impl Execution {
    /// Takes the samples.
    fn take_samples(
        &mut self,
        title: &str,
        collector: ResultCollector,
        options: RunOptions,
        session: &mut Session,
    ) -> Result<RunEnd, BenchError> {
        let clock = Instant::now();
        let executor = &self.executor;
        let subject = (title, executor.plan().samples(), executor.describe_points());
        let ended = session.with_progress(subject, options.executor, |progress| {
            executor.run(collector, options, progress)
        });
        let end = ended.map_err(BenchError::Store)?;
        session.progress.finish(&end.collector.counts());
        let seconds = clock.elapsed().as_secs_f64();
        self.timings.push(("execute".to_owned(), seconds));
        Ok(end)
    }
}

/// Why a sweep takes no more samples.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// There are no more to take, or the store takes none.
    ByItself,
    /// At a sample that failed.
    AtAFailure,
    /// By its user.
    Interrupted,
}

impl Ended {
    const fn of(end: &RunEnd) -> Self {
        if end.failed_fast {
            Self::AtAFailure
        } else if end.interrupted {
            Self::Interrupted
        } else {
            Self::ByItself
        }
    }
}
