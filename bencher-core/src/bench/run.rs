//! Runs one sweep: plan, look for the stored result, execute, store, print.

use std::time::Instant;

use crate::dataset::{COMPARED, Dataset, ROUNDS_PER_REPLICATE};
use crate::evaluator::Executors;
use crate::evaluator::cluster::HostRule;
use crate::evaluator::process::{ordinal, worker_role};
use crate::exit_guard;
use crate::measure::{
    ClockKind, DEFAULT_BUDGET, Environment, ReplicateRole, RoundRules, RoundTarget, Timer,
    rounds_per_replicate,
};
use crate::plan::{Choice, Plan, PlanError, input_name_of};
use crate::progress::{ProgressSink, StatusSink};
use crate::record::{RACE, RACE_BEST, SweepRecord};
use crate::result_collector::ResultCollector;
use crate::space::SampleOrder;
use crate::store::{JobFolders, PAIRED, StoreError, slug, sweep_tag};
use crate::sweep_executor::{Body, Result, RunEnd, RunOptions, SharedList, SweepExecutor};
use crate::value::Digest;
use crate::var::{ErasedSweep, InputChoice};

use super::assertions::{Assertions, Judged};
use super::attributes::{
    describe, describe_choice, describe_retries, describe_use, is_side_by_side,
};
use super::builder::SweepSettings;
use super::cluster_report;
use super::columns::keep_discarded;
use super::config::{RunConfig, SweepDefaults};
use super::error::BenchError;
use super::result::SweepOutcome;
use super::session::Session;
use super::unreliable_points::unreliable_points;
use super::unset::unset_results;
use super::warnings::MeasuredRun;
use super::worker_sweep::{PLACE, place};

/// The most cells that are made for a sweep that is not run.
const MOST_PENDING: u128 = 1_000_000;

