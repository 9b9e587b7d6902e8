//! Running one sweep: plan, look for its whole result, execute, keep, print.

use std::time::Instant;

use crate::dataset::{Dataset, ROUNDS_PER_REPLICATE, SIDE_BY_SIDE};
use crate::evaluator::process::{ordinal, role};
use crate::evaluator::{Executors, Retried, Usage};
use crate::exit_guard;
use crate::job::{CodePolicy, MachinePolicy};
use crate::measure::{
    ClockKind, DEFAULT_BUDGET, Environment, ReplicateRole, RoundRules, Timer, Wanted, block,
};
use crate::record::{Counts, SweepRecord};
use crate::result_collector::ResultCollector;
use crate::space::Order;
use crate::store::{JobFolders, PAIRED, StoreError, sweep_tag, tag_text};
use crate::sweep_executor::{
    Benchmark, Plan, PlanError, Result, RunOptions, SweepExecutor, input_name_of,
};
use crate::value::Digest;
use crate::var::{ParametrizedSweep, SameName};

use super::builder::SweepBuilder;
use super::columns::keep_discarded;
use super::compared::COMPARED;
use super::config::{RunConfig, SweepDefaults};
use super::doubtful::doubtful_points;
use super::error::BenchError;
use super::print::{RETRIED, RETRIES};
use super::result::BenchResult;
use super::session::Session;
use super::unset::unset_results;
use super::warnings::{Measured, taken_whole};
use super::work::{PLACE, place};

/// The most cells that are made for a sweep that is not run.
const MOST_PENDING: u128 = 1_000_000;

/// The attribute of a dataset that names the executable which measured it.
const EXECUTABLE: &str = "executable";

