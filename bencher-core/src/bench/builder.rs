use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::dataset::{Aggregate, Aggregation, Statistic};
use crate::plan::SweepChoice;
use crate::space::SampleOrder;
use crate::sweep_executor::{Benchmark, Body, Result};
use crate::var::{Constant, Input, Output, Target};

use super::assertions::ClaimChoice;
use super::config::{PlotSelection, SearchConfig};
use super::gates::{Gate, GateChoice};
use super::own_plot::OwnPlot;
use super::result::BenchResult;
use super::run::SweepRun;
use super::session::Session;

/// Declares and runs one sweep.
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
    choice: SweepChoice<S>,
    compared: Option<Input<S>>,
    best_for_each: Vec<Input<S>>,
    settings: SweepSettings,
}

/// The settings of a sweep: everything but its inputs and results.
#[derive(Clone, Debug, Default)]
pub(crate) struct SweepSettings {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) post_description: String,
    pub(crate) tag: String,
    pub(crate) order: Option<SampleOrder>,
    pub(crate) repeats: Option<u32>,
    pub(crate) level: Option<u8>,
    pub(crate) budget: Option<Duration>,
    /// The plots of the report, or the names that are none.
    pub(crate) plots: Option<Result<PlotSelection, String>>,
    /// The view over fewer inputs that the report draws first.
    pub(crate) aggregate: Option<Aggregation>,
    /// The plots of the program's own.
    pub(crate) own_plots: Vec<OwnPlot>,
    /// The point that is run alone.
    pub(crate) only_point: Option<String>,
    /// The claims of the program, beside those of the declaration.
    pub(crate) claims: Vec<ClaimChoice>,
    pub(crate) gates: Vec<GateChoice>,
    /// The objectives of a search; empty where the sweep takes its grid.
    #[cfg(feature = "search")]
    pub(crate) goals: Vec<Target>,
    pub(crate) search: SearchConfig,
    /// The result whose best point is to be named.
    pub(crate) best: Option<Target>,
}

impl<'b, S: Benchmark> SweepBuilder<'b, S> {
    pub(super) fn new(session: &'b Rc<RefCell<Session>>, prototype: &'b S, title: String) -> Self {
        Self {
            session,
            prototype,
            choice: SweepChoice::default(),
            compared: None,
            best_for_each: Vec::new(),
            settings: SweepSettings {
                title,
                ..SweepSettings::default()
            },
        }
    }

    /// Sets the inputs to sweep, the slowest first. Without this call, the sweep varies every declared input.
    ///
    /// A second call replaces the first.
    pub fn inputs<I>(mut self, inputs: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Input<S>>,
    {
        self.choice = self.choice.with_inputs(inputs);
        self
    }

    /// Sets the results to keep. Without this call, the sweep keeps every declared result.
    ///
    /// A second call replaces the first.
    pub fn results<I>(mut self, results: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Output<S>>,
    {
        self.choice = self.choice.with_results(results);
        self
    }

    /// Holds inputs at one value. Other inputs that are not swept keep their defaults.
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

    /// Takes a whole declaration, which overrides earlier calls of this builder.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    #[doc = include_str!("../example_bench.md")]
    /// use bencher_core::plan::SweepChoice;
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

    /// Adds a rule that points must satisfy. A point is skipped for `reason` where `holds` is false.
    ///
    /// A point must satisfy all rules. See [`Constraint`](crate::plan::Constraint) for an example.
    pub fn constraint(
        mut self,
        reason: impl Into<String>,
        holds: impl Fn(&S) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.choice = self.choice.with_constraint(reason, holds);
        self
    }

    /// Describes the sweep; the report shows the text above the plots.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.settings.description = text.into();
        self
    }

    /// Sets the text that closes the report.
    pub fn post_description(mut self, text: impl Into<String>) -> Self {
        self.settings.post_description = text.into();
        self
    }

    /// Sets the tag. Sweeps of one type share samples only within a tag.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.settings.tag = tag.into();
        self
    }

    /// Sets the order of the samples, unless the run's configuration sets one.
    ///
    /// The default is shuffled rounds (seed 0) where a kept result is timed, and plain rounds elsewhere.
    pub fn order(mut self, order: SampleOrder) -> Self {
        self.settings.order = Some(order);
        self
    }

    /// Measures the values of this input right after each other in every round, in an order that rotates, so that they
    /// can be [compared](BenchResult::compare) pair by pair. Only timed results are affected.
    ///
    /// All values of the input get the same random data ([`seed`](crate::context::Context::seed),
    /// [`random_vec`](crate::context::Context::random_vec)): a difference then comes from the alternatives, not from
    /// their data. The same sweep without this call does not share these samples.
    pub fn compare(mut self, input: impl Into<Input<S>>) -> Self {
        self.compared = Some(input.into());
        self
    }

