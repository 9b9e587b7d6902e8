//! The configuration of a run, and the precedence of its sources.
//!
//! One table of options defines the command line, the environment variables, the keys of `bencher.toml` and
//! `--print-config`. A [`RunOption`] reads its value as a change to a [`RunConfig`]. [`Settings`] are such changes,
//! each with its [`SettingSource`], the weakest first.

mod config_text;
mod failures;
mod history;
mod option;
mod output;
mod plots;
mod read;
mod search;
mod settings;
mod size;
mod table;

pub use failures::FailureLimit;
pub use history::HistoryOptions;
pub use output::{OutputFormat, PaneLayout, PlotOptions, PngBackend, PrintOptions, ReportLocation};
pub use plots::PlotSelection;
pub use search::{SearchBudget, SearchConfig};
pub use settings::{SettingSource, Settings};
pub use size::ByteSize;

pub(super) use config_text::{SweepDefaults, config_text};
pub(crate) use option::{OptionValue, RunOption};
pub(crate) use table::{GROUPS, RENAMED, option, options, renamed};

use std::path::PathBuf;
use std::time::Duration;

use crate::dataset::{Aggregate, Aggregation, Statistic};
use crate::evaluator::{ClusterOptions, Executors, Limits};
use crate::job::{CodePolicy, MachinePolicy};
use crate::measure::ClockKind;
use crate::plan::InputOverride;
use crate::space::{Density, SampleOrder};
use crate::store::DEFAULT_LIMIT;

use super::columns::TimeColumns;
use super::refine::Refinement;

/// All settings of a run, with their defaults.
///
/// A field can be set in six places. The first place in this table that sets it wins:
///
/// | place | example |
/// |---|---|
/// | the command line | `--repeats 5` |
/// | the environment | `BENCHER_REPEATS=5`; `BENCHER_CACHE_DIR` sets the place of the store |
/// | `bencher.toml`, the more special section first: `[programs.NAME.sweeps."TITLE"]`, `[programs.NAME]`, `[sweeps."TITLE"]`, the top of the file | `repeats = 5` |
/// | the program, for one sweep | [`SweepBuilder::repeats`](super::SweepBuilder::repeats) |
/// | the program, for its run | [`Bench::configure`](super::Bench::configure) |
/// | the default | [`RunConfig::default`] |
///
/// A setting replaces the same setting of a later place. Some settings do more: `--input` replaces values input by
/// input. `--level` overrides a lower place's `samples`, and `--samples` its `level`. `--seed` alone means shuffled,
/// and `--order shuffled` keeps a lower place's seed. `--jobs` above 1 means threads where no place sets the executor,
/// and `--executor` keeps a lower place's `jobs`. `--plot-size` replaces a lower place's width and height.
///
/// `--print-config` prints each effective setting with its source. `docs/configuration.md` lists the options.
///
/// ```
/// use bencher_core::bench::RunConfig;
/// use bencher_core::space::Density;
/// let config = RunConfig {
///     repeats: Some(5),
///     density: Density { subsampling_divisions: 4, ..Density::default() },
///     inputs: vec!["len=10,20".parse()?],
///     ..RunConfig::default()
/// };
/// assert!(config.cache && !config.overwrite);
/// assert_eq!((config.wait.as_secs(), config.rows), (30, 30));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct RunConfig {
    /// The number of samples of every point. `None` means one, and for timed results the number that they need.
    pub repeats: Option<u32>,
    /// The density of all inputs: a level, or a number of samples (as each input declares).
    pub density: Density,
    /// The first step of a run that reaches the level and the repeats in steps (no steps).
    pub refine: Refinement,
    /// The executor of untimed samples (serial).
    pub executor: Executors,
    /// The directory of the work lists by which several processes, also on several hosts, take the samples of a sweep
    /// together (none).
    pub shared_dir: Option<PathBuf>,
    /// The server and the workers of the executor `cluster` (both on this machine).
    pub cluster: ClusterOptions,
    /// Take timed samples on several workers at once as well, although they disturb each other (no).
    pub side_by_side: bool,
    /// The limits of a sample: its time, and in processes its memory, its output and its core.
    pub limits: Limits,
    /// How often a failed sample is tried again (0).
    pub retries: u32,
    /// The order of samples. `None` means shuffled rounds for timed results and plain rounds for others.
    pub order: Option<SampleOrder>,
    /// How long a sweep of timed results may take, in all processes together. `None` means 10 s where the number of
    /// repeats is open, and no limit elsewhere. The sweep always finishes its first round.
    pub budget: Option<Duration>,
    /// The target precision (0.01): the share of a timed result within which its bounds shall lie. 0 spends the whole
    /// budget, in at most 2048 rounds.
    pub precision: f64,
    /// Name the best point of a result. A point that is better by less than this share counts as equally good (no; 0.01
    /// if the program names a result).
    pub best_within: Option<f64>,
    /// The clock that measures times (the system's monotonic clock).
    pub clock: ClockKind,
    /// The number of processes that measure timed results, one after the other. `None` means this process. The command
    /// line starts them ([`cli::run`](crate::cli::run)).
    pub replicates: Option<u32>,
    /// How sweeps search for their best point (they do not).
    pub search: SearchConfig,
    /// Take samples from the store and put them there (yes).
    pub cache: bool,
    /// Take the whole result of a sweep from the store, if it is there (no).
    pub results_cache: bool,
    /// Never run: a result that is not stored is an error (no).
    pub only_plot: bool,
    /// Take no sample from the store, and replace the stored samples (no).
    pub overwrite: bool,
    /// Drop the stored samples of a sweep's tag before its first sweep runs (no).
    pub clear: bool,
    /// Drop the stored result of a sweep before it runs (no).
    pub clear_result: bool,
    /// The largest size of the store (100 GB).
    pub cache_size: ByteSize,
    /// A prefix of every sweep's tag, which partitions the store (empty).
    pub run_tag: String,
    /// What to do with samples of other executables. `None` means strict for timed results and warn for others.
    pub code: Option<CodePolicy>,
    /// The rule for samples of machines of other classes. `None` means strict for results that are timed or counted,
    /// and ignore for others.
    pub machine: Option<MachinePolicy>,
    /// How runs are kept over time, and judged by earlier ones.
    pub history: HistoryOptions,
    /// Stop at the first failed sample (no).
    pub fail_fast: bool,
    /// The number of failed samples that makes the run a failure (any).
    pub fail_on_sample_error: FailureLimit,
    /// Show the plan and run nothing (no).
    pub dry_run: bool,
    /// Name the sweeps and run nothing (no).
    pub list: bool,
    /// Print the configuration and run nothing (no).
    pub print_config: bool,
    /// Run only sweeps whose title contains one of these (all).
    pub only: Vec<String>,
    /// Values of inputs that override the values of the program.
    pub inputs: Vec<InputOverride>,
    /// The directory of samples and results. `None` means the default place.
    pub store: Option<PathBuf>,
    /// How long to wait for a store that another process holds (30 s).
    pub wait: Duration,
    /// The place of the report.
    pub report: ReportLocation,
    /// The layout of the report.
    pub plot_options: PlotOptions,
    /// The kinds of plots that the report draws (those that the shape of a sweep suggests).
    pub plots: PlotSelection,
    /// The inputs over which the report first shows the sweep as a whole (none).
    pub aggregate: Option<Aggregate>,
    /// What the report takes over these inputs (the mean).
    pub aggregate_statistic: Statistic,
    /// Open the report after the run (no).
    pub open: bool,
    /// The form of the output.
    pub output: OutputFormat,
    /// The parts of a result that are printed as text.
    pub print: PrintOptions,
    /// The largest number of rows of a printed table (30).
    pub rows: usize,
    /// The columns that a printed table shows beside the centre of a time (none).
    pub columns: TimeColumns,
    /// The input whose levels are the columns of a printed table (none).
    pub pivot: Option<String>,
    /// The result by which the rows of a printed table are sorted (none).
    pub sort: Option<String>,
}