impl<S: Benchmark> SweepBuilder<'_, S> {
    pub(super) fn run_in(self, session: &mut Session) -> Result<BenchResult<S>> {
        let own = SweepDefaults {
            title: self.title.clone(),
            repeats: self.repeats,
            order: self.order,
            level: self.level,
            budget: self.budget,
        };
        if !session.enter(own) {
            return Ok(self.not_run(self.plan(session).ok().as_ref()));
        }
        if session.config.list {
            session.list(&self.title);
            return Ok(self.not_run(self.plan(session).ok().as_ref()));
        }
        let clock = Instant::now();
        let plan = self.plan(session)?;
        if session.config.dry_run {
            let forecast = session.forecast(&plan)?;
            session.show_plan(&self.title, &plan, forecast);
            return Ok(self.not_run(Some(&plan)));
        }
        let number = ordinal(PLACE);
        if let Some(role) = role() {
            return self.work(plan, number, session, role);
        }
        // Before anything that grows with the sweep: its identity names every value.
        Dataset::check_size(plan.samples()).map_err(|source| self.plan_error()(source.into()))?;
        for note in &plan.notes {
            session.note(&format!("sweep \"{}\": {note}", self.title));
        }
        if session.config.cache
            && let Some(same) = SameName::of::<S>().filter(SameName::is_ambiguous)
        {
            return Err(BenchError::Store(StoreError::Ambiguous(same.to_string())).into());
        }
        if let Some(record) = self.whole_result(&plan, session)? {
            session.show_sweep(&record);
            session.remember(number, &record);
            return Ok(BenchResult::new(record, true));
        }
        let timings = vec![("plan".to_owned(), clock.elapsed().as_secs_f64())];
        self.execute(plan, number, session, timings)
    }

    fn execute(
        self,
        plan: Plan<S>,
        number: u64,
        session: &mut Session,
        mut timings: Vec<(String, f64)>,
    ) -> Result<BenchResult<S>> {
        session.make_report_folder()?;
        let collector =
            ResultCollector::new(&plan, &self.shown_title()).map_err(self.plan_error())?;
        let clock = Instant::now();
        let started = format!("{:.3}", jiff::Timestamp::now());
        let began = session.began.clone();
        let timer = self.timer(session.config.clock)?;
        let environment = began.unwrap_or_else(|| Environment::capture_with(timer));
        let mut options = self.options(&plan, Some(environment.class()), session)?;
        options.launch = session.launch(options.executor, &place(number, &plan), &self.title)?;
        timings.push(("open".to_owned(), clock.elapsed().as_secs_f64()));

        let clock = Instant::now();
        let samples = plan.samples();
        let executor = SweepExecutor::new(plan);
        session.progress.start(&self.title, samples);
        let in_progress = exit_guard::Sweep::begin(&self.title, executor.describe_points());
        let ended = executor.run(collector, options, session.progress.as_mut());
        drop(in_progress);
        let end = ended.map_err(BenchError::Store)?;
        session.progress.finish(&end.collector.counts());
        timings.push(("execute".to_owned(), clock.elapsed().as_secs_f64()));

        let warnings = Measured {
            evidence: executor.plan().is_evidence(),
            machine_policy: session.config.machine,
            precision: session.config.precision,
            gathered: collects(session.role),
            start: &environment,
            end: &end,
        }
        .warnings();
        let (used, retried) = (end.used, end.retried);
        let mut warnings = warnings;
        if session.is_replicate() {
            session.replicate_report.add(&self.title, &end);
        }
        let anew = session.replicate_report.anew.iter();
        let of_this = anew.filter(|(title, _)| *title == self.title);
        warnings.extend(of_this.map(|(_, reason)| reason.clone()));
        warnings.extend(warnings_of_choice::<S>(session, executor.plan().is_timed()));
        let (mut dataset, failures, counts) = end.collector.finish();
        keep_discarded(&mut dataset, &end.slice_counts);
        if !end.interrupted && !end.failed_fast && end.store_error.is_none() {
            let unset = unset_results(executor.plan(), &dataset);
            session.fail(&self.title, &unset);
            warnings.extend(unset);
        }
        let derived = executor.plan().derive(&mut dataset);
        derived.map_err(|source| self.plan_error()(PlanError::Dataset(source)))?;
        warnings.extend(doubtful_points(&dataset));
        describe(&mut dataset, executor.plan(), session.code());
        describe_choice(&mut dataset, executor.plan(), &session.config);
        if let Some(input) = &self.compared {
            let name = input_name_of(input).map_err(self.plan_error())?;
            dataset.attributes.insert(COMPARED.to_owned(), name);
        }
        if let Some(used) = used {
            describe_use(&mut dataset, &used);
        }
        describe_retries(&mut dataset, retried);
        if collects(session.role) && executor.plan().is_timed() {
            let block = block(self.own_repeats(&session.config)).to_string();
            let attributes = &mut dataset.attributes;
            attributes.insert(ROUNDS_PER_REPLICATE.to_owned(), block);
        }
        let series = executor.plan().series();
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
            identity: Some(executor.plan().identity()),
            started,
            dataset,
            constants: executor.plan().constants(),
            failures,
            counts,
            timings,
            warnings,
            environment: Some(environment),
            ..self.named()
        };
        if !(end.interrupted && record.counts.submitted == 0) {
            session.finish_sweep(&record);
            session.remember(number, &record);
        }
        let title = self.title;
        if let Some(source) = end.store_error {
            return Err(BenchError::StoreFailed { title, source }.into());
        }
        if end.failed_fast
            && let Some(failure) = record.failures.last()
        {
            let failure = Box::new(failure.clone());
            return Err(BenchError::FailedFast { title, failure }.into());
        }
        if end.interrupted {
            return Err(BenchError::Interrupted { title }.into());
        }
        Ok(BenchResult::new(record, true))
    }

    pub(super) fn options(
        &self,
        plan: &Plan<S>,
        machine: Option<Digest>,
        session: &mut Session,
    ) -> Result<RunOptions, BenchError> {
        let default_order = if plan.is_timed() {
            Order::Shuffled { seed: 0 }
        } else {
            Order::RoundRobin
        };
        let store = session.samples(&plan.series().tag)?;
        let config = &session.config;
        Ok(RunOptions {
            order: config.order.or(self.order).unwrap_or(default_order),
            executor: config.executor,
            fail_fast: config.fail_fast,
            interrupt: session.interrupt.clone(),
            folders: config.cache.then(|| JobFolders::at(session.root())),
            store,
            overwrite: config.overwrite && !collects(session.role),
            policy: config.code,
            code: session.code(),
            machine_policy: config.machine,
            machine,
            rounds: self.rounds(plan, session)?,
            timer: self.timer(config.clock)?.clone(),
            replicates: session.role,
            rounds_per_replicate: block(self.own_repeats(config)),
            side_by_side: config.side_by_side,
            limits: config.limits,
            retries: config.retries,
            launch: None,
        })
    }

    /// What times are taken with.
    fn timer(&self, clock: ClockKind) -> Result<&'static Timer, BenchError> {
        Timer::of(clock).map_err(|reason| BenchError::NoClock {
            title: self.title.clone(),
            reason,
        })
    }

    /// By what rules timed results are measured in rounds; none where they are not timed, or the user
    /// wants another order.
    fn rounds(&self, plan: &Plan<S>, session: &Session) -> Result<Option<RoundRules>, BenchError> {
        let config = &session.config;
        let alternatives = match &self.compared {
            Some(input) => Some(plan.alternatives(input).map_err(self.plan_error())?),
            None => None,
        };
        let order = config.order.or(self.order);
        let seed = match order {
            None => 0,
            Some(Order::Shuffled { seed }) => seed,
            Some(Order::InOrder | Order::RoundRobin) => return Ok(None),
        };
        let budget = match (config.budget, session.role) {
            (Some(budget), ReplicateRole::Measuring(replicate)) => {
                Some(budget / replicate.count.max(1))
            }
            (budget, _) => budget,
        };
        Ok(plan.is_timed().then(|| RoundRules {
            rounds: if plan.is_adaptive() {
                Wanted::AsNeeded
            } else {
                Wanted::Exactly(plan.repeats())
            },
            precision: config.precision,
            stop_when_settled: config.budget.is_none(),
            budget: budget.or_else(|| plan.is_adaptive().then_some(DEFAULT_BUDGET)),
            seed,
            before: 0,
            alternatives,
        }))
    }

    /// The stored result of a sweep that is the same, where the run takes such.
    fn whole_result(
        &self,
        plan: &Plan<S>,
        session: &mut Session,
    ) -> Result<Option<SweepRecord>, BenchError> {
        let mut identities = vec![plan.identity()];
        identities.extend(plan.former_identities());
        if session.config.clear_result && session.config.cache {
            for identity in identities.iter().copied() {
                session.clear_result(S::SCHEMA.name, identity)?;
            }
        }
        let config = &session.config;
        if !(config.results_cache || config.only_plot) || config.overwrite {
            return Ok(None);
        }
        let code = session.code();
        let mut found = None;
        for identity in identities.iter().copied() {
            if found.is_none() {
                found = session.stored_result(S::SCHEMA.name, identity)?;
            }
        }
        let is_partial = found.is_none() && session.config.only_plot;
        for identity in identities.into_iter().filter(|_| is_partial) {
            if found.is_none() {
                found = session.stored_partial_result(S::SCHEMA.name, identity)?;
            }
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
            let is_refused = machine_policy.refuses(here, there(record));
            if is_refused {
                session.note(&format!(
                    "sweep \"{}\": the stored result of {} is of another class of machine and was not \
                     taken (`--machine warn` would take it)",
                    self.title, record.started
                ));
            }
            !is_refused && (policy != CodePolicy::Strict || same_code(record))
        });
        let Some(mut record) = taken else {
            let title = self.title.clone();
            return if session.config.only_plot {
                Err(BenchError::NoResult { title })
            } else {
                Ok(None)
            };
        };
        let same_code = same_code(&record);
        let there = there(&record);
        let mut warnings = std::mem::take(&mut record.warnings);
        warnings.push(if is_partial {
            format!(
                "drawn from the result of {}, which ended before every sample was taken: by its budget or by \
                 an interrupt; run without --only-plot to go on",
                record.started
            )
        } else {
            format!("taken whole from the result of {}", record.started)
        });
        warnings.extend(taken_whole(same_code, machine_policy, here, there));
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

    /// The title of its result: that of one point alone must not stand for the whole sweep.
    fn shown_title(&self) -> String {
        match &self.only_point {
            Some(point) => format!("{} at {point}", self.title),
            None => self.title.clone(),
        }
    }

    /// A record that has the sweep's texts and nothing else.
    fn named(&self) -> SweepRecord {
        let description = if self.description.is_empty() {
            S::SCHEMA.doc.to_owned()
        } else {
            self.description.clone()
        };
        SweepRecord {
            description,
            post_description: self.post_description.clone(),
            ..SweepRecord::pending(S::SCHEMA.name, self.shown_title(), None)
        }
    }

    fn plan(&self, session: &Session) -> Result<Plan<S>, BenchError> {
        let config = &session.config;
        let repeats = self.own_repeats(config).unwrap_or(1);
        let tag = sweep_tag(&config.run_tag, &self.tag, is_side_by_side::<S>(config));
        // A point has its values already, also of those inputs that the user chose.
        let chosen: &[_] = match self.only_point {
            Some(_) => &[],
            None => &config.inputs,
        };
        let plan = Plan::new(
            self.prototype,
            &self.choice,
            chosen,
            config.density,
            repeats,
            &tag,
        )
        .map_err(self.plan_error())?;
        let plan = match &self.compared {
            Some(input) => plan.paired_by(input).map_err(self.plan_error())?,
            None => plan,
        };
        let in_rounds = !matches!(
            config.order.or(self.order),
            Some(Order::InOrder | Order::RoundRobin)
        );
        if !(plan.is_timed() && in_rounds) {
            return Ok(plan);
        }
        let block = block(self.own_repeats(config));
        Ok(match session.role {
            ReplicateRole::Single if self.own_repeats(config).is_none() => plan.in_rounds(),
            ReplicateRole::Single => plan,
            ReplicateRole::Measuring(replicate) => {
                plan.with_repeats(block.saturating_mul(replicate.number + 1))
            }
            ReplicateRole::Collecting(count) => plan.with_repeats(block.saturating_mul(count)),
        })
    }

    /// How many repeats the user or the sweep wants; none where that is left open.
    fn own_repeats(&self, config: &RunConfig) -> Option<u32> {
        config.repeats.or(self.repeats)
    }

    fn plan_error(&self) -> impl FnOnce(PlanError) -> BenchError {
        let title = self.title.clone();
        move |source| BenchError::Plan {
            title,
            source: Box::new(source),
        }
    }

    /// A result in which every cell is pending, so that code which reads it goes on working; of
    /// a sweep without a plan, or too large to be worth it, without dimensions.
    pub(super) fn not_run(&self, plan: Option<&Plan<S>>) -> BenchResult<S> {
        let dataset = plan
            .filter(|plan| plan.samples() <= MOST_PENDING)
            .and_then(|plan| {
                let mut dataset = plan.dataset(&self.title).ok()?;
                plan.derive(&mut dataset).ok()?;
                Some(dataset)
            });
        BenchResult::new(
            SweepRecord::pending(S::SCHEMA.name, self.title.clone(), dataset),
            false,
        )
    }
}

