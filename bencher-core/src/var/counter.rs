use super::schema::Direction;

/// A counter that can be read around timed code, beside its time.
///
/// A result takes its value where the declaration names it: `#[result(counter = "instructions")] instructions:
/// Option<f64>`. The result then has the counter's unit and direction, unless the declaration gives others. All numbers
/// are per iteration, except [`PeakResident`](Self::PeakResident). [`Meter`](crate::measure::Meter) reads the counters.
///
/// | name | counts | scope | needs |
/// |---|---|---|---|
/// | `cpu_time` | time on a core, user's and kernel's | all threads of the process | Unix |
/// | `allocations` | calls that allocated memory | all threads | [`CountingAllocator`] |
/// | `allocated_bytes` | the memory that they allocated | all threads | [`CountingAllocator`] |
/// | `peak_bytes` | the most that was allocated at once, above the start | all threads | [`CountingAllocator`] |
/// | `peak_resident` | the most memory that the process had at once, in all | the process | Linux |
/// | `instructions`, `cycles` | in the user's code | this thread and those it starts | Linux, hardware counters |
/// | `branches`, `branch_misses` | in the user's code | the same | the same |
/// | `cache_references`, `cache_misses` | of the last level, in the user's code | the same | the same |
/// | `page_faults` | minor and major | all threads | Unix |
/// | `context_switches` | voluntary and involuntary | all threads | Unix |
/// | `cpu_migrations` | moves to another core | this thread and those it starts | Linux |
/// | `task_clock` | time on a core, by the kernel's perf events | the same | Linux |
///
/// ```
/// use bencher_core::var::{Counter, Direction};
/// let counter = Counter::from_name("allocated_bytes").ok_or("no such counter")?;
/// assert_eq!(counter, Counter::AllocatedBytes);
/// assert_eq!((counter.units(), counter.direction()), ("B", Direction::Minimize));
/// assert_eq!(Counter::ALL.len(), 15);
/// # Ok::<(), &str>(())
/// ```
///
/// [`CountingAllocator`]: crate::measure::CountingAllocator
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Counter {
    /// Time on a core, for all threads of the process, in seconds.
    CpuTime,
    /// Calls that allocated memory.
    Allocations,
    /// The memory that these calls allocated, in bytes.
    AllocatedBytes,
    /// The most memory that was allocated at once, above the memory at the start, in bytes.
    PeakBytes,
    /// The most memory that the process had in RAM at once, in bytes.
    PeakResident,
    /// Instructions of the user's code.
    Instructions,
    /// Cycles of the core in the user's code.
    Cycles,
    /// Branches of the user's code.
    Branches,
    /// Branches that were predicted wrongly.
    BranchMisses,
    /// Accesses to the last level of the cache by the user's code.
    CacheReferences,
    /// Accesses that missed the cache.
    CacheMisses,
    /// Accesses to pages that were not in memory yet.
    PageFaults,
    /// How often a thread left its core.
    ContextSwitches,
    /// How often a thread was moved to another core.
    CpuMigrations,
    /// Time on a core by the kernel's perf events, in seconds.
    TaskClock,
}

impl Counter {
    /// All counters.
    pub const ALL: [Self; 15] = [
        Self::CpuTime,
        Self::Allocations,
        Self::AllocatedBytes,
        Self::PeakBytes,
        Self::PeakResident,
        Self::Instructions,
        Self::Cycles,
        Self::Branches,
        Self::BranchMisses,
        Self::CacheReferences,
        Self::CacheMisses,
        Self::PageFaults,
        Self::ContextSwitches,
        Self::CpuMigrations,
        Self::TaskClock,
    ];

    /// The name in declarations.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CpuTime => "cpu_time",
            Self::Allocations => "allocations",
            Self::AllocatedBytes => "allocated_bytes",
            Self::PeakBytes => "peak_bytes",
            Self::PeakResident => "peak_resident",
            Self::Instructions => "instructions",
            Self::Cycles => "cycles",
            Self::Branches => "branches",
            Self::BranchMisses => "branch_misses",
            Self::CacheReferences => "cache_references",
            Self::CacheMisses => "cache_misses",
            Self::PageFaults => "page_faults",
            Self::ContextSwitches => "context_switches",
            Self::CpuMigrations => "cpu_migrations",
            Self::TaskClock => "task_clock",
        }
    }

    /// The counter with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|counter| counter.name() == name)
    }

    /// The unit of its numbers; empty for plain counts.
    pub const fn units(self) -> &'static str {
        match self {
            Self::CpuTime | Self::TaskClock => "s",
            Self::AllocatedBytes | Self::PeakBytes | Self::PeakResident => "B",
            _ => "",
        }
    }

    /// Which way is better: less, for all of them.
    pub const fn direction(self) -> Direction {
        Direction::Minimize
    }
}
