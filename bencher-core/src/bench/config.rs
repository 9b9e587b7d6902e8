use std::path::PathBuf;
use std::time::Duration;

use crate::evaluator::Executors;
use crate::job::CodePolicy;
use crate::space::{Density, Order};
use crate::sweep_executor::InputOverride;

/// Everything that can be said about a run, with its defaults.
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
    /// Samples of every point; none means what the sweep says, else one.
    pub repeats: Option<u32>,
    /// Density of all inputs: the level, or so many samples each (what each input declares).
    pub density: Density,
    /// On what untimed samples run (serial).
    pub executor: Executors,
    /// The order of samples; none means shuffled rounds for timed results and plain rounds for
    /// others.
    pub order: Option<Order>,
    /// Take samples from the store and put them there (yes).
    pub cache: bool,
    /// Take none from the store, and replace those that are there (no).
    pub overwrite: bool,
    /// Drop the stored samples of a sweep's tag before it runs (no).
    pub clear: bool,
    /// Goes before the tag of every sweep, and so partitions the store (empty).
    pub run_tag: String,
    /// What to do with samples of other executables; none means strict for timed results and warn
    /// for others.
    pub code: Option<CodePolicy>,
    /// Stop at the first failing sample (no).
    pub fail_fast: bool,
    /// Show the plan and run nothing (no).
    pub dry_run: bool,
    /// Name the sweeps and run nothing (no).
    pub list: bool,
    /// Run only sweeps whose title contains one of these (all).
    pub only: Vec<String>,
    /// Values of inputs that go before those the program declares.
    pub inputs: Vec<InputOverride>,
    /// Where samples and results are kept; none means the default place.
    pub store: Option<PathBuf>,
    /// How long to wait for a store that another process holds (30 s).
    pub wait: Duration,
    /// Where the report goes.
    pub report: ReportPlace,
    /// Open the report when it is drawn (no).
    pub open: bool,
    /// What is printed.
    pub output: OutputFormat,
    /// The most rows of a printed table (30).
    pub rows: usize,
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            repeats: None,
            density: Density::default(),
            executor: Executors::Serial,
            order: None,
            cache: true,
            overwrite: false,
            clear: false,
            run_tag: String::new(),
            code: None,
            fail_fast: false,
            dry_run: false,
            list: false,
            only: Vec::new(),
            inputs: Vec::new(),
            store: None,
            wait: Duration::from_secs(30),
            report: ReportPlace::Default,
            open: false,
            output: OutputFormat::Text,
            rows: 30,
        }
    }
}

/// Where a report goes.
///
/// ```
/// use bencher_core::bench::{ReportPlace, RunConfig};
/// let config = RunConfig { report: ReportPlace::At("out".into()), ..RunConfig::default() };
/// assert_ne!(config.report, ReportPlace::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReportPlace {
    /// Beside the store, in a folder of the program's name.
    #[default]
    Default,
    /// This folder.
    At(PathBuf),
    /// Nowhere: none is drawn.
    Nowhere,
}

/// What is printed.
///
/// ```
/// use bencher_core::bench::{OutputFormat, RunConfig};
/// assert_eq!(RunConfig::default().output, OutputFormat::Text);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutputFormat {
    /// A progress bar, tables and where things are.
    #[default]
    Text,
    /// One JSON object a line on standard output.
    Json,
    /// Errors alone.
    Quiet,
}
