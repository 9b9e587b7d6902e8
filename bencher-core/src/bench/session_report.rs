//! The report of a session: its reporter, its place, and the part of the program that it shows.

use std::path::{Path, PathBuf};

use crate::record::SweepRecord;
use crate::store::{create_folders, slug};
use crate::sweep_executor::BoxError;

use super::config::{PlotOptions, ReportLocation};
use super::error::BenchError;
use super::session::Session;

/// Draws records into a folder. The program passes a reporter, so that this crate does not need to draw.
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

/// The subject of a report. See [`Reporter`] for an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportSubject {
    /// The program, with its package and target: `demo/examples/sorting`.
    pub program: String,
    /// The chosen sweeps or functions; `None` where all were run.
    pub part: Option<String>,
}

/// The files and warnings of a reporter.
///
/// See [`Reporter`] for an example.
#[derive(Clone, Debug, Default)]
pub struct ReportOutput {
    /// The page, where one was drawn.
    pub page: Option<PathBuf>,
    /// The pictures.
    pub images: Vec<PathBuf>,
    /// Warnings about parts that the reporter could not draw as intended.
    pub warnings: Vec<String>,
}

impl Session {
    /// Where the report goes; none where none is wanted.
    pub(super) fn report_place(&self) -> Option<PathBuf> {
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
    /// The reason, which is better reported before the measurement than after it.
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
        let reports = self.root.join("reports");
        if folder.starts_with(&reports) {
            // A link in the store would lead out of it.
            create_folders(&self.root, &folder)?;
        } else {
            std::fs::create_dir_all(&folder).map_err(refused)?;
        }
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

    /// The part of the program in the report, if it is not the whole.
    pub(super) fn report_part(&self) -> Option<String> {
        let sweeps = Some(self.config.only.join(", ")).filter(|text| !text.is_empty());
        let parts: Vec<String> = self.shown_part.clone().into_iter().chain(sweeps).collect();
        (!parts.is_empty()).then(|| parts.join(": "))
    }

    /// `reports/PACKAGE/TARGET/PROGRAM` in the store's directory.
    pub(super) fn default_report(&self) -> PathBuf {
        let parts = self.program.split('/').map(slug);
        parts.fold(self.root.join("reports"), |folder, part| folder.join(part))
    }
}

/// Opens a file with the desktop's program for it; false where there is none.
pub(super) fn open(path: &Path) -> bool {
    std::process::Command::new(OPENER).arg(path).spawn().is_ok()
}

const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};

/// Whether the desktop's program for files is on the search path.
pub(super) fn has_opener() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(OPENER).exists())
}
