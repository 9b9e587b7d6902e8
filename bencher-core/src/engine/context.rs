use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::ArgMatches;
use jiff::Zoned;

use crate::console::error_line;

/// The amount of logging.
///
/// ```
/// use bencher_core::engine::LogLevel;
/// assert_eq!("INFO".parse(), Ok(LogLevel::Info));
/// assert_eq!("30".parse(), Ok(LogLevel::Warn), "as a number of Python's");
/// assert!("loud".parse::<LogLevel>().is_err());
/// assert!(LogLevel::Error < LogLevel::Debug);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// Conditions that make the experiment fail.
    Error,
    /// Conditions that may make it unreliable.
    Warn,
    /// The steps of the experiment.
    Info,
    /// The details of the steps.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    const ALL: [Self; 5] = [
        Self::Error,
        Self::Warn,
        Self::Info,
        Self::Debug,
        Self::Trace,
    ];

    const fn text(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

impl FromStr for LogLevel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(number) = text.parse::<u32>() {
            return Ok(match number {
                40.. => Self::Error,
                30.. => Self::Warn,
                20.. => Self::Info,
                10.. => Self::Debug,
                _ => Self::Trace,
            });
        }
        let text = text.to_lowercase();
        let text = match text.as_str() {
            "warning" => "warn",
            "critical" => "error",
            text => text,
        };
        let found = Self::ALL.into_iter().find(|level| level.text() == text);
        found.ok_or_else(|| {
            "a level is error, warn, info, debug, trace or a number of 0 or more".to_owned()
        })
    }
}

/// The context of an engine.
///
/// ```
/// use bencher_core::engine::{Engine, EngineContext, EngineResult, LogLevel, start_with};
/// struct Experiment;
/// impl Engine for Experiment {
///     fn run(&mut self, cx: &mut EngineContext) -> EngineResult {
///         assert!(cx.run_name().starts_with("Experiment_20"));
///         assert!(cx.result_dir().is_absolute() && cx.result_dir().is_dir());
///         assert!(cx.engine_dir()?.is_dir());
///         assert_eq!(cx.file("times.csv"), cx.result_dir().join("times.csv"));
///         assert_eq!(cx.level(), LogLevel::Error);
///         assert!(!cx.is_continued());
///         cx.debug("this is not printed");
/// #       std::fs::remove_dir_all(cx.result_dir())?;
///         Ok(())
///     }
/// #   fn result_dir(&self, run_name: &str) -> Option<std::path::PathBuf> {
/// #       Some(std::env::temp_dir().join(format!("{run_name}-{}", std::process::id())))
/// #   }
/// }
/// start_with(&mut Experiment, ["experiment", "-l", "error"]);
/// ```
#[derive(Debug)]
pub struct EngineContext {
    pub(super) args: ArgMatches,
    pub(super) run_name: String,
    pub(super) result_dir: PathBuf,
    pub(super) level: LogLevel,
    pub(super) is_continued: bool,
    pub(super) stop: Arc<StopRequest>,
}

/// Whether a signal asked the program to end, and whether the engine reacts to it.
#[derive(Debug, Default)]
pub(super) struct StopRequest {
    pub(super) is_handled: AtomicBool,
    pub(super) wanted: Arc<AtomicBool>,
}

impl EngineContext {
    /// The command line.
    pub fn args(&self) -> &ArgMatches {
        &self.args
    }

    /// The name of this run.
    pub fn run_name(&self) -> &str {
        &self.run_name
    }

    /// The directory of the program, for files beside it: the directory of the package that Cargo runs, else the
    /// directory of the executable.
    ///
    /// # Errors
    /// Where the system does not know the path of the executable.
    pub fn engine_dir(&self) -> std::io::Result<PathBuf> {
        if let Some(package) =
            std::env::var_os("CARGO_MANIFEST_DIR").filter(|path| !path.is_empty())
        {
            return std::path::absolute(package);
        }
        let program = std::env::current_exe()?;
        Ok(program.parent().map(Path::to_owned).unwrap_or_default())
    }

    /// The directory of the run, as an absolute path.
    pub fn result_dir(&self) -> &Path {
        &self.result_dir
    }