    /// Claims something of a result at every point, by the handle of the result or its name: `"< 0.7"`,
    /// `"p95 < 5 ms"`. A claim that fails makes the exit status 3.
    ///
    /// It adds to the claims of the declaration (`#[result(claim = "< 0.7")]`).
    /// [`judge_claim`](crate::claim::judge_claim) says how claims are judged.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    #[doc = include_str!("../example_bench.md")]
    /// use bencher_core::claim::ClaimVerdict;
    /// let by_length = bench.sweep("By length").inputs([Sorting::LEN.values([4_u64, 5])]);
    /// let result = by_length.claim(Sorting::MOVES, "<= 6").run()?;
    /// let claim = &result.claims()[0];
    /// assert_eq!((claim.verdict(), claim.holds, claim.fails), (ClaimVerdict::Fails, 1, 1));
    /// assert_eq!(claim.failures[0].evidence, "10 in the only sample");
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    pub fn claim(mut self, result: impl Into<Output<S>>, claim: impl Into<String>) -> Self {
        self.settings.claims.push(ClaimChoice {
            result: result.into().target,
            text: claim.into(),
        });
        self
    }

    /// Compares a result with a baseline; see [`Gate`]. A point that is worse makes the exit status 3.
    pub fn gate(mut self, gate: Gate<S>) -> Self {
        self.settings.gates.push(gate.erased());
        self
    }

