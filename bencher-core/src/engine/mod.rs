//! The frame of an experiment program: options, a directory for each run, logs, going on with a run that was
//! stopped.
//!
//! An experiment is an [`Engine`]; [`start`] is the whole of its `main`:
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
//! Each run gets a directory of its own, `Compression_20260301_120000_+0100`; `-c` goes on in one that is
//! there. Engines that many experiments share are values inside others, named by
//! [`ancestors`](Engine::ancestors).

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

/// The command line of an engine is of this crate's `Command`.
pub use clap;

use std::path::PathBuf;

use clap::Command;
use jiff::Zoned;

/// What the steps of an engine give.
pub type EngineResult<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// An experiment, or what several experiments share.
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
    /// The engines that this one is made of, in their order: their options, [`init`](Self::init) and
    /// [`run`](Self::run) come before its own.
    fn ancestors(&mut self) -> Vec<&mut dyn Engine> {
        Vec::new()
    }

    /// Its name: that of the type, unless it says otherwise.
    fn name(&self) -> String {
        let path = std::any::type_name::<Self>();
        let path = path.split('<').next().unwrap_or(path);
        path.rsplit("::").next().unwrap_or(path).to_owned()
    }

    /// Adds options and arguments of its own to the command line.
    fn options(&self, command: Command) -> Command {
        command
    }

    /// The name of a run; without one that of the last ancestor which gives one, and without any
    /// `NAME_20260301_120000_+0100`.
    fn run_name(&self, _started: &Zoned) -> Option<String> {
        None
    }

    /// The directory of a run that does not go on in an old one; without one that of the last ancestor which
    /// gives one, and without any the name of the run in the working directory. Where it is there already, a number is
    /// added.
    fn result_dir(&self, _run_name: &str) -> Option<PathBuf> {
        None
    }

    /// Makes ready: the directory is there, the outputs go where they belong, the options are known.
    ///
    /// # Errors
    /// Whatever the engine says; nothing runs then.
    fn init(&mut self, _cx: &mut EngineContext) -> EngineResult {
        Ok(())
    }

    /// The experiment; every `init` came before it.
    ///
    /// # Errors
    /// Whatever the engine says; nothing more runs then, and the exit status is 1.
    fn run(&mut self, _cx: &mut EngineContext) -> EngineResult {
        Ok(())
    }
}