/// What is to be said of the ways to measure that the user chose.
fn warnings_of_choice<S: ParametrizedSweep>(session: &Session, is_timed: bool) -> Vec<String> {
    let mut warnings = Vec::new();
    if is_side_by_side::<S>(&session.config) {
        warnings.push(format!(
            "times were taken on {} workers at once, which disturb each other; leave out --side-by-side for \
             sound ones",
            session.config.executor.workers()
        ));
    }
    let RunConfig {
        executor, limits, ..
    } = session.config;
    if !matches!(executor, Executors::Processes(_)) {
        let options = [
            ("--job-memory", limits.memory.is_some()),
            ("--pin", limits.pin),
        ];
        for (option, _) in options.iter().filter(|(_, is_set)| *is_set) {
            warnings.push(format!(
                "{option} holds for worker processes, and there are none; add --executor processes"
            ));
        }
    }
    if let ReplicateRole::Collecting(processes @ 1..ENOUGH_REPLICATES) = session.role
        && is_timed
    {
        warnings.push(format!(
            "times have no bounds: those are made of {ENOUGH_REPLICATES} processes or more, and there were {processes}"
        ));
    }
    warnings
}

/// What exports of a dataset say beside its cells.
fn describe<S: ParametrizedSweep>(dataset: &mut Dataset, plan: &Plan<S>, code: Digest) {
    let mut attribute = |name: String, text: String| dataset.attributes.insert(name, text);
    attribute("bench".to_owned(), S::SCHEMA.name.to_owned());
    attribute("tag".to_owned(), tag_text(&plan.series().tag).into_owned());
    attribute(EXECUTABLE.to_owned(), code.to_string());
    for constant in plan.constants() {
        attribute(
            format!("constant {}", constant.name),
            constant.value.to_string(),
        );
    }
}

