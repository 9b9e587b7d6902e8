//! What can be said about a run, and who says it.
//!
//! The options are one table, from which the command line, the names in the environment, the keys of
//! `bencher.toml` and `--print-config` are made: a [`RunOption`] reads its value as a change to a
//! [`RunConfig`]. [`Settings`] are such changes, each with its [`SettingSource`], the weakest first.

mod config_text;
mod failures;
mod option;
mod output;
mod read;
mod settings;
mod size;
mod table;

pub use failures::FailureLimit;
pub use output::{OutputFormat, PaneLayout, PlotOptions, PrintOptions, ReportLocation};
pub use settings::{SettingSource, Settings};
pub use size::ByteSize;

pub(super) use config_text::{SweepDefaults, config_text};
pub(crate) use option::{OptionValue, RunOption};
pub(crate) use table::{GROUPS, RENAMED, option, options, renamed};

use std::path::PathBuf;
use std::time::Duration;

use crate::evaluator::{Executors, Limits};
use crate::job::{CodePolicy, MachinePolicy};
use crate::measure::ClockKind;
use crate::plan::InputOverride;
use crate::space::{Density, SampleOrder};
use crate::store::DEFAULT_LIMIT;

use super::columns::TimeColumns;
use super::refine::Refinement;

/// Everything that can be said about a run, with its defaults.
///
/// Each field can be said at six places; of those that say
/// something, the first in this table counts:
///
/// | place | example |
/// |---|---|
/// | the command line | `--repeats 5` |
/// | the environment | `BENCHER_REPEATS=5`; the store's place is `BENCHER_CACHE_DIR` |
/// | `bencher.toml`, the more special section first: `[programs.NAME.sweeps."TITLE"]`, `[programs.NAME]`, `[sweeps."TITLE"]`, the top of the file | `repeats = 5` |
/// | what the program says of one sweep | [`SweepBuilder::repeats`](super::SweepBuilder::repeats) |
/// | what the program says of its run | [`Bench::configure`](super::Bench::configure) |
/// | the default | [`RunConfig::default`] |
///
/// A later place is replaced whole, but for these: values of inputs (`--input`) are replaced input by
/// input; `--level` puts a lower place's `samples` aside, `--samples` its `level`; `--seed` alone means
/// shuffled, and `--order shuffled` keeps a lower place's seed; `--jobs` above 1 means threads where
/// nothing is said of the executor, and `--executor` keeps a lower place's `jobs`; `--plot-size` replaces a lower place's width and
/// height.
///
/// `--print-config` prints what counts, and who said it; `docs/configuration.md` lists the options.
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
    /// Samples of every point; none means one, and of timed results as many as they need.
    pub repeats: Option<u32>,
    /// Density of all inputs: the level, or so many samples each (what each input declares).
    pub density: Density,
    /// From where the level and the repeats are reached in steps (at once).
    pub refine: Refinement,
    /// On what untimed samples run (serial).
    pub executor: Executors,
    /// Take timed samples on several workers at once, too, although they disturb each other (no).
    pub side_by_side: bool,
    /// What a sample may use: its time, and in processes its memory, its output and its core.
    pub limits: Limits,
    /// How often a sample that fails is tried again (0).
    pub retries: u32,
    /// The order of samples; none means shuffled rounds for timed results and plain rounds for
    /// others.
    pub order: Option<SampleOrder>,
    /// How long a sweep of timed results may take, in all processes together; none means 10 s where nobody says how many repeats
    /// there are, and no limit elsewhere. Its first round is always finished.
    pub budget: Option<Duration>,
    /// A timed result is measured until its bounds lie within this share of it (0.01), its noise has
    /// settled (without a budget), or the budget ends; 0 spends the whole budget, in 2048 rounds at most.
    pub precision: f64,
    /// Which clock times are taken with (the system's monotonic one).
    pub clock: ClockKind,
    /// In how many processes timed results are measured, one after the other; none means in this one. The
    /// command line starts them ([`cli::run`](crate::cli::run)).
    pub replicates: Option<u32>,
    /// Take samples from the store and put them there (yes).
    pub cache: bool,
    /// Take the whole result of a sweep where it is stored already (no).
    pub results_cache: bool,
    /// A result that is not stored is an error instead of a run (no).
    pub only_plot: bool,
    /// Take no sample from the store, and replace those that are there (no).
    pub overwrite: bool,
    /// Drop the stored samples of a sweep's tag before its first sweep runs (no).
    pub clear: bool,
    /// Drop the stored result of a sweep before it runs (no).
    pub clear_result: bool,
    /// The most that the store may take up (100 GB).
    pub cache_size: ByteSize,
    /// Goes before the tag of every sweep, and so partitions the store (empty).
    pub run_tag: String,
    /// What to do with samples of other executables; none means strict for timed results and warn
    /// for others.
    pub code: Option<CodePolicy>,
    /// What to do with samples of machines of other classes; none means strict for results that are timed or
    /// counted, and ignore for others.
    pub machine: Option<MachinePolicy>,
    /// Stop at the first failing sample (no).
    pub fail_fast: bool,
    /// How many failing samples make the run a failure (any).
    pub fail_on_sample_error: FailureLimit,
    /// Show the plan and run nothing (no).
    pub dry_run: bool,
    /// Name the sweeps and run nothing (no).
    pub list: bool,
    /// Print the configuration and run nothing (no).
    pub print_config: bool,
    /// Run only sweeps whose title contains one of these (all).
    pub only: Vec<String>,
    /// Values of inputs that go before those the program declares.
    pub inputs: Vec<InputOverride>,
    /// Where samples and results are kept; none means the default place.
    pub store: Option<PathBuf>,
    /// How long to wait for a store that another process holds (30 s).
    pub wait: Duration,
    /// Where the report goes.
    pub report: ReportLocation,
    /// How the report is laid out.
    pub plot_options: PlotOptions,
    /// Open the report when it is drawn (no).
    pub open: bool,
    /// The form in which things are printed.
    pub output: OutputFormat,
    /// Which parts of a result are printed as text.
    pub print: PrintOptions,
    /// The most rows of a printed table (30).
    pub rows: usize,
    /// What a printed table shows of times beside their centre (nothing).
    pub columns: TimeColumns,
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            repeats: None,
            density: Density::default(),
            refine: Refinement::default(),
            executor: Executors::Serial,
            side_by_side: false,
            limits: Limits::default(),
            retries: 0,
            order: None,
            budget: None,
            precision: 0.01,
            clock: ClockKind::Monotonic,
            replicates: None,
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
            open: false,
            output: OutputFormat::Text,
            print: PrintOptions::default(),
            rows: 30,
            columns: TimeColumns::default(),
        }
    }
}
