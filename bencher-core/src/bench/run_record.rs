//! The record of a sweep: its results, with what a reader of the numbers must know.

use crate::dataset::{COMPARED, ROUNDS_PER_REPLICATE};
use crate::measure::{Environment, ReplicateRole, rounds_per_replicate};
use crate::plan::{Plan, PlanError, input_name_of};
use crate::record::{RACE, RACE_BEST, SweepRecord};
use crate::store::{PAIRED, StoreError};
use crate::sweep_executor::{Result, RunEnd};

use super::attributes::{
    describe, describe_choice, describe_own_plots, describe_retries, describe_use, is_side_by_side,
};
use super::cluster_report;
use super::columns::keep_discarded;
use super::config::RunConfig;
use super::result::SweepOutcome;
use super::run::{Execution, SweepRun};
use super::run_options::collects;
use super::session::Session;
use super::unreliable_points::unreliable_points;
use super::unset::unset_results;
use super::warnings::MeasuredRun;

/// The most cells that are made for a sweep that is not run.
const MOST_PENDING: u128 = 1_000_000;

impl SweepRun<'_> {
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
        describe_own_plots(&mut dataset, &self.settings.own_plots, &session.program);
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

    /// The title of its result: that of one point alone must not stand for the whole sweep.
    pub(super) fn shown_title(&self) -> String {
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
