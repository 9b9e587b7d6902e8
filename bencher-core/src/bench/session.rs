use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::console::{error_line, print_json};
use crate::dataset::{Dataset, one_line, quantity};
use crate::measure::{Environment, Replicate, ReplicateRole};
use crate::plan::Plan;
use crate::progress::{ProgressSink, SilentProgress, counts_json};
use crate::record::SweepRecord;
use crate::store::{MemoryStore, save_result, slug};
use crate::sweep_executor::{BoxError, Forecast, Interrupt};
use crate::var::nearest;

use super::config::{OutputFormat, PlotOptions, ReportLocation, RunConfig, Settings};
use super::error::{BenchError, failure_text};
use super::layers::Layers;
use super::print::{print_record, say};
use super::replicate_report::ReplicateReport;
use super::result_json::{comparisons_json, timings_json};
use super::steps::{progress, root};

/// One run of a benchmark program: its configuration, the open store, and what its sweeps gave.
///
/// The example stands at the [module](super).
pub struct Session {
    pub(super) config: RunConfig,
    pub(super) interrupt: Interrupt,
    pub(super) progress: Box<dyn ProgressSink>,
    pub(super) program: String,
    pub(super) root: PathBuf,
    #[cfg(feature = "store")]
    pub(super) database: Option<crate::store::Database>,
    /// What takes the database's place where it cannot be written.
    #[cfg(feature = "store")]
    pub(super) read_only: Option<crate::store::ReadOnlyStore>,
    pub(super) records: Vec<SweepRecord>,
    pub(super) seen: Vec<String>,
    unsaved: bool,
    /// What is wrong with the run as a whole, to be said at its end.
    errors: Vec<String>,
    /// The working directory when the run began, which relative paths begin at whatever a body does.
    start: PathBuf,
    /// Whether a report is drawn at the end, where the configuration wants one.
    draws_report: bool,
    /// Where the report goes, once that is known to be possible.
    report_folder: Option<PathBuf>,
    /// The functions that were chosen, where not all were.
    shown_part: Option<String>,
    pub(super) layers: Layers,
    /// Which part this run has where several processes measure.
    pub(super) role: ReplicateRole,
    /// The environment in which other processes began to measure for this run.
    pub(super) began: Option<Environment>,
    /// What this process measured, as one of several, or those that measured for it.
    pub(super) replicate_report: ReplicateReport,
    /// The samples of a run in steps that keeps none.
    pub(super) memory: MemoryStore,
    /// The tags whose samples were dropped.
    #[cfg(feature = "store")]
    pub(super) cleared: Vec<String>,
}

/// Draws records into a folder; what reports are made by, so that this crate need not draw.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
#[doc = include_str!("../example_bench.md")]
/// # let config = RunConfig { report: ReportLocation::Folder("out".into()), ..quiet };
/// use bencher_core::bench::{ReportOutput, RunStatus};
/// let session = Rc::new(RefCell::new(Session::new(config, "demo", Interrupt::default())));
/// # let mut bench = Bench::<Sorting>::new(Rc::clone(&session))?;
/// bench.sweep("By length").inputs([Sorting::LEN.samples(3)]).run()?;
/// let status = session.borrow_mut().close(Some(&|records, folder, subject, options| {
///     assert_eq!((subject.program.as_str(), &subject.part), ("demo", &None));
///     assert!(records.len() == 1 && folder.ends_with("out"));
///     assert_eq!(options.plot_width, 600);
///     Ok(ReportOutput::default())
/// }));
/// assert_eq!(status, RunStatus::Fine);
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub type Reporter =
    dyn Fn(&[SweepRecord], &Path, &ReportSubject, &PlotOptions) -> Result<ReportOutput, BoxError>;

/// What a report is about; handed to the [`Reporter`], where the example stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportSubject {
    /// The program, with its package and target: `demo/examples/sorting`.
    pub program: String,
    /// The sweeps or functions that were chosen; `None` where all were run.
    pub part: Option<String>,
}

