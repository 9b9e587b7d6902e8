use std::path::{Path, PathBuf};

use crate::console::error_line;
use crate::measure::{Environment, Replicate, ReplicateRole};
use crate::progress::{ProgressSink, SilentProgress};
use crate::record::SweepRecord;
use crate::store::{MemoryStore, save_result, slug};
use crate::sweep_executor::Interrupt;
use crate::var::nearest;

use super::assertions::{Assertions, Judged};
use super::config::{RunConfig, Settings};
use super::layers::Layers;
use super::own_plot::OwnPlot;
use super::print::say;
use super::replicate_report::ReplicateReport;
use super::report_files::Place;
use super::session_report::{ReportSubject, Reporter, open};
use super::steps::{progress, root};

/// One run of a benchmark program: its configuration, the open store, and the results of its sweeps.
///
/// See the [module](super) for an example.
pub struct Session {
    pub(super) config: RunConfig,
    pub(super) interrupt: Interrupt,
    pub(super) progress: Box<dyn ProgressSink>,
    pub(super) program: String,
    pub(super) root: PathBuf,
    #[cfg(feature = "store")]
    pub(super) database: Option<crate::store::Database>,
    /// The stand-in for a database that cannot be written.
    #[cfg(feature = "store")]
    pub(super) read_only: Option<crate::store::ReadOnlyStore>,
    pub(super) records: Vec<SweepRecord>,
    /// The plots of the program's own, by the title of their sweep.
    pub(super) own_plots: Vec<OwnPlot>,
    pub(super) seen: Vec<String>,
    pub(super) unsaved: bool,
    /// Whether a claim failed, or a result became worse, by rules that fail the run.
    pub(super) has_regressed: bool,
    /// Problems of the whole run, reported at its end.
    pub(super) errors: Vec<String>,
    /// The working directory when the run began, which relative paths begin at whatever a body does.
    pub(super) start: PathBuf,
    /// Whether a report is drawn at the end, where the configuration wants one.
    pub(super) draws_report: bool,
    /// Where the report goes, once that is known to be possible.
    pub(super) report_folder: Option<(PathBuf, Option<String>, Place)>,
    /// The functions that were chosen, where not all were.
    pub(super) shown_part: Option<String>,
    pub(super) layers: Layers,
    /// Which part this run has where several processes measure.
    pub(super) role: ReplicateRole,
    /// The environment in which other processes began to measure for this run.
    pub(super) began: Option<Environment>,
    /// The report of this process as a replicate, or of the replicates that measured for it.
    pub(super) replicate_report: ReplicateReport,
    /// The samples of a run in steps that keeps none.
    pub(super) memory: MemoryStore,
    /// The tags whose samples were dropped.
    #[cfg(feature = "store")]
    pub(super) cleared: Vec<String>,
}

/// The outcome of a session.
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
    /// A sample failed, or a result could not be stored.
    Failed,
    /// A claim or a gate failed, or a result became worse by the rules of [`HistoryOptions`](super::HistoryOptions).
    Regressed,
    /// The command line chose sweeps that do not exist.
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
    /// A run of `program` with its own configuration.
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
            own_plots: Vec::new(),
            seen: Vec::new(),
            unsaved: false,
            has_regressed: false,
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

    /// A run of `program` with the settings of the user.
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

    /// Makes this run collect the stored rounds of several replicates, which began in an environment.
    pub(crate) fn collect_replicates(
        &mut self,
        processes: u32,
        began: Environment,
        report: ReplicateReport,
    ) {
        self.role = ReplicateRole::Collecting(processes);
        self.began = Some(began);
        self.replicate_report = report;
    }

    /// The report of this process as a replicate so far.
    pub(crate) fn replicate_report(&self) -> ReplicateReport {
        let timings = self.records.iter().flat_map(|record| &record.timings);
        let execute = timings.filter(|(phase, _)| phase == "execute");
        ReplicateReport {
            seconds: execute.map(|(_, seconds)| seconds).sum(),
            ..self.replicate_report.clone()
        }
    }

    /// Sends progress to another sink.
    pub fn set_progress(&mut self, progress: Box<dyn ProgressSink>) {
        self.progress = progress;
    }

    /// The configuration of the run at its current step, or of the latest sweep.
    pub fn config(&self) -> &RunConfig {
        &self.config
    }

    /// The records of the sweeps so far.
    pub fn records(&self) -> &[SweepRecord] {
        &self.records
    }

    /// The directory of samples and results.
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

    /// Judges the claims and gates of a complete sweep, and notes in its record what fails.
    ///
    /// A replicate has a part of the rounds only, and so has each step of a refinement before the last.
    pub(super) fn judge(&mut self, assertions: &Assertions, record: &mut SweepRecord) -> Judged {
        let (step, steps) = self.step();
        if self.is_replicate() || step != steps {
            return Judged::default();
        }
        let judged = assertions.judge(record, self);
        record.warnings.extend(judged.warnings());
        self.has_regressed |= judged.fails();
        judged
    }

    /// Keeps and prints what a sweep gave.
    pub(super) fn finish_sweep(&mut self, record: &SweepRecord, judged: &Judged) {
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
        self.show_sweep(record, judged);
    }

    /// Draws the report of all sweeps of the run, prints its path, and returns the outcome of the run.
    ///
    /// Without a reporter, without a result, or with [`ReportLocation::Disabled`](super::ReportLocation::Disabled), it
    /// draws nothing. A choice of sweeps ([`RunConfig::only`]) that matches no sweep is a failure.
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
        #[cfg(feature = "history")]
        self.close_baselines();
        let mut status = if self.has_regressed {
            RunStatus::Regressed
        } else {
            RunStatus::Fine
        };
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
            plots: self.own_plots.clone(),
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