/// The ways to measure that the user chose.
fn describe_choice<S: ParametrizedSweep>(
    dataset: &mut Dataset,
    plan: &Plan<S>,
    config: &RunConfig,
) {
    let mut attribute = |name: &str, text| dataset.attributes.insert(name.to_owned(), text);
    if is_side_by_side::<S>(config) {
        attribute(SIDE_BY_SIDE, config.executor.workers().to_string());
    }
    if config.clock == ClockKind::Counter && plan.is_timed() {
        attribute("clock", "time-stamp counter".to_owned());
    }
}

/// Whether times of a sweep are taken on several workers at once.
fn is_side_by_side<S: ParametrizedSweep>(config: &RunConfig) -> bool {
    let timed = S::SCHEMA.results.iter().any(|result| result.timed);
    timed && config.side_by_side && config.executor.workers() > 1
}

/// What the worker processes used.
fn describe_use(dataset: &mut Dataset, used: &Usage) {
    let mut attribute = |name: &str, text| dataset.attributes.insert(name.to_owned(), text);
    attribute("worker cpu seconds", used.cpu.as_secs_f64().to_string());
    if let Some(bytes) = used.peak_memory {
        attribute("worker peak memory bytes", bytes.to_string());
    }
}

/// What was tried again, where anything was.
fn describe_retries(dataset: &mut Dataset, retried: Retried) {
    if retried.tries > 0 {
        let mut attribute = |name: &str, count: u64| {
            let text = count.to_string();
            dataset.attributes.insert(name.to_owned(), text)
        };
        attribute(RETRIED, retried.jobs);
        attribute(RETRIES, retried.tries);
    }
}

/// From how many processes on there are bounds at 95 %.
const ENOUGH_REPLICATES: u32 = 6;

/// Whether a run takes together what several processes have stored.
const fn collects(role: ReplicateRole) -> bool {
    matches!(role, ReplicateRole::Collecting(_))
}