impl RunConfig {
    /// The view over fewer inputs that the report draws first.
    pub(crate) fn aggregation(&self) -> Option<Aggregation> {
        let inputs = self.aggregate.clone()?;
        let statistic = self.aggregate_statistic;
        Some(Aggregation { inputs, statistic })
    }
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            repeats: None,
            density: Density::default(),
            refine: Refinement::default(),
            executor: Executors::Serial,
            shared_dir: None,
            cluster: ClusterOptions::default(),
            side_by_side: false,
            limits: Limits::default(),
            retries: 0,
            order: None,
            budget: None,
            precision: 0.01,
            best_within: None,
            clock: ClockKind::Monotonic,
            replicates: None,
            search: SearchConfig::default(),
            cache: true,
            results_cache: false,
            only_plot: false,
            overwrite: false,
            clear: false,
            clear_result: false,
            cache_size: ByteSize(DEFAULT_LIMIT),
            run_tag: String::new(),
            code: None,
            machine: None,
            history: HistoryOptions::default(),
            fail_fast: false,
            fail_on_sample_error: FailureLimit::Any,
            dry_run: false,
            list: false,
            print_config: false,
            only: Vec::new(),
            inputs: Vec::new(),
            store: None,
            wait: Duration::from_secs(30),
            report: ReportLocation::Default,
            plot_options: PlotOptions::default(),
            plots: PlotSelection::default(),
            aggregate: None,
            aggregate_statistic: Statistic::Mean,
            open: false,
            output: OutputFormat::Text,
            print: PrintOptions::default(),
            rows: 30,
            columns: TimeColumns::default(),
            pivot: None,
            sort: None,
        }
    }
}
