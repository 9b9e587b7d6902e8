//! The frame of an experiment program: options, a directory for each run, logs, and continuation of a stopped run.
//!
//! An experiment is an [`Engine`]. Its `main` only calls [`start`]:
//!
//! ```no_run
//! use std::process::ExitCode;
//! use bencher_core::engine::{Engine, EngineContext, EngineResult, start};
//! use bencher_core::space::{Factors, sweep};
//! use bencher_core::sweeper::ParamSweeper;
//!
//! struct Compression;
//!
//! impl Engine for Compression {
//!     fn run(&mut self, cx: &mut EngineContext) -> EngineResult {
//!         let factors = Factors::new().with("codec", ["zstd", "lz4"]).with("level", [1, 3]);
//!         let sweeper = ParamSweeper::open(cx.file("sweep"), sweep(&factors)?.iter())?;
//!         for combination in &sweeper {
//!             let combination = combination?;
//!             cx.info(format_args!("measuring {combination}"));
//!             sweeper.done(&combination)?;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! fn main() -> ExitCode {
//!     start(&mut Compression)
//! }
//! ```
//!
//! Each run gets its own directory, `Compression_20260301_120000_+0100`; `-c` continues in an existing one. An engine
//! that many experiments share is a value inside others, which list it in [`ancestors`](Engine::ancestors).

mod context;
#[cfg(unix)]
mod descriptors;
mod directory;
mod ending;
mod error;
mod metadata;
mod options;
mod output;
mod program;

pub use context::{EngineContext, LogLevel};
pub use error::EngineError;
pub use metadata::{EngineRun, Metadata};
pub use output::{OutputFiles, copy_outputs, redirect_outputs};
pub use program::{start, start_with};

/// The crate whose `Command` is the command line of an engine.
pub use clap;

use std::path::PathBuf;

use clap::Command;
use jiff::Zoned;

/// The result of a step of an engine.
pub type EngineResult<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// An experiment, or a part that several experiments share.
///
/// ```
/// use bencher_core::engine::{Engine, EngineContext, EngineResult, start_with};
/// use clap::{Arg, Command};
///
/// /// Whatever wants nodes of a cluster.
/// #[derive(Default)]
/// struct Cluster {
///     nodes: u32,
/// }
///
/// impl Engine for Cluster {
///     fn options(&self, command: Command) -> Command {
///         command.arg(Arg::new("nodes").long("nodes").default_value("4").help("How many nodes"))
///     }
///
///     fn init(&mut self, cx: &mut EngineContext) -> EngineResult {
///         let nodes = cx.args().get_one::<String>("nodes").ok_or("there is a default")?;
///         self.nodes = nodes.parse()?;
///         Ok(())
///     }
/// }
///
/// #[derive(Default)]
/// struct Latency {
///     cluster: Cluster,
///     seen: u32,
/// }
///
/// impl Engine for Latency {
///     fn ancestors(&mut self) -> Vec<&mut dyn Engine> {
///         vec![&mut self.cluster]
///     }
/// #   fn result_dir(&self, run_name: &str) -> Option<std::path::PathBuf> {
/// #       Some(std::env::temp_dir().join(format!("{run_name}-{}", std::process::id())))
/// #   }
///
///     fn run(&mut self, cx: &mut EngineContext) -> EngineResult {
///         // The steps of the cluster came first.
///         self.seen = self.cluster.nodes;
/// #       std::fs::remove_dir_all(cx.result_dir())?;
///         Ok(())
///     }
/// }
///
/// let mut latency = Latency::default();
/// start_with(&mut latency, ["latency", "--nodes", "16", "-l", "warn"]);
/// assert_eq!(latency.seen, 16);
/// ```
pub trait Engine {
    /// The engines that this one includes. Their options, [`init`](Self::init) and [`run`](Self::run) come before its
    /// own, in this order.
    fn ancestors(&mut self) -> Vec<&mut dyn Engine> {
        Vec::new()
    }

    /// Its name; by default the name of the type.
    fn name(&self) -> String {
        let (_, name) = crate::var::split_name(std::any::type_name::<Self>());
        name.to_owned()
    }

    /// Adds options and arguments of its own to the command line.
    fn options(&self, command: Command) -> Command {
        command
    }

    /// The name of a run. `None` takes the name from the last ancestor that returns one, else
    /// `NAME_20260301_120000_+0100`.
    fn run_name(&self, _started: &Zoned) -> Option<String> {
        None
    }

    /// The directory of a new run. `None` takes the directory from the last ancestor that returns one, else the name of
    /// the run in the working directory. A number is added where the directory exists already.
    fn result_dir(&self, _run_name: &str) -> Option<PathBuf> {
        None
    }

    /// Prepares the run. The directory exists, the outputs are set up, and the options are parsed.
    ///
    /// # Errors
    /// The error of the engine; nothing runs then.
    fn init(&mut self, _cx: &mut EngineContext) -> EngineResult {
        Ok(())
    }

    /// Runs the experiment, after every `init`.
    ///
    /// # Errors
    /// The error of the engine; nothing more runs then, and the exit status is 1.
    fn run(&mut self, _cx: &mut EngineContext) -> EngineResult {
        Ok(())
    }
}
