//! How a planned sweep is run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::evaluator::process::Launch;
use crate::evaluator::{Executors, Limits};
use crate::job::{CodePolicy, MachinePolicy};
use crate::measure::{ReplicateRole, RoundRules, Timer};
use crate::space::SampleOrder;
use crate::store::{JobFolders, SampleStore};
use crate::value::Digest;

/// A request to stop, shared with whoever makes it (the handler of Ctrl-C).
///
/// ```
/// use std::sync::atomic::Ordering;
/// use bencher_core::sweep_executor::Interrupt;
/// let interrupt = Interrupt::default();
/// interrupt.clone().0.store(true, Ordering::Relaxed);
/// assert!(interrupt.is_requested());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Interrupt(pub Arc<AtomicBool>);

impl Interrupt {
    /// Whether somebody asked to stop.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How a planned sweep is run.
///
/// See the [module](super) for an example.
pub struct RunOptions {
    /// In which order samples are taken.
    pub order: SampleOrder,
    /// On what they run; timed results run alone whatever it says.
    pub executor: Executors,
    /// Stop at the first failing sample.
    pub fail_fast: bool,
    /// Stops the run between samples.
    pub interrupt: Interrupt,
    /// Where samples are kept; nowhere if none.
    pub store: Option<Box<dyn SampleStore>>,
    /// Take no sample from the store, only put new ones there.
    pub overwrite: bool,
    /// What to do with samples of other executables; by default, what suits the results.
    pub policy: Option<CodePolicy>,
    /// This executable.
    pub code: Digest,
    /// What to do with samples of machines of other classes; by default, what suits the results.
    pub machine_policy: Option<MachinePolicy>,
    /// The class of this machine, which is stored with every sample.
    pub machine: Option<Digest>,
    /// Where the folders of samples are; none to keep none.
    pub folders: Option<JobFolders>,
    /// By what rules samples are taken in rounds over all points; none means that they are taken in
    /// `order`.
    pub rounds: Option<RoundRules>,
    /// What times are taken with.
    pub timer: Timer,
    /// Whether several processes have measured, or this is one of them.
    pub replicates: ReplicateRole,
    /// How many repeats each of several processes has room for.
    pub rounds_per_replicate: u32,
    /// Whether timed results are taken on several workers at once, too.
    pub side_by_side: bool,
    /// What a sample may use.
    pub limits: Limits,
    /// How often a sample that fails is tried again.
    pub retries: u32,
    /// How worker processes are started; none means that they go the way of this call.
    pub launch: Option<Launch>,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            order: SampleOrder::RoundRobin,
            executor: Executors::Serial,
            fail_fast: false,
            interrupt: Interrupt::default(),
            store: None,
            overwrite: false,
            policy: None,
            code: Digest(0),
            machine_policy: None,
            machine: None,
            folders: None,
            rounds: None,
            timer: Timer::system().clone(),
            replicates: ReplicateRole::Single,
            rounds_per_replicate: 0,
            side_by_side: false,
            limits: Limits::default(),
            retries: 0,
            launch: None,
        }
    }
}
