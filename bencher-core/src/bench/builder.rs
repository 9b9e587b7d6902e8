use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use crate::dataset::Dataset;
use crate::record::SweepRecord;
use crate::result_collector::ResultCollector;
use crate::space::Order;
use crate::sweep_executor::{
    Benchmark, Plan, PlanError, Result, RunOptions, SweepChoice, SweepExecutor,
};
use crate::var::{Constant, Input, Output, ParametrizedSweep};

use super::error::BenchError;
use super::result::BenchResult;
use super::session::{Session, warnings};

/// The most cells that are made for a sweep that is not run.
const MOST_PENDING: u128 = 1_000_000;

/// A sweep on its way to being run.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
#[doc = include_str!("../example_bench.md")]
/// let result = bench
///     .sweep("Moves by length")
///     .description("Reversed data, where it is not sorted already.")
///     .inputs([Sorting::LEN.values([4_u64, 5])])
///     .results([Sorting::MOVES])
///     .constants([("presorted", false)])
///     .repeats(2)
///     .run()?;
/// assert_eq!(result.dataset().shape(), [2, 2]);
/// assert_eq!(result.dataset().mean(&["repeat"])?.variable("moves")?.number(1), Some(10.0));
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[must_use = "a sweep does nothing until it is `run()`"]
pub struct SweepBuilder<'b, S> {
    session: &'b Rc<RefCell<Session>>,
    prototype: &'b S,
    title: String,
    description: String,
    post_description: String,
    tag: String,
    choice: SweepChoice<S>,
    order: Option<Order>,
    repeats: Option<u32>,
}

impl<'b, S: Benchmark> SweepBuilder<'b, S> {
    pub(super) fn new(session: &'b Rc<RefCell<Session>>, prototype: &'b S, title: String) -> Self {
        Self {
            session,
            prototype,
            title,
            description: String::new(),
            post_description: String::new(),
            tag: String::new(),
            choice: SweepChoice::default(),
            order: None,
            repeats: None,
        }
    }

