//! The options for running a planned sweep.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::evaluator::process::Launch;
use crate::evaluator::{Executors, Limits};
use crate::job::{CodePolicy, MachinePolicy};
use crate::measure::{ReplicateRole, RoundRules, Timer};
use crate::space::SampleOrder;
use crate::store::{JobFolders, SampleStore};
use crate::value::Digest;

#[cfg(feature = "sweeper")]
use super::shared_run::SharedList;

/// A request to stop, shared with the code that makes it (the handler of Ctrl-C).
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
    /// Whether a stop was requested.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The options for running a planned sweep.
///
/// See the [module](super) for an example.
pub struct RunOptions {
    /// The order of the samples.
    pub order: SampleOrder,
    /// The executor of the samples; timed results run alone with any executor.
    pub executor: Executors,
    /// Stop at the first failed sample.
    pub fail_fast: bool,
    /// Stops the run between samples.
    pub interrupt: Interrupt,
    /// The store of samples; `None` stores nothing.
    pub store: Option<Box<dyn SampleStore>>,
    /// Take no sample from the store, but store new ones.
    pub overwrite: bool,
    /// The policy for samples of other executables; `None` chooses it by the results.
    pub policy: Option<CodePolicy>,
    /// This executable.
    pub code: Digest,
    /// The policy for samples of machines of other classes; `None` chooses it by the results.
    pub machine_policy: Option<MachinePolicy>,
    /// The class of this machine, which is stored with every sample.
    pub machine: Option<Digest>,
    /// The folders of samples; `None` keeps none.
    pub folders: Option<JobFolders>,
    /// The rules of rounds over all points; `None` takes the samples in `order`.
    pub rounds: Option<RoundRules>,
    /// In a [race](crate::measure::BestRule): the groups of points; each group has its own best point.
    pub race_groups: HashMap<u64, u64>,
    /// The timer that measures times.
    pub timer: Timer,
    /// The role of this process among replicates.
    pub replicates: ReplicateRole,
    /// The number of repeats reserved for each replicate.
    pub rounds_per_replicate: u32,
    /// Whether timed results are also taken on several workers at once.
    pub side_by_side: bool,
    /// The limits of a sample.
    pub limits: Limits,
    /// How often a failed sample is tried again.
    pub retries: u32,
    /// The work list that processes share; `None` takes all samples in this process. Rounds are not shared.
    #[cfg(feature = "sweeper")]
    pub shared: Option<SharedList>,
    /// The command of worker processes; `None` means that they take the path to this call.
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
            race_groups: HashMap::new(),
            timer: Timer::system().clone(),
            replicates: ReplicateRole::Single,
            rounds_per_replicate: 0,
            side_by_side: false,
            limits: Limits::default(),
            retries: 0,
            #[cfg(feature = "sweeper")]
            shared: None,
            launch: None,
        }
    }
}