/// What a reporter left behind.
///
/// The example stands at [`Reporter`].
#[derive(Clone, Debug, Default)]
pub struct ReportOutput {
    /// The page, where one was drawn.
    pub page: Option<PathBuf>,
    /// The pictures.
    pub images: Vec<PathBuf>,
    /// What could not be drawn as it should.
    pub warnings: Vec<String>,
}

/// How a session ended.
///
/// ```
#[doc = include_str!("../example_sweep.md")]
#[doc = include_str!("../example_bench.md")]
/// # let session = Rc::new(RefCell::new(Session::new(quiet, "demo", Interrupt::default())));
/// # session.borrow_mut().set_progress(Box::new(bencher_core::progress::SilentProgress));
/// # let mut bench = Bench::<Sorting>::new(Rc::clone(&session))?;
/// use bencher_core::bench::RunStatus;
/// bench.sweep("Fine").inputs([Sorting::LEN.values([12_u64])]).run()?;
/// assert_eq!(session.borrow_mut().close(None), RunStatus::Fine);
/// bench.sweep("Unlucky").inputs([Sorting::LEN.values([13_u64])]).run()?;
/// assert_eq!(session.borrow_mut().close(None), RunStatus::Failed);
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStatus {
    /// Every sample was taken and nothing failed.
    Fine,
    /// Some sample failed, or something could not be kept.
    Failed,
    /// The command line chose sweeps that there are not.
    Usage,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("program", &self.program)
            .field("root", &self.root)
            .field("records", &self.records.len())
            .finish_non_exhaustive()
    }
}

impl Session {
    /// A run of `program`, as `config` says it wants to be run.
    pub fn new(config: RunConfig, program: impl Into<String>, interrupt: Interrupt) -> Self {
        Self {
            progress: progress(config.output),
            root: root(&config),
            config: config.clone(),
            interrupt,
            program: program.into(),
            #[cfg(feature = "store")]
            database: None,
            #[cfg(feature = "store")]
            read_only: None,
            records: Vec::new(),
            seen: Vec::new(),
            unsaved: false,
            errors: Vec::new(),
            start: std::env::current_dir().unwrap_or_default(),
            draws_report: false,
            report_folder: None,
            shown_part: None,
            layers: Layers::new(config, Settings::default()),
            role: ReplicateRole::Single,
            began: None,
            replicate_report: ReplicateReport::default(),
            memory: MemoryStore::default(),
            #[cfg(feature = "store")]
            cleared: Vec::new(),
        }
    }

    /// A run of `program` as its user says.
    pub fn with_settings(
        settings: Settings,
        program: impl Into<String>,
        interrupt: Interrupt,
    ) -> Self {
        let mut session = Self::new(settings.config(), program, interrupt);
        session.layers = Layers::new(RunConfig::default(), settings);
        session.config = session.layers.run();
        session
    }

    /// Whether what it measures is for another process to take together.
    pub(crate) fn is_replicate(&self) -> bool {
        matches!(self.role, ReplicateRole::Measuring(_))
    }

    /// Makes this run one of several processes, which measures and stores and shows nothing.
    pub(crate) fn replicate(&mut self, replicate: Replicate) {
        self.role = ReplicateRole::Measuring(replicate);
        self.progress = Box::new(SilentProgress);
    }

    /// Makes this run the one that takes together what several processes have stored, which began in an
    /// environment.
    pub(crate) fn gather(&mut self, processes: u32, began: Environment, told: ReplicateReport) {
        self.role = ReplicateRole::Collecting(processes);
        self.began = Some(began);
        self.replicate_report = told;
    }

    /// What this process measured so far, as one of several.
    pub(crate) fn replicate_report(&self) -> ReplicateReport {
        let timings = self.records.iter().flat_map(|record| &record.timings);
        let execute = timings.filter(|(phase, _)| phase == "execute");
        ReplicateReport {
            seconds: execute.map(|(_, seconds)| seconds).sum(),
            ..self.replicate_report.clone()
        }
    }

    /// Tells progress to another sink.
    pub fn set_progress(&mut self, progress: Box<dyn ProgressSink>) {
        self.progress = progress;
    }

