//! Runs a sweep as a search: its points are proposed, not those of a grid.

use std::time::Instant;

use crate::evaluator::process::{WorkerRole, ordinal, worker_role};
use crate::measure::{ReplicateRole, RoundRules, RoundTarget};
use crate::optimize::{Goal, Proposals, Sampler, SearchError, SearchOptions, SearchSpace};
use crate::plan::result_name_of;
use crate::store::sweep_tag;
use crate::sweep_executor::{
    Result, RunOptions, SearchRun, SearchRunError, SearchedRun, SweepExecutor,
};
use crate::var::Direction;

use super::assertions::{Assertions, Judged};
use super::attributes::is_side_by_side;
use super::cluster_report;
use super::config::{RunConfig, SearchBudget};
use super::error::BenchError;
use super::result::SweepOutcome;
use super::run::{Execution, SweepRun};
use super::search_attributes::SearchAttributes;
use super::session::Session;
use super::worker_sweep::PLACE;

/// Evaluations of a search whose program names objectives only.
const EVALUATIONS: u64 = 100;

/// Samples of a timed result at each point.
const ROUNDS: u32 = 6;

/// How many proposals may run at a time by default. Any number of workers up to this one gives the same sequence for a
/// seed. Waiting for fewer results made no search measurably better.
const UNDER_WAY: u64 = 4;

/// Batches of the same size at every point, here and in worker processes.
fn set_rounds(options: &mut RunOptions) {
    if options.rounds.is_some() {
        options.rounds = Some(RoundRules {
            rounds: RoundTarget::Exactly(ROUNDS),
            ..RoundRules::default()
        });
    }
}