    /// The inputs to sweep, the slowest first; every declared one if never called.
    ///
    /// A second call replaces what the first named.
    pub fn inputs<I>(mut self, inputs: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Input<S>>,
    {
        self.choice = self.choice.with_inputs(inputs);
        self
    }

    /// The results to keep; every declared one if never called.
    ///
    /// A second call replaces what the first named.
    pub fn results<I>(mut self, results: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Output<S>>,
    {
        self.choice = self.choice.with_results(results);
        self
    }

    /// Inputs held at one value; others that are not swept keep their defaults.
    ///
    /// A second call adds to the first.
    pub fn constants<I>(mut self, constants: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Constant<S>>,
    {
        self.choice = self.choice.with_constants(constants);
        self
    }

    /// Takes a whole declaration: what it names goes before what was named here.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    #[doc = include_str!("../example_bench.md")]
    /// use bencher_core::sweep_executor::SweepChoice;
    /// let small = SweepChoice::default().with_inputs([Sorting::LEN.values([4_u64, 5])]);
    /// let moves = bench.sweep("Moves").declared(&small).run()?;
    /// let again = bench.sweep("Moves, again").declared(&small).repeats(2).run()?;
    /// assert_eq!((moves.dataset().shape(), again.dataset().shape()), (vec![2, 1], vec![2, 2]));
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    pub fn declared(mut self, choice: &SweepChoice<S>) -> Self {
        self.choice = self.choice.merged(choice.clone());
        self
    }

    /// A rule that the points must keep: where `holds` is false, a point is skipped for `reason`.
    ///
    /// Several rules add up. The example stands at [`Constraint`](crate::sweep_executor::Constraint).
    pub fn constraint(
        mut self,
        reason: impl Into<String>,
        holds: impl Fn(&S) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.choice = self.choice.with_constraint(reason, holds);
        self
    }

    /// What the sweep is about, in the report above its plots.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = text.into();
        self
    }

    /// What closes the report.
    pub fn post_description(mut self, text: impl Into<String>) -> Self {
        self.post_description = text.into();
        self
    }

    /// Groups samples: sweeps of one type share samples only within a tag.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = tag.into();
        self
    }

    /// The order of the samples, where the run says nothing.
    ///
    /// The default is shuffled rounds (seed 0) where a result that is kept is timed, plain rounds
    /// elsewhere.
    pub fn order(mut self, order: Order) -> Self {
        self.order = Some(order);
        self
    }

    /// Samples of every point, where the run says nothing else than one.
    pub fn repeats(mut self, repeats: u32) -> Self {
        self.repeats = Some(repeats);
        self
    }

    /// Runs the sweep, keeps and prints its result.
    ///
    /// Failing samples are part of the result, and make the program's exit status 1.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    #[doc = include_str!("../example_bench.md")]
    /// use bencher_core::bench::BenchError;
    /// let error = bench.sweep("Typo").inputs(["lenght"]).run().unwrap_err();
    /// assert!(matches!(error.downcast_ref(), Some(BenchError::Plan { .. })));
    /// assert!(error.to_string().contains("did you mean `len`?"));
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    ///
    /// # Errors
    /// A [`BenchError`]: the sweep makes no plan, the store refuses, the user interrupts, or, with
    /// fail-fast, a sample fails.
    pub fn run(self) -> Result<BenchResult<S>> {
        let session = self.session;
        let mut session = session.borrow_mut();
        if !session.enter(&self.title, self.repeats, self.order) {
            return Ok(self.not_run(self.plan(&session).ok().as_ref()));
        }
        if session.config.list {
            session.list(&self.title);
            return Ok(self.not_run(self.plan(&session).ok().as_ref()));
        }
        let mut timings = Vec::new();
        let clock = Instant::now();
        let plan = self.plan(&session)?;
        if session.config.dry_run {
            session.show_plan(&self.title, &plan);
            return Ok(self.not_run(Some(&plan)));
        }
        let collector = ResultCollector::new(&plan, &self.title).map_err(self.plan_error())?;
        for note in &plan.notes {
            session.note(&format!("sweep \"{}\": {note}", self.title));
        }
        timings.push(("plan".to_owned(), clock.elapsed().as_secs_f64()));

        let clock = Instant::now();
        let started = format!("{:.3}", jiff::Timestamp::now());
        let store = session.samples(&plan.series().tag)?;
        let code = session.code();
        timings.push(("open".to_owned(), clock.elapsed().as_secs_f64()));

        let clock = Instant::now();
        let timed = plan.is_timed();
        let default_order = if timed {
            Order::Shuffled { seed: 0 }
        } else {
            Order::RoundRobin
        };
        let options = RunOptions {
            order: session.config.order.or(self.order).unwrap_or(default_order),
            executor: session.config.executor,
            fail_fast: session.config.fail_fast,
            interrupt: session.interrupt.clone(),
            store,
            overwrite: session.config.overwrite,
            policy: session.config.code,
            code,
        };
        let samples = plan.samples();
        let executor = SweepExecutor::new(plan);
        session.progress.start(&self.title, samples);
        let ended = executor.run(collector, options, session.progress.as_mut());
        let end = ended.map_err(BenchError::Store)?;
        let (mut dataset, failures, counts) = end.collector.finish();
        session.progress.finish(&counts);
        timings.push(("execute".to_owned(), clock.elapsed().as_secs_f64()));

        let mut warnings = warnings(timed, &end.calls, end.damaged);
        if end.interrupted {
            warnings.push("interrupted: some samples were not taken".to_owned());
        }
        if end.store_error.is_some() {
            warnings.push("the store stopped taking samples: not all of them are kept".to_owned());
        }
        executor.plan().derive(&mut dataset).map_err(|source| {
            let source = Box::new(PlanError::Dataset(source));
            let title = self.title.clone();
            BenchError::Plan { title, source }
        })?;
        describe(&mut dataset, executor.plan());
        let record = SweepRecord {
            bench: S::SCHEMA.name.to_owned(),
            title: self.title.clone(),
            description: if self.description.is_empty() {
                S::SCHEMA.doc.to_owned()
            } else {
                self.description.clone()
            },
            post_description: self.post_description.clone(),
            tag: executor.plan().series().tag.clone(),
            started,
            dataset,
            constants: executor.plan().constants(),
            failures,
            counts,
            timings,
            warnings,
            sweep_type: executor.plan().series().sweep_type.clone(),
            version: executor.plan().series().version,
            identity: None,
        };
        if !(end.interrupted && record.counts.submitted == 0) {
            session.finish_sweep(&record);
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

    fn plan(&self, session: &Session) -> Result<Plan<S>, BenchError> {
        let config = &session.config;
        let repeats = config.repeats.or(self.repeats).unwrap_or(1);
        let tag = match (config.run_tag.as_str(), self.tag.as_str()) {
            ("", tag) | (tag, "") => tag.to_owned(),
            (run, own) => format!("{run}/{own}"),
        };
        Plan::new(
            self.prototype,
            &self.choice,
            &config.inputs,
            config.density,
            repeats,
            &tag,
        )
        .map_err(self.plan_error())
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
    fn not_run(&self, plan: Option<&Plan<S>>) -> BenchResult<S> {
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

// Not derived: that would ask the user's type for `Debug`.
impl<S> std::fmt::Debug for SweepBuilder<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SweepBuilder")
            .field("title", &self.title)
            .field("tag", &self.tag)
            .field("choice", &self.choice)
            .finish_non_exhaustive()
    }
}

/// What exports of a dataset say beside its cells.
fn describe<S: ParametrizedSweep>(dataset: &mut Dataset, plan: &Plan<S>) {
    let mut attribute = |name: String, text: String| dataset.attributes.insert(name, text);
    attribute("bench".to_owned(), S::SCHEMA.name.to_owned());
    attribute("tag".to_owned(), plan.series().tag.clone());
    for constant in plan.constants() {
        attribute(
            format!("constant {}", constant.name),
            constant.value.to_string(),
        );
    }
}