    /// The configuration of the run, at the step it is at, or of the sweep that was begun last.
    pub fn config(&self) -> &RunConfig {
        &self.config
    }

    /// What the sweeps gave so far.
    pub fn records(&self) -> &[SweepRecord] {
        &self.records
    }

    /// Where samples and results are kept.
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn is_chosen(&mut self, title: &str) -> bool {
        self.seen.push(title.to_owned());
        let only = &self.config.only;
        let lower = title.to_lowercase();
        only.is_empty()
            || only.iter().any(|part| {
                lower.contains(&part.to_lowercase()) || slug(title).contains(&slug(part))
            })
    }

    pub(super) fn note(&mut self, text: &str) {
        self.progress.note(text);
    }

    /// Makes the run fail for faults of a sweep. They are printed at the end, below all tables.
    pub(super) fn fail(&mut self, title: &str, errors: &[String]) {
        let errors = errors
            .iter()
            .map(|error| format!("sweep \"{title}\": {error}"));
        self.errors.extend(errors);
    }

    pub(super) fn list(&self, title: &str) {
        if self.config.output == OutputFormat::Json {
            print_json(&serde_json::json!({"event": "list", "sweep": title}));
        } else {
            say!("{title}");
        }
    }

    pub(super) fn show_plan(
        &self,
        title: &str,
        plan: &Plan,
        forecast: Option<(Forecast, Option<f64>)>,
    ) {
        let mut text = if plan.is_adaptive() {
            let points = plan.space().len();
            format!("{title}: {points} points, in as many rounds as their precision needs")
        } else {
            let (samples, points) = (plan.samples(), plan.space().len());
            let repeats = plan.repeats();
            format!("{title}: {samples} samples ({points} points × {repeats} repeats)")
        };
        if let Some((forecast, seconds)) = forecast {
            let Forecast {
                stored,
                skipped,
                to_run,
            } = forecast;
            let _ = write!(
                text,
                "\n  {stored} stored, {skipped} skipped, {to_run} to run"
            );
            if let Some(seconds) = seconds {
                let _ = write!(text, ", about {}", quantity(seconds, "s"));
            }
        }
        for axis in plan.space().axes() {
            let shown: Vec<String> = axis
                .levels
                .iter()
                .take(8)
                .map(|value| plan.axis_text(axis, &value))
                .collect();
            let more = if axis.levels.len() > 8 { " …" } else { "" };
            let _ = write!(
                text,
                "\n  {} ({}): {}{more}",
                axis.name,
                axis.levels.len(),
                shown.join(", ")
            );
        }
        for constant in plan.constants() {
            let value = one_line(&constant.value.to_string());
            let _ = write!(text, "\n  {} = {value}", constant.name);
        }
        if let Err(error) = Dataset::check_size(plan.samples()) {
            let _ = write!(text, "\n  the run will be rejected: {error}");
        }
        if self.config.output == OutputFormat::Json {
            let points = plan.space().len().to_string();
            // As many as the times need: nobody knows yet.
            let samples = (!plan.is_adaptive()).then(|| plan.samples().to_string());
            let (forecast, seconds) = forecast.unzip();
            let stored = forecast.map(|forecast| forecast.stored);
            let skipped = forecast.map(|forecast| forecast.skipped);
            let to_run = forecast.map(|forecast| forecast.to_run);
            // A number where JSON has one that is exact.
            let count = |count: String| match count.parse::<u64>() {
                Ok(number) => serde_json::Value::from(number),
                Err(_) => serde_json::Value::from(count),
            };
            let (points, samples) = (count(points), samples.map(count));
            print_json(
                &serde_json::json!({"event": "plan", "sweep": title, "points": points, "samples": samples,
                    "stored": stored, "skipped": skipped, "to_run": to_run, "seconds": seconds.flatten()}),
            );
        } else {
            say!("{text}");
        }
    }

