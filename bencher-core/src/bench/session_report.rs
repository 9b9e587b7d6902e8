//! The report of a session: its reporter, its place, and the part of the program that it shows.

use std::path::{Path, PathBuf};

use crate::record::SweepRecord;
use crate::store::{create_folders, slug};
use crate::sweep_executor::BoxError;

use super::config::{PlotOptions, ReportLocation};
use super::error::BenchError;
use super::own_plot::OwnPlot;
use super::report_files;
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
    /// The plots of the program's own.
    pub plots: Vec<OwnPlot>,
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

    /// Makes the folder of the report and checks that files can be written there, and that no file of somebody else is
    /// in their place. It does so once.
    ///
    /// # Errors
    /// The reason, which is better reported before the measurement than after it.
    pub(crate) fn make_report_folder(&mut self) -> Result<(), BenchError> {
        let Some(folder) = self.report_place().filter(|_| self.draws_report) else {
            return Ok(());
        };
        let part = self.report_part();
        let known = self.report_folder.as_ref();
        if known.is_some_and(|(known, of, _)| (known, of) == (&folder, &part)) {
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
        let place = report_files::check(&folder, &self.program, part.as_deref())
            .map_err(|error| refused(std::io::Error::other(error)))?;
        // The permissions alone do not say it: the disk may be read-only or full.
        let within = Some(&place.dir).filter(|dir| dir.is_dir());
        let trial = within
            .unwrap_or(&folder)
            .join(format!(".tmp-{}", std::process::id()));
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
        self.report_folder = Some((folder, part, place));
        Ok(())
    }

    /// Names pictures in the report's folder that bencher did not write, before a sweep that may need their names.
    pub(super) fn warn_of_foreign_pictures(&mut self, title: &str) {
        let place = self.report_folder.as_ref().map(|(.., place)| place);
        for path in place.map_or_else(Vec::new, |place| place.foreign_pictures(title)) {
            self.note(&format!(
                "warning: bencher did not write {}, so it is not replaced: if the report of sweep \"{title}\" has \
                 a picture of this name, that picture is left out; move the file, or choose another folder with \
                 `--report DIR`",
                path.display()
            ));
        }
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::fs;
    use std::rc::Rc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use bencher_macros::ParametrizedSweep;

    use super::*;
    use crate as bencher_core;
    use crate::bench::{Bench, OutputFormat, RunConfig};
    use crate::context::Context;
    use crate::sweep_executor::{Benchmark, Interrupt};

    static SAMPLES: AtomicU32 = AtomicU32::new(0);

    #[derive(ParametrizedSweep, Clone)]
    #[bencher(crate = bencher_core)]
    struct Any {
        #[sweep(values(1, 2))]
        n: u32,
        #[result]
        v: Option<u32>,
    }

    impl Benchmark for Any {
        fn benchmark(&mut self, _: &mut Context<'_>) -> crate::sweep_executor::Result<()> {
            SAMPLES.fetch_add(1, Ordering::Relaxed);
            self.v = Some(self.n);
            Ok(())
        }
    }

    /// Runs a sweep with a report in a folder; its error, and how many samples it took.
    fn run(folder: &Path) -> (Option<String>, u32) {
        let config = RunConfig {
            cache: false,
            report: ReportLocation::Folder(folder.to_owned()),
            output: OutputFormat::Quiet,
            ..RunConfig::default()
        };
        let mut session = Session::new(config, "demo", Interrupt::default());
        session.will_draw();
        let mut bench = Bench::<Any>::new(Rc::new(RefCell::new(session))).unwrap();
        let before = SAMPLES.load(Ordering::Relaxed);
        let ended = bench.sweep("Any").run();
        let error = ended.err().map(|error| error.to_string());
        (error, SAMPLES.load(Ordering::Relaxed) - before)
    }

    #[test]
    fn a_place_that_the_report_would_be_refused_is_found_before_the_first_sample() {
        let names = [report_files::PAGE, report_files::LIST];
        for name in names {
            for is_folder in [false, true] {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join(name);
                if is_folder {
                    fs::create_dir(&path).unwrap();
                } else {
                    fs::write(&path, "mine").unwrap();
                }
                let (error, samples) = run(folder.path());
                let error = error.unwrap();
                assert!(
                    error.contains(&format!("{} was not written by bencher", path.display()))
                        && error.contains("nothing was measured"),
                    "{error}"
                );
                assert_eq!(samples, 0, "{name}");
            }
        }
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(run(&folder.path().join("new")), (None, 2));
    }
}