    /// Sets the kinds of plots that the report draws of this sweep, unless the run's configuration sets them.
    ///
    /// `auto` stands for the plots that the shape of the sweep suggests. `docs/configuration.md` lists the names. An
    /// unknown name is an error of [`run`](Self::run).
    pub fn plots<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.settings.plots = Some(PlotSelection::of(names));
        self
    }

    /// Has the report first show a statistic over some inputs, unless the run's configuration sets them: the plots of a
    /// smaller sweep, before those of all points. Inputs that the sweep does not have are an error of [`run`](Self::run).
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    #[doc = include_str!("../example_bench.md")]
    /// use bencher_core::dataset::{Aggregate, Aggregation, Statistic};
    /// let sweep = bench.sweep("Worst case").inputs([Sorting::LEN, Sorting::PRESORTED]).level(2);
    /// let result = sweep.aggregate(Aggregate::AllButFirst, Statistic::Max).run()?;
    /// assert!(Aggregation::of(result.dataset()).is_some());
    /// let sweep = bench.sweep("By seed").inputs([Sorting::LEN]).level(2);
    /// let error = sweep.aggregate(Aggregate::named(["seed"]), Statistic::Mean).run().err();
    /// assert!(error.is_some_and(|error| error.to_string().contains("seed")));
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    pub fn aggregate(mut self, inputs: Aggregate, statistic: Statistic) -> Self {
        self.settings.aggregate = Some(Aggregation { inputs, statistic });
        self
    }

    /// Adds a plot of the program's own to the report of this sweep, in addition to [`plots`](Self::plots).
    ///
    /// A program calls `bencher::report::CustomPlots::custom_plot` instead, which takes a `CustomPlot`.
    pub fn own_plot(
        mut self,
        name: impl Into<String>,
        plot: impl std::any::Any + Send + Sync,
    ) -> Self {
        let plot = OwnPlot::new(&self.settings.title, name, plot);
        self.settings.own_plots.push(plot);
        self
    }

    /// Sets how long a sweep with timed results may take, unless the run's configuration says otherwise.
    pub fn budget(mut self, budget: Duration) -> Self {
        self.settings.budget = Some(budget);
        self
    }

    /// Sets the number of samples of every point, unless the run's configuration sets it. The default is one sample,
    /// and for timed results the number that they need.
    pub fn repeats(mut self, repeats: u32) -> Self {
        self.settings.repeats = Some(repeats);
        self
    }

    /// Sets the density of all inputs, unless the run's configuration sets it: level 1, 2, 3, 4, 5, … takes 1, 2, 3, 5,
    /// 9, … samples of each.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    #[doc = include_str!("../example_bench.md")]
    /// let result = bench.sweep("By length").inputs([Sorting::LEN]).level(4).run()?;
    /// assert_eq!(result.dataset().shape(), [5, 1]);
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    pub fn level(mut self, level: u8) -> Self {
        self.settings.level = Some(level);
        self
    }

    /// Names the best point of a result by its direction, instead of measuring all points equally well.
    ///
    /// After six rounds of all points, a round measures the leader and the eight points that are most likely to be
    /// better. The sweep ends when no point is better than the leader by more than 1 % (`--best-within`), at 95 % for
    /// all points together. It also ends with the budget or the repeats, and then names the undecided points. In a
    /// simulation, 50 points need a sixth of the batches of a sweep that measures all points in every round
    /// (`cargo xtask bench search`).
    ///
    /// A result that is not a time gets repeats instead of rounds, 100 at most unless the sweep sets them. If all
    /// points give the same value twice, these values decide.
    pub fn best(mut self, result: impl Into<Output<S>>) -> Self {
        self.settings.best = Some(result.into().target);
        self
    }

    /// Names the [best](Self::best) point at each value of some inputs: the best codec for each block size.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    #[doc = include_str!("../example_bench.md")]
    /// let sorted = bench.sweep("Fewest moves").best(Sorting::MOVES).best_for_each([Sorting::LEN]);
    /// let result = sorted.inputs([Sorting::LEN.values([10, 100]), Sorting::PRESORTED]).run()?;
    /// let text = &result.dataset().attributes["race best"];
    /// assert!(text.ends_with("than len=10, presorted=true; len=100, presorted=true, each in its group"), "{text}");
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    pub fn best_for_each<I>(mut self, inputs: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Input<S>>,
    {
        self.best_for_each = inputs.into_iter().map(Into::into).collect();
        self
    }

    /// Searches for the best value of a result by its direction, instead of measuring the whole grid. The search covers
    /// the whole domains of the inputs. Several calls name several objectives.
    ///
    /// The [sampler](Self::sampler) proposes points by the known results; every evaluation is an ordinary sample. The
    /// result is a dataset of the evaluated points, the best first. The best point is measured again after it was
    /// chosen. The search ends when its [number of evaluations](Self::evaluations) is reached, or no point is left.
    ///
    /// A killed search continues: it proposes the same points, and finds their samples in the store. Proposal `k` uses
    /// the results up to `k - 4`, or up to `k - N` with `N` workers, if these are more than four. So one seed gives one
    /// sequence with any number of workers from one to four.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    #[doc = include_str!("../example_bench.md")]
    /// let search = bench.sweep("Fewest moves").constants([("presorted", false)]);
    /// let result = search.optimize(Sorting::MOVES).evaluations(15).run()?;
    /// let dataset = result.dataset();
    /// assert_eq!(dataset.dims()[0].name, "len");
    /// // A list of one element needs no moves; the search looks for the fewest.
    /// assert!(dataset.variable("moves")?.number(0) < Some(1000.0));
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    #[cfg(feature = "search")]
    pub fn optimize(mut self, result: impl Into<Output<S>>) -> Self {
        self.settings.goals.push(result.into().target);
        self
    }

    /// Sets how many points a search evaluates (100), unless the run's configuration sets it. 0 is an error of
    /// [`run`](Self::run).
    #[cfg(feature = "search")]
    pub fn evaluations(mut self, evaluations: u64) -> Self {
        let budget = super::config::SearchBudget::Evaluations(evaluations);
        self.settings.search.budget = Some(budget);
        self
    }

    /// Sets how a search proposes points (a Gaussian process), unless the run's configuration sets it.
    #[cfg(feature = "search")]
    pub fn sampler(mut self, sampler: crate::optimize::Sampler) -> Self {
        self.settings.search.sampler = Some(sampler.name());
        self
    }

    /// Ends a search when a point has reached a value of its first objective, unless the run's configuration sets it. A
    /// noisy value that reaches it is measured again before that.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    #[doc = include_str!("../example_bench.md")]
    /// let search = bench.sweep("Few moves").optimize(Sorting::MOVES).target(100.0);
    /// let result = search.run()?;
    /// let text = &result.dataset().attributes["search"];
    /// assert!(text.contains("the target was reached"), "{text}");
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    #[cfg(feature = "search")]
    pub fn target(mut self, value: f64) -> Self {
        self.settings.search.target = Some(value);
        self
    }

    /// Sets the seed of a search (0), unless the run's configuration sets it. Another seed begins another search, which
    /// learns from all stored samples.
    #[cfg(feature = "search")]
    pub fn search_seed(mut self, seed: u64) -> Self {
        self.settings.search.seed = Some(seed);
        self
    }

    /// Runs the sweep, stores its result and prints it.
    ///
    /// Failed samples are part of the result. They make the program's exit status 1.
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
    /// A [`BenchError`](super::BenchError): the sweep has no valid plan, the store fails, the user interrupts, or, with
    /// fail-fast, a sample fails.
    pub fn run(self) -> Result<BenchResult<S>> {
        let compared = self.compared.map(|input| input.choice);
        let best_for_each = self.best_for_each.into_iter();
        let best_for_each = best_for_each.map(|input| input.choice).collect();
        let run = SweepRun {
            prototype: self.prototype,
            body: Body::of::<S>(),
            choice: self.choice.erased(),
            compared,
            best_for_each,
            settings: self.settings,
        };
        let outcome = run.run_in(&mut self.session.borrow_mut())?;
        Ok(BenchResult::new(outcome))
    }
}

// Not derived: that would ask the user's type for `Debug`.
impl<S> std::fmt::Debug for SweepBuilder<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SweepBuilder")
            .field("settings", &self.settings)
            .field("choice", &self.choice)
            .finish_non_exhaustive()
    }
}