    /// Keeps and prints what a sweep gave.
    pub(super) fn finish_sweep(&mut self, record: &SweepRecord) {
        if matches!(self.role, ReplicateRole::Measuring(_)) {
            self.records.push(record.clone());
            return;
        }
        if self.keeps_results()
            && let Err(error) = save_result(&self.root, record)
        {
            self.unsaved = true;
            self.progress
                .note(&format!("error: the result could not be stored: {error}"));
        }
        self.show_sweep(record);
    }

    /// Prints what a sweep gave, and has it drawn.
    pub(super) fn show_sweep(&mut self, record: &SweepRecord) {
        match self.config.output {
            OutputFormat::Text => {
                let RunConfig {
                    print,
                    rows,
                    columns,
                    ..
                } = self.config;
                print_record(record, print, rows, columns);
            }
            OutputFormat::Json => {
                let result = record.dataset.to_json();
                print_json(
                    &serde_json::json!({"event": "result", "sweep": record.title,
                    "counts": counts_json(&record.counts, record.timed_out()), "warnings": record.warnings,
                    "timings": timings_json(&record.dataset), "comparisons": comparisons_json(&record.dataset),
                    "dataset": result}),
                );
            }
            OutputFormat::Quiet => {
                for failure in &record.failures {
                    error_line!("{}: {}", record.title, failure_text(failure));
                }
            }
        }
        self.records.push(record.clone());
    }

    /// Draws the report of all sweeps of the run, says where it is, and judges the run.
    ///
    /// Without a reporter, without a result, or with [`ReportLocation::Disabled`] nothing is drawn. A choice of
    /// sweeps ([`RunConfig::only`]) that fits none is a failure.
    pub fn close(&mut self, reporter: Option<&Reporter>) -> RunStatus {
        // The last sweep's configuration is not the run's.
        self.config = self.layers.run();
        if self.config.print_config {
            say!("{}", self.layers.text(&self.program).trim_end());
        }
        if let Some(message) = self.empty_selection_error() {
            error_line!("error: {message}");
            return RunStatus::Usage;
        }
        self.tidy();
        let mut status = RunStatus::Fine;
        let limit = self.config.fail_on_sample_error;
        let mut counts = self.records.iter().map(|record| &record.counts);
        if self.unsaved || counts.any(|counts| limit.is_reached(counts)) {
            status = RunStatus::Failed;
        }
        for error in std::mem::take(&mut self.errors) {
            self.progress.note(&format!("error: {error}"));
            status = RunStatus::Failed;
        }
        let Some(folder) = self.report_place() else {
            return status;
        };
        let (Some(reporter), false) = (reporter, self.records.is_empty()) else {
            return status;
        };
        self.fetch_contents();
        // A page that is open already only has to be loaded again.
        let first = self.layers.step().0 == 1;
        let subject = ReportSubject {
            program: self.program.clone(),
            part: self.report_part(),
        };
        match reporter(&self.records, &folder, &subject, &self.config.plot_options) {
            Ok(files) => {
                for warning in &files.warnings {
                    self.progress.note(warning);
                }
                self.print_report_path(&files);
                if self.config.open && first && !files.page.as_deref().is_some_and(open) {
                    self.progress
                        .note("the report could not be opened: no program was found for it");
                }
            }
            Err(error) => {
                self.progress
                    .note(&format!("error: the report could not be drawn: {error}"));
                status = RunStatus::Failed;
            }
        }
        status
    }

    /// Where the report goes; none where none is wanted.
    fn report_place(&self) -> Option<PathBuf> {
        let folder = match self.layers.run().report {
            ReportLocation::Disabled => return None,
            ReportLocation::Folder(folder) => folder,
            // A store that can only be read takes no report.
            ReportLocation::Default if self.config.cache && !self.keeps_results() => return None,
            ReportLocation::Default => self.default_report(),
        };
        Some(self.start.join(folder))
    }

    /// Has the place of the report made before the first sample is taken.
    pub(crate) fn will_draw(&mut self) {
        self.draws_report = true;
    }

