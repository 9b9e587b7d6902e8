//! The environment of a measurement: the machine, its state, the build.
//!
//! It is stored with every result. Its warnings name conditions that make times unreliable, and its
//! [class](Environment::class) distinguishes machines:
//!
//! ```
//! use bencher_core::measure::Environment;
//! let start = Environment::capture();
//! for (name, value) in start.facts() {
//!     println!("{name}: {value}");
//! }
//! // … measure …
//! let end = Environment::capture();
//! for warning in start.warnings().iter().chain(&end.warnings_since(&start)) {
//!     println!("warning: {warning}");
//! }
//! assert_eq!(start.class(), end.class(), "the same machine");
//! ```
//!
//! All facts come from files of the system. A machine without these files (another system than Linux, a locked-down
//! container) has fewer facts.

mod activity;
mod cpu;
mod facts;
mod git;
mod machine;
#[cfg(all(feature = "cluster", unix))]
mod own_socket;
mod source;
#[cfg(test)]
mod tests;
mod warnings;

use serde::{Deserialize, Serialize};

pub use activity::Activity;
pub use git::GitState;
#[cfg(all(feature = "cluster", unix))]
pub(crate) use own_socket::OwnSocket;

use super::Timer;
use crate::value::{Digest, KeyWriter};
use source::{Source, ThisMachine};

/// The machine, its state and the build behind a result. A field is `None` where it is unknown.
///
/// See the [module](self) for an example.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    /// The model of the processor.
    pub cpu: Option<String>,
    /// Logical cores that are switched on.
    pub cores: Option<u32>,
    /// Logical cores that this process may run on.
    pub cores_allowed: Option<u32>,
    /// The governor of the cores' frequency, or several with commas between them.
    pub governor: Option<String>,
    /// Whether cores may run above their nominal frequency for a while.
    pub turbo: Option<bool>,
    /// The memory in bytes, as the kernel reports it.
    pub memory_bytes: Option<u64>,
    /// The kind of virtual machine, if it is one.
    pub virtual_machine: Option<String>,
    /// The kind of container, if the process runs in one.
    pub container: Option<String>,
    /// The operating system and its release.
    pub os: String,
    /// The release of the kernel.
    pub kernel: Option<String>,
    /// The architecture that the program was built for.
    pub architecture: String,
    /// The name of the host.
    pub host: Option<String>,
    /// How the program was built.
    pub build: Build,
    /// The commit of the current directory's repository.
    pub git: Option<GitState>,
    /// How many tasks ran or waited for a core, on average over the last minute.
    pub load: Option<f64>,
    /// How many tasks ran or waited for a core at this moment, this process among them.
    pub running: Option<u32>,
    /// The activity of the machine since its start.
    pub activity: Activity,
    /// The smallest time that the clock can distinguish, in seconds, as the timer measured it.
    pub clock_precision_s: Option<f64>,
    /// The time of an empty timed loop per iteration, in seconds, as the timer measured it.
    pub loop_overhead_s: Option<f64>,
}

/// The build of the program, as this library sees it.
///
/// ```
/// use bencher_core::measure::environment::Build;
/// let build = Build::this();
/// assert_eq!(build.debug_assertions, cfg!(debug_assertions));
/// assert!(build.rustc.starts_with("rustc 1."));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// The compiler and its version.
    pub rustc: String,
    /// Whether debug assertions are compiled in, as in the profile `dev`.
    pub debug_assertions: bool,
    /// The optimisation level: `0` to `3`, `s` or `z`.
    pub opt_level: String,
    /// The features of this library that are switched on.
    pub features: Vec<String>,
}

impl Build {
    /// The build of this program.
    pub fn this() -> Self {
        let features = [
            ("store", cfg!(feature = "store")),
            ("yaml", cfg!(feature = "yaml")),
        ];
        let on = features.into_iter().filter(|(_, on)| *on);
        Self {
            rustc: env!("BENCHER_RUSTC").to_owned(),
            debug_assertions: cfg!(debug_assertions),
            opt_level: env!("BENCHER_OPT_LEVEL").to_owned(),
            features: on.map(|(name, _)| name.to_owned()).collect(),
        }
    }
}