impl SweepRun<'_> {
    /// The objectives of a sweep that is to be a search; none where it takes its grid.
    pub(super) fn search_goals(
        &self,
        session: &mut Session,
    ) -> Result<Option<Vec<&'static str>>, BenchError> {
        let schema = self.prototype.sweep_type().schema;
        let by_program = !self.settings.goals.is_empty();
        if !by_program && session.config.search.budget.is_none() {
            return Ok(None);
        }
        let mut names = Vec::new();
        for target in &self.settings.goals {
            let name =
                result_name_of(&schema, target).map_err(|error| self.search_error(error.into()))?;
            names.extend(schema.result(&name).map(|(_, var)| var.name));
        }
        if !by_program {
            let directed = schema.results.iter();
            let directed = directed.filter(|var| var.direction != Direction::None);
            names.extend(
                directed
                    .filter(|var| var.kind.is_numeric())
                    .map(|var| var.name),
            );
            if names.is_empty() {
                session.note(&format!(
                    "sweep \"{}\" takes its whole grid: none of its results has a direction to search by",
                    self.settings.title
                ));
                return Ok(None);
            }
        }
        Ok(Some(names))
    }

    fn search_error(&self, source: SearchError) -> BenchError {
        BenchError::Search {
            title: self.settings.title.clone(),
            source: Box::new(source),
        }
    }

    /// The objectives of a search.
    fn goals(&self, names: &[&'static str]) -> Result<Vec<Goal>, SearchError> {
        let schema = self.prototype.sweep_type().schema;
        let goal = |name: &&'static str| {
            let var = schema
                .result(name)
                .map(|(_, var)| var)
                .ok_or(SearchError::NoGoal)?;
            if !(var.kind.is_numeric() || var.kind == crate::value::Kind::Bool) {
                return Err(SearchError::NotANumber {
                    result: var.name.to_owned(),
                    kind: var.kind.name(),
                });
            }
            Goal::of(var.name, var.direction)
                .ok_or_else(|| SearchError::NoDirection(var.name.to_owned()))
        };
        names.iter().map(goal).collect()
    }

    /// The space of the search.
    fn search_space(&self, session: &Session) -> Result<SearchSpace, BenchError> {
        let config = &session.config;
        let schema = self.prototype.sweep_type().schema;
        let tag = sweep_tag(
            &config.run_tag,
            &self.settings.tag,
            is_side_by_side(&schema, config),
        );
        let repeats = self.own_repeats(config);
        let repeats = repeats.unwrap_or(if schema.is_timed() { ROUNDS } else { 1 });
        SearchSpace::of(self.prototype, &self.choice, &config.inputs, repeats, &tag)
            .map_err(|error| self.search_error(error))
    }

    /// The options of the search, its number of evaluations, and when its time is up.
    fn search_options(
        &self,
        config: &RunConfig,
        clock: Instant,
    ) -> Result<(SearchOptions, Option<u64>, Option<Instant>), BenchError> {
        let (budget, deadline) = match config.search.budget {
            None => (Some(EVALUATIONS), None),
            Some(SearchBudget::Evaluations(count)) => (Some(count), None),
            Some(SearchBudget::Time(time)) => (None, clock.checked_add(time)),
        };
        let sampler: Sampler = match config.search.sampler {
            Some(name) => name
                .parse()
                .map_err(|error: crate::var::UnknownName| self.search_error(error.into()))?,
            None => Sampler::default(),
        };
        let workers = config.search.workers;
        let workers = workers.unwrap_or(UNDER_WAY.max(config.executor.workers() as u64));
        let mut options = SearchOptions::default()
            .sampler(sampler)
            .workers(workers)
            .seed(config.search.seed.unwrap_or(0));
        if let Some(within) = config.best_within {
            options = options.within(within);
        }
        if let Some(budget) = budget {
            options = options.budget(budget);
        }
        if let Some(target) = config.search.target {
            options = options.target(target);
        }
        Ok((options, budget, deadline))
    }

    /// Handles the search in a worker process: it takes samples that the program sends, or passes on its way to another
    /// sweep.
    fn work_for_search(
        &self,
        space: &SearchSpace,
        number: u64,
        session: &mut Session,
        role: &WorkerRole,
    ) -> Result<SweepOutcome> {
        let base = space.plan();
        if let Some(mut options) = self.work_options(base, number, session, role)? {
            set_rounds(&mut options);
            let (plan, rows) = base.growing(space.searched()).map_err(self.plan_error())?;
            let served = SweepExecutor::of(plan, self.body).serve_search(role, &options, rows);
            std::process::exit(i32::from(served.is_err()));
        }
        Ok(self.passed_in_worker(number, None, session, role))
    }

    /// Says that proposals follow from the number of workers, too, where these are more than usual.
    fn note_many_workers(&self, session: &mut Session) {
        let workers = session.config.executor.workers() as u64;
        if workers > UNDER_WAY && session.config.search.workers.is_none() {
            session.note(&format!(
                "sweep \"{}\" evaluates {workers} points at a time, so its proposals differ from those of up to {UNDER_WAY} workers; \
                 with `--search-workers {workers}`, fewer workers make the same ones",
                self.settings.title
            ));
        }
    }

    /// Refuses a directory that processes share.
    fn check_not_shared(&self, session: &Session) -> Result<(), BenchError> {
        if session.config.shared_dir.is_none() {
            return Ok(());
        }
        Err(BenchError::NotShared {
            title: self.settings.title.clone(),
            reason: "each process would begin a search of its own",
        })
    }

    /// Runs the search, stores its result and prints it.
    pub(super) fn run_search(
        self,
        names: Vec<&'static str>,
        session: &mut Session,
    ) -> Result<SweepOutcome> {
        let clock = Instant::now();
        let space = self.search_space(session)?;
        let goals = self
            .goals(&names)
            .map_err(|error| self.search_error(error))?;
        let number = ordinal(PLACE);
        if let Some(role) = worker_role() {
            return self.work_for_search(&space, number, session, role);
        }
        if session.config.only_plot {
            let title = self.settings.title;
            return Err(BenchError::NoResult { title }.into());
        }
        if self.compared.is_some() || session.role != ReplicateRole::Single {
            return Err(self.search_error(SearchError::OnlyAlone).into());
        }
        self.note_many_workers(session);
        let config = &session.config;
        let (options, budget, deadline) = self.search_options(config, clock)?;
        let sampler = options.sampler;
        if config.dry_run {
            session.show_search(&self.settings.title, &space, &names, config.search.budget);
            return Ok(self.not_run(None, session));
        }
        let base = space.plan().clone();
        let assertions = Assertions::of(
            &base,
            &self.settings.title,
            &self.settings.claims,
            &self.settings.gates,
        )?;
        self.check_not_shared(session)?;
        session.make_report_folder()?;
        let timings = vec![("plan".to_owned(), clock.elapsed().as_secs_f64())];
        let (execution, mut run_options) = self.open(base, number, session, timings)?;
        set_rounds(&mut run_options);
        let (plan, rows) = space
            .plan()
            .growing(space.searched())
            .map_err(self.plan_error())?;
        let proposals =
            Proposals::new(space, goals, options).map_err(|error| self.search_error(error))?;
        let search = SearchRun {
            proposals,
            goals: names,
            time: match session.config.search.budget {
                Some(SearchBudget::Time(time)) => Some(time),
                _ => None,
            },
            deadline,
            rows,
            stored: 0,
        };
        let executor = SweepExecutor::of(plan, self.body);
        let clock = Instant::now();
        let title = &self.settings.title;
        let repeats = u128::from(executor.plan().repeats());
        let expected = u128::from(budget.unwrap_or(0)) * repeats;
        let subject = (title.as_str(), expected, executor.describe_points());
        let ran = session.with_progress(subject, run_options.executor, |progress| {
            executor.run_search(search, title, run_options, progress)
        });
        let run = ran.map_err(|error| match error {
            SearchRunError::Store(source) => BenchError::Store(source),
            SearchRunError::Search(source) => self.search_error(source),
            SearchRunError::Plan(source) => self.plan_error()(*source),
        })?;
        session.progress.finish(&run.end.collector.counts());
        for line in run.end.cluster.iter().flat_map(cluster_report::lines) {
            session.note(&line);
        }
        let mut timings = execution.timings;
        timings.push(("execute".to_owned(), clock.elapsed().as_secs_f64()));
        let execution = Execution {
            executor: SweepExecutor::of(run.plan.clone(), self.body),
            timings,
            ..execution
        };
        self.finish_search(execution, run, sampler, number, &assertions, session)
    }

    /// Keeps and shows what a search found.
    fn finish_search(
        self,
        execution: Execution,
        run: SearchedRun,
        sampler: Sampler,
        number: u64,
        assertions: &Assertions,
        session: &mut Session,
    ) -> Result<SweepOutcome> {
        let attributes = SearchAttributes::of(&run, sampler);
        let (interrupted, failed_fast) = (run.end.interrupted, run.end.failed_fast);
        let is_empty = run.order.is_empty();
        let (mut record, store_error) = self.record(execution, run.end, session)?;
        attributes.keep(&mut record.dataset.attributes);
        let is_whole = !interrupted && !failed_fast && store_error.is_none();
        let judged = if is_whole {
            session.judge(assertions, &mut record)
        } else {
            Judged::default()
        };
        if !is_empty {
            session.finish_sweep(&record, &judged);
            session.remember(number, &record);
        }
        let title = self.settings.title;
        match (store_error, record.failures.last()) {
            (Some(source), _) => Err(BenchError::StoreFailed { title, source }.into()),
            (None, Some(failure)) if failed_fast => {
                let failure = Box::new(failure.clone());
                Err(BenchError::FailedFast { title, failure }.into())
            }
            _ if interrupted => Err(BenchError::Interrupted { title }.into()),
            _ => Ok(SweepOutcome {
                record,
                claims: judged.claims,
                was_run: true,
                root: session.root.clone(),
            }),
        }
    }
}