/// The most repeats of a race between results that are no times.
const MOST_REPEATS: u32 = 100;

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

    /// The record of a sweep that was run, and the error of the store, if it stopped accepting samples.
    pub(super) fn record(
        &self,
        execution: Execution,
        end: RunEnd,
        session: &mut Session,
    ) -> Result<(SweepRecord, Option<StoreError>)> {
        let Execution {
            executor,
            environment,
            started,
            timings,
        } = execution;
        // The machine that measured, with the state of the sources, which other hosts need not have.
        let environment = match &end.measured_on {
            Some(host) => Environment {
                git: environment.git,
                ..host.start.clone()
            },
            None => environment,
        };
        let plan = executor.plan();
        let mut warnings = self.warnings(plan, &environment, &end, session);
        let race = self.race_text(plan, &end, session);
        let is_whole = !end.is_over();
        let (mut dataset, failures, counts) = end.collector.finish();
        keep_discarded(&mut dataset, &end.slice_counts);
        if is_whole {
            let unset = unset_results(plan, &dataset);
            session.fail(&self.settings.title, &unset);
            warnings.extend(unset);
        }
        let derived = plan.derive(&mut dataset);
        derived.map_err(|source| self.plan_error()(PlanError::Dataset(source)))?;
        warnings.extend(unreliable_points(&dataset));
        if plan.is_evidence() {
            // Every run on this machine has these: they stand behind those of this one.
            warnings.extend(environment.standing_warnings());
        }
        describe(&mut dataset, plan, session.code()?);
        describe_choice(&mut dataset, plan, &session.config);
        if let Some((result, text)) = race {
            dataset.attributes.insert(RACE.to_owned(), result);
            dataset.attributes.insert(RACE_BEST.to_owned(), text);
        }
        if let Some(input) = &self.compared {
            let name = input_name_of(plan.schema(), input).map_err(self.plan_error())?;
            dataset.attributes.insert(COMPARED.to_owned(), name);
        }
        if let Some(used) = end.used {
            describe_use(&mut dataset, &used);
        }
        describe_retries(&mut dataset, end.retried);
        if let Some(cluster) = &end.cluster {
            cluster_report::describe(&mut dataset, cluster);
        }
        if collects(session.role) && plan.is_timed() {
            let rounds_per_replicate =
                rounds_per_replicate(self.own_repeats(&session.config)).to_string();
            let attributes = &mut dataset.attributes;
            attributes.insert(ROUNDS_PER_REPLICATE.to_owned(), rounds_per_replicate);
        }
        let series = plan.series();
        let record = SweepRecord {
            // Where results are found by their tag, that of the user.
            tag: series
                .tag
                .split(PAIRED)
                .next()
                .unwrap_or_default()
                .to_owned(),
            sweep_type: series.sweep_type.clone(),
            version: series.version,
            identity: Some(plan.identity()),
            started,
            dataset,
            constants: plan.constants(),
            failures,
            counts,
            timings,
            warnings,
            environment: Some(environment),
            ..self.named()
        };
        Ok((record, end.store_error))
    }

    /// What a reader of the numbers must know.
    fn warnings(
        &self,
        plan: &Plan,
        environment: &Environment,
        end: &RunEnd,
        session: &mut Session,
    ) -> Vec<String> {
        let measured = MeasuredRun {
            evidence: plan.is_evidence(),
            machine_policy: session.config.machine,
            precision: session.config.precision,
            gathered: collects(session.role),
            start: environment,
            end,
        };
        let mut warnings = measured.warnings();
        let title = &self.settings.title;
        if session.is_replicate() {
            session.replicate_report.add(title, end);
        }
        let anew = session.replicate_report.anew.iter();
        let of_this = anew.filter(|(of, _)| of == title);
        warnings.extend(of_this.map(|(_, reason)| reason.clone()));
        warnings.extend(warnings_of_choice(session, plan));
        let cluster = end.cluster.as_ref();
        warnings.extend(cluster.and_then(|report| cluster_report::warning(plan, report)));
        warnings
    }

    pub(super) fn options(
        &self,
        plan: &Plan,
        machine: Option<Digest>,
        session: &mut Session,
    ) -> Result<RunOptions, BenchError> {
        let default_order = if plan.is_timed() {
            SampleOrder::Shuffled { seed: 0 }
        } else {
            SampleOrder::RoundRobin
        };
        let store = session.samples(&plan.series().tag)?;
        let shared = self.shared_list(plan, session)?;
        let config = &session.config;
        Ok(RunOptions {
            order: config
                .order
                .or(self.settings.order)
                .unwrap_or(default_order),
            executor: config.executor,
            fail_fast: config.fail_fast,
            interrupt: session.interrupt.clone(),
            folders: config.cache.then(|| JobFolders::at(session.root())),
            store,
            overwrite: config.overwrite && !collects(session.role),
            policy: config.code,
            code: session.code()?,
            machine_policy: config.machine,
            machine,
            rounds: self.rounds(plan, session)?,
            race_groups: plan
                .groups_by(&self.best_for_each)
                .map_err(self.plan_error())?,
            timer: self.timer(config.clock)?.clone(),
            replicates: session.role,
            rounds_per_replicate: rounds_per_replicate(self.own_repeats(config)),
            side_by_side: config.side_by_side,
            limits: config.limits,
            retries: config.retries,
            shared,
            launch: None,
        })
    }

    /// The work list that the processes of this sweep share, where the user names a directory for it.
    fn shared_list(
        &self,
        plan: &Plan,
        session: &mut Session,
    ) -> Result<Option<SharedList>, BenchError> {
        let Some(folder) = session.config.shared_dir.clone() else {
            return Ok(None);
        };
        let title = self.settings.title.clone();
        if plan.is_timed() {
            let reason =
                "times of several hosts, or of several processes on one, cannot be compared";
            return Err(BenchError::NotShared { title, reason });
        }
        // Samples of another build are not those of this one.
        let identity = format!("{} {}", plan.identity(), session.code()?);
        let name = format!("{}-{}", slug(&title), Digest::of(identity.as_bytes()));
        Ok(Some(SharedList {
            folder: session.start.join(folder).join(name),
            title,
        }))
    }

    /// The timer of the run.
    fn timer(&self, clock: ClockKind) -> Result<&'static Timer, BenchError> {
        Timer::of(clock).map_err(|reason| BenchError::NoClock {
            title: self.settings.title.clone(),
            reason,
        })
    }

    /// By what rules timed results are measured in rounds; none where they are not timed, or the user
    /// wants another order.
    fn rounds(&self, plan: &Plan, session: &Session) -> Result<Option<RoundRules>, BenchError> {
        let config = &session.config;
        let alternatives = match &self.compared {
            Some(input) => Some(plan.alternatives_of(input).map_err(self.plan_error())?),
            None => None,
        };
        let best = self.best_rule(plan, session)?;
        let order = config.order.or(self.settings.order);
        let seed = match order {
            None => 0,
            Some(SampleOrder::Shuffled { seed }) => seed,
            Some(SampleOrder::InOrder | SampleOrder::RoundRobin) => return Ok(None),
        };
        let budget = match (config.budget, session.role) {
            (Some(budget), ReplicateRole::Measuring(replicate)) => {
                Some(budget / replicate.count.max(1))
            }
            (budget, _) => budget,
        };
        let rounds = match self.own_repeats(config) {
            _ if plan.is_adaptive() => RoundTarget::AsNeeded,
            None if !plan.is_timed() => RoundTarget::Exactly(MOST_REPEATS),
            _ => RoundTarget::Exactly(plan.repeats()),
        };
        Ok((plan.is_timed() || best.is_some()).then(|| RoundRules {
            rounds,
            precision: config.precision,
            stop_when_settled: config.budget.is_none(),
            budget: budget.or_else(|| plan.is_adaptive().then_some(DEFAULT_BUDGET)),
            seed,
            before: 0,
            alternatives,
            best,
        }))
    }

    /// The title of its result: that of one point alone must not stand for the whole sweep.
    fn shown_title(&self) -> String {
        match &self.settings.only_point {
            Some(point) => format!("{} at {point}", self.settings.title),
            None => self.settings.title.clone(),
        }
    }

    /// A record that has the sweep's texts and nothing else.
    pub(super) fn named(&self) -> SweepRecord {
        let schema = self.prototype.sweep_type().schema;
        let description = if self.settings.description.is_empty() {
            schema.doc.to_owned()
        } else {
            self.settings.description.clone()
        };
        SweepRecord {
            description,
            post_description: self.settings.post_description.clone(),
            ..SweepRecord::pending(schema.name, self.shown_title(), None)
        }
    }

    fn plan(&self, session: &Session) -> Result<Plan, BenchError> {
        let config = &session.config;
        let repeats = self.own_repeats(config).unwrap_or(1);
        let schema = self.prototype.sweep_type().schema;
        let tag = sweep_tag(
            &config.run_tag,
            &self.settings.tag,
            is_side_by_side(&schema, config),
        );
        // A point has its values already, also of those inputs that the user chose.
        let chosen: &[_] = match self.settings.only_point {
            Some(_) => &[],
            None => &config.inputs,
        };
        let plan = Plan::of(
            self.prototype,
            &self.choice,
            chosen,
            config.density,
            repeats,
            &tag,
        )
        .map_err(self.plan_error())?;
        let plan = match &self.compared {
            Some(input) => plan.paired_by_input(input).map_err(self.plan_error())?,
            None => plan,
        };
        let in_rounds = !matches!(
            config.order.or(self.settings.order),
            Some(SampleOrder::InOrder | SampleOrder::RoundRobin)
        );
        if !(plan.is_timed() && in_rounds) {
            return Ok(plan);
        }
        let rounds_per_replicate = rounds_per_replicate(self.own_repeats(config));
        Ok(match session.role {
            ReplicateRole::Single if self.own_repeats(config).is_none() => plan.in_rounds(),
            ReplicateRole::Single => plan,
            ReplicateRole::Measuring(replicate) => {
                plan.with_repeats(rounds_per_replicate.saturating_mul(replicate.number + 1))
            }
            ReplicateRole::Collecting(count) => {
                plan.with_repeats(rounds_per_replicate.saturating_mul(count))
            }
        })
    }

    /// How many repeats the user or the sweep wants; none where that is left open.
    pub(super) fn own_repeats(&self, config: &RunConfig) -> Option<u32> {
        config.repeats.or(self.settings.repeats)
    }

    pub(super) fn plan_error(&self) -> impl FnOnce(PlanError) -> BenchError {
        let title = self.settings.title.clone();
        move |source| BenchError::Plan {
            title,
            source: Box::new(source),
        }
    }

    /// A result in which every cell is pending, so that code which reads it goes on working; of
    /// a sweep without a plan, or too large to be worth it, without dimensions.
    pub(super) fn not_run(&self, plan: Option<&Plan>, session: &Session) -> SweepOutcome {
        let dataset = plan
            .filter(|plan| plan.samples() <= MOST_PENDING)
            .and_then(|plan| {
                let mut dataset = plan.dataset(&self.settings.title).ok()?;
                plan.derive(&mut dataset).ok()?;
                Some(dataset)
            });
        let bench = self.prototype.sweep_type().schema.name;
        SweepOutcome {
            record: SweepRecord::pending(bench, self.settings.title.clone(), dataset),
            claims: Vec::new(),
            was_run: false,
            root: session.root.clone(),
        }
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
        let mut with_status;
        let progress: &mut dyn ProgressSink = match options.executor {
            Executors::Cluster(_) => {
                with_status = StatusSink::new(session.progress.as_mut(), &session.root);
                &mut with_status
            }
            _ => session.progress.as_mut(),
        };
        progress.start(title, executor.plan().samples());
        let in_progress = exit_guard::SweepGuard::begin(title, executor.describe_points());
        let ended = executor.run(collector, options, progress);
        drop(in_progress);
        let end = ended.map_err(BenchError::Store)?;
        progress.finish(&end.collector.counts());
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

/// Notes about the user's choices of how to measure.
fn warnings_of_choice(session: &Session, plan: &Plan) -> Vec<String> {
    let mut warnings = Vec::new();
    if is_side_by_side(plan.schema(), &session.config) {
        warnings.push(format!(
            "times were measured by {} workers in parallel, which disturb each other; leave out \
             `--side-by-side` for reliable times",
            session.config.executor.workers()
        ));
    }
    let RunConfig {
        executor, limits, ..
    } = session.config;
    if !executor.starts_processes() {
        let options = [
            ("--job-memory", limits.memory.is_some()),
            ("--pin", limits.pin),
        ];
        for (option, _) in options.iter().filter(|(_, is_set)| *is_set) {
            warnings.push(format!(
                "`{option}` has no effect, because this run has no worker processes; add \
                 `--executor processes`"
            ));
        }
    }
    if let ReplicateRole::Collecting(processes @ 1..ENOUGH_REPLICATES) = session.role
        && plan.is_timed()
    {
        warnings.push(format!(
            "the times have no confidence bounds: {processes} processes measured, and bounds need \
             {ENOUGH_REPLICATES} or more; use `--replicates {ENOUGH_REPLICATES}`"
        ));
    }
    warnings
}

/// From how many processes on there are bounds at 95 %.
const ENOUGH_REPLICATES: u32 = 6;

/// Whether a run takes together what several processes have stored.
const fn collects(role: ReplicateRole) -> bool {
    matches!(role, ReplicateRole::Collecting(_))
}