    /// The path of a file or subdirectory in the directory of the run.
    pub fn file(&self, name: impl AsRef<Path>) -> PathBuf {
        self.result_dir.join(name)
    }

    /// The amount of logging.
    pub fn level(&self) -> LogLevel {
        self.level
    }

    /// Whether the run continues in an existing directory.
    pub fn is_continued(&self) -> bool {
        self.is_continued
    }

    /// A flag that becomes true on SIGINT or SIGTERM. An engine that calls this should then end itself, and only the
    /// second signal ends the program. Without this call, the first signal ends it.
    ///
    /// An [`Interrupt`](crate::sweep_executor::Interrupt) of a bench can be made from it:
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    /// use std::cell::RefCell;
    /// use std::rc::Rc;
    /// use bencher_core::bench::{Bench, RunConfig, Session};
    /// # use bencher_core::bench::{OutputFormat, ReportLocation};
    /// use bencher_core::engine::{Engine, EngineContext, EngineResult, start_with};
    /// use bencher_core::sweep_executor::Interrupt;
    /// use bencher_core::sweeper::ParamSweeper;
    ///
    /// struct Experiment {
    ///     measured: u64,
    /// }
    ///
    /// impl Engine for Experiment {
    ///     fn run(&mut self, cx: &mut EngineContext) -> EngineResult {
    ///         // The samples and the work list lie in the directory of the run, so that `-c` finds both.
    ///         let config = RunConfig {
    ///             store: Some(cx.file("store")),
    /// #           report: ReportLocation::Disabled,
    /// #           output: OutputFormat::Quiet,
    ///             ..RunConfig::default()
    ///         };
    ///         let session = Session::new(config, "experiment", Interrupt(cx.stop_flag()));
    ///         let mut bench = Bench::<Sorting>::new(Rc::new(RefCell::new(session)))?;
    ///         let lengths = ParamSweeper::open(cx.file("sweep"), [10_u64, 100])?;
    ///         for len in &lengths {
    ///             let len = len?;
    ///             let result = bench.sweep("Sorting").constants([Sorting::LEN.with_const(len)]);
    ///             self.measured += result.inputs([Sorting::PRESORTED]).run()?.counts().executed;
    ///             lengths.done(&len)?;
    ///         }
    /// #       drop(bench);
    /// #       std::fs::remove_dir_all(cx.result_dir())?;
    ///         Ok(())
    ///     }
    /// #   fn result_dir(&self, run_name: &str) -> Option<std::path::PathBuf> {
    /// #       Some(std::env::temp_dir().join(format!("{run_name}-{}", std::process::id())))
    /// #   }
    /// }
    ///
    /// let mut experiment = Experiment { measured: 0 };
    /// start_with(&mut experiment, ["experiment", "-l", "warn"]);
    /// assert_eq!(experiment.measured, 4);
    /// ```
    pub fn stop_flag(&self) -> Arc<AtomicBool> {
        self.stop.is_handled.store(true, Ordering::SeqCst);
        Arc::clone(&self.stop.wanted)
    }

    /// Prints a line to standard error, with the time and the level, if that level is logged.
    pub fn log(&self, level: LogLevel, text: impl fmt::Display) {
        if level <= self.level {
            let now = Zoned::now().strftime("%Y-%m-%d %H:%M:%S%.3f").to_string();
            error_line!("{now} {level:<5} {text}");
        }
    }

    /// [Logs](Self::log) a condition that makes the experiment fail.
    pub fn error(&self, text: impl fmt::Display) {
        self.log(LogLevel::Error, text);
    }

    /// [Logs](Self::log) a condition that may make it unreliable.
    pub fn warn(&self, text: impl fmt::Display) {
        self.log(LogLevel::Warn, text);
    }

    /// [Logs](Self::log) a step of the experiment.
    pub fn info(&self, text: impl fmt::Display) {
        self.log(LogLevel::Info, text);
    }

    /// [Logs](Self::log) a detail of a step.
    pub fn debug(&self, text: impl fmt::Display) {
        self.log(LogLevel::Debug, text);
    }
}