    /// Makes the folder of the report and looks whether files can be written there, once.
    ///
    /// # Errors
    /// Why not: better told now than after the measurement.
    pub(crate) fn make_report_folder(&mut self) -> Result<(), BenchError> {
        let Some(folder) = self.report_place().filter(|_| self.draws_report) else {
            return Ok(());
        };
        if self.report_folder.as_ref() == Some(&folder) {
            return Ok(());
        }
        let refused = |source| BenchError::ReportLocation {
            path: folder.clone(),
            source,
        };
        std::fs::create_dir_all(&folder).map_err(refused)?;
        // The permissions alone do not say it: the disk may be read-only or full.
        let trial = folder.join(format!(".tmp-{}", std::process::id()));
        // A new file, so that no link is followed.
        let mut options = std::fs::OpenOptions::new();
        let opened = options.write(true).create_new(true).open(&trial);
        let tried = opened
            .and_then(|mut file| std::io::Write::write_all(&mut file, b"bencher"))
            .map_err(refused);
        // What could not be written need not be removed.
        let _ = std::fs::remove_file(&trial);
        tried?;
        if self.layers.run().open && !has_opener() {
            self.note(&format!(
                "warning: `--open` cannot open the report: `{OPENER}` is not installed"
            ));
        }
        self.report_folder = Some(folder);
        Ok(())
    }

    /// Has the report show a part of the program only, and leave those of other parts as they are.
    pub(crate) fn show_part(&mut self, part: Option<String>) {
        self.shown_part = part;
    }

    /// What of the program the report shows, where that is not all.
    fn report_part(&self) -> Option<String> {
        let sweeps = Some(self.config.only.join(", ")).filter(|text| !text.is_empty());
        let parts: Vec<String> = self.shown_part.clone().into_iter().chain(sweeps).collect();
        (!parts.is_empty()).then(|| parts.join(": "))
    }

    /// `reports/PACKAGE/TARGET/PROGRAM` in the store's folder.
    fn default_report(&self) -> PathBuf {
        let parts = self.program.split('/').map(slug);
        parts.fold(self.root.join("reports"), |folder, part| folder.join(part))
    }

    /// Says why there is no report, where one was wanted, and where the samples are.
    pub(crate) fn print_no_report(&self, reason: &str) {
        let is_wanted = self.report_place().is_some() && !self.records.is_empty();
        if is_wanted && self.config.output == OutputFormat::Text && !self.is_shown_only() {
            say!("\n{reason}");
            if self.config.cache && cfg!(feature = "store") {
                say!("store     {}", self.root.display());
            }
        }
    }

    fn print_report_path(&self, files: &ReportOutput) {
        match self.config.output {
            OutputFormat::Text => {
                if let Some(page) = &files.page {
                    say!("\nreport    {}", page.display());
                }
                if let Some(folder) = files.images.first().and_then(|image| image.parent()) {
                    say!(
                        "pictures  {} PNG files in {}",
                        files.images.len(),
                        folder.display()
                    );
                }
                if self.config.cache && cfg!(feature = "store") {
                    say!("store     {}", self.root.display());
                }
            }
            OutputFormat::Json => print_json(
                &serde_json::json!({"event": "report", "page": files.page, "images": files.images}),
            ),
            OutputFormat::Quiet => {}
        }
    }

    /// A choice of sweeps that fits none is a mistake, not an empty success.
    fn empty_selection_error(&self) -> Option<String> {
        let fits = |part: &String| {
            let part_lower = part.to_lowercase();
            self.seen.iter().any(|title| {
                title.to_lowercase().contains(&part_lower) || slug(title).contains(&slug(part))
            })
        };
        let unknown = self.config.only.iter().find(|part| !fits(part))?;
        let near = nearest(unknown, self.seen.iter().map(String::as_str));
        let hint = near.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
        Some(format!(
            "`--sweep {unknown}` matches no sweep{hint} (there are: {})",
            self.seen.join(", ")
        ))
    }
}

/// Opens a file with the desktop's program for it; false where there is none.
fn open(path: &Path) -> bool {
    std::process::Command::new(OPENER).arg(path).spawn().is_ok()
}

const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};

/// Whether the desktop's program for files is on the search path.
fn has_opener() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(OPENER).exists())
}
