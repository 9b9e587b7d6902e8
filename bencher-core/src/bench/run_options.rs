//! The plan of a sweep and the options of its run, by what the user and the sweep ask for.

use crate::measure::{
    ClockKind, DEFAULT_BUDGET, ReplicateRole, RoundRules, RoundTarget, Timer, rounds_per_replicate,
};
use crate::plan::{Plan, PlanError};
use crate::space::SampleOrder;
use crate::store::{JobFolders, slug, sweep_tag};
use crate::sweep_executor::RunOptions;
#[cfg(feature = "sweeper")]
use crate::sweep_executor::SharedList;
use crate::value::Digest;

use super::attributes::is_side_by_side;
use super::config::RunConfig;
use super::error::BenchError;
use super::run::SweepRun;
use super::session::Session;

/// The most repeats of a race between results that are no times.
const MOST_REPEATS: u32 = 100;

impl SweepRun<'_> {
    pub(super) fn plan(&self, session: &Session) -> Result<Plan, BenchError> {
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
        #[cfg(feature = "sweeper")]
        let shared = self.shared_list(plan, session)?;
        #[cfg(not(feature = "sweeper"))]
        self.refuse_shared_list(session)?;
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
            #[cfg(feature = "sweeper")]
            shared,
            launch: None,
        })
    }

    /// The work list that the processes of this sweep share, where the user names a directory for it.
    #[cfg(feature = "sweeper")]
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

    #[cfg(not(feature = "sweeper"))]
    fn refuse_shared_list(&self, session: &Session) -> Result<(), BenchError> {
        match session.config.shared_dir {
            Some(_) => Err(BenchError::NotShared {
                title: self.settings.title.clone(),
                reason: "this program is built without bencher's feature `sweeper`",
            }),
            None => Ok(()),
        }
    }

    /// The timer of the run.
    pub(super) fn timer(&self, clock: ClockKind) -> Result<&'static Timer, BenchError> {
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
}

/// Whether a run takes together what several processes have stored.
pub(super) const fn collects(role: ReplicateRole) -> bool {
    matches!(role, ReplicateRole::Collecting(_))
}