impl Environment {
    /// Captures the current environment.
    ///
    /// It takes about a millisecond, so call it outside measured code. It queries the repository once in a process, for
    /// two seconds at most.
    pub fn capture() -> Self {
        Self::read(&ThisMachine)
    }

    /// Captures the current environment, including the resolution of a clock.
    ///
    /// ```
    /// use bencher_core::measure::{ClockCosts, Environment, FakeClock, Timer};
    /// let costs = ClockCosts { precision: 25e-9, ..ClockCosts::default() };
    /// let environment = Environment::capture_with(&Timer::with_costs(FakeClock::default(), costs));
    /// assert_eq!(environment.clock_precision_s, Some(25e-9));
    /// ```
    pub fn capture_with(timer: &Timer) -> Self {
        let costs = timer.costs();
        Self {
            clock_precision_s: Some(costs.precision),
            loop_overhead_s: Some(costs.iteration),
            ..Self::capture()
        }
    }

    fn read(source: &impl Source) -> Self {
        let online = cpu::online(source);
        let cores = online.as_deref().unwrap_or_default();
        let load = source.line("/proc/loadavg").unwrap_or_default();
        let mut load = load.split(' ');
        Self {
            cpu: cpu::model(source),
            cores: online.as_ref().and_then(|c| u32::try_from(c.len()).ok()),
            cores_allowed: cpu::allowed(source),
            governor: cpu::governor(source, cores),
            turbo: cpu::turbo(source),
            memory_bytes: machine::memory(source),
            virtual_machine: machine::virtual_machine(source),
            container: machine::container(source),
            os: machine::os(source),
            kernel: source.line("/proc/sys/kernel/osrelease"),
            architecture: std::env::consts::ARCH.to_owned(),
            host: source.line("/proc/sys/kernel/hostname"),
            build: Build::this(),
            git: source
                .git_status()
                .and_then(|status| GitState::parse(&status)),
            load: load.next().and_then(|load| load.parse().ok()),
            running: load
                .nth(2)
                .and_then(|tasks| tasks.split('/').next()?.parse().ok()),
            activity: Activity::read(source, cores),
            clock_precision_s: None,
            loop_overhead_s: None,
        }
    }

    /// The class of the machine. Two machines of the same class can be expected to take the same time.
    ///
    /// It is computed from the processor's model, the number of cores, the architecture, the memory (rounded up to the
    /// installed size), and whether the machine is virtual. A process that may use only some of the cores, as under
    /// `taskset`, is on a machine of another class for each number of them. The class does not depend on the host's
    /// name, the load or the build.
    ///
    /// ```
    /// use bencher_core::measure::Environment;
    /// let here = Environment::capture();
    /// let renamed = Environment { host: Some("node17".to_owned()), load: Some(7.5), ..here.clone() };
    /// assert_eq!(renamed.class(), here.class());
    /// let larger = Environment { cores: Some(4096), ..here.clone() };
    /// assert_ne!(larger.class(), here.class());
    /// ```
    pub fn class(&self) -> Digest {
        let mut key = KeyWriter::default();
        key.text("machine 1");
        key.text(self.cpu.as_deref().unwrap_or_default());
        key.number(self.cores.unwrap_or(0).into());
        key.text(&self.architecture);
        let memory = self.memory_bytes.map_or(0, machine::rounded_memory);
        key.number(memory.into());
        key.number(u128::from(self.virtual_machine.is_some()));
        if let (Some(cores), Some(allowed)) = (self.cores, self.cores_allowed)
            && allowed < cores
        {
            key.text("cores allowed");
            key.number(allowed.into());
        }
        key.digest()
    }
}
