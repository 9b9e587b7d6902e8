use thiserror::Error;

/// Why a counter or a clock is unavailable, in words for the user, with a remedy.
///
/// ```
/// use bencher_core::measure::Reason;
/// let reason = Reason::NotAllowed { paranoid: 4, needed: 2 };
/// assert!(reason.to_string().contains("sudo sysctl kernel.perf_event_paranoid=2"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Reason {
    /// The operating system has no such counter.
    #[error("it is not available on this platform; measure on Linux")]
    Platform,
    /// The processor has no such counter, or a hypervisor withholds it.
    #[error(
        "this machine shows no such hardware counter; virtual machines seldom do: measure on a real \
         machine, or let the hypervisor pass the counters (PMU) on"
    )]
    NoHardware,
    /// The kernel does not let this user count events.
    #[error(
        "the kernel does not allow it (perf_event_paranoid is {paranoid}); run \
         `sudo sysctl kernel.perf_event_paranoid={needed}`, or give the program CAP_PERFMON"
    )]
    NotAllowed {
        /// The kernel's setting.
        paranoid: i32,
        /// The largest setting that allows it.
        needed: i32,
    },
    /// The kernel allows it, but a sandbox does not.
    #[error(
        "a sandbox forbids perf events; in a container, allow perf_event_open in its seccomp profile \
         and add the capability PERFMON"
    )]
    Sandbox,
    /// The kernel has no perf events.
    #[error("the kernel was built without perf events; use one with CONFIG_PERF_EVENTS")]
    NoPerfEvents,
    /// The program's allocator does not count.
    #[error(
        "the program's allocator does not count; add `#[global_allocator] static ALLOCATOR: \
         bencher::CountingAllocator = bencher::CountingAllocator::system();` to it"
    )]
    NoAllocator,
    /// Another piece of code already counts allocations.
    #[error(
        "allocations are counted for the whole process, and another measurement was under way; run one \
         at a time"
    )]
    Concurrent,
    /// Other events had the processor's counters all the time.
    #[error(
        "the processor's few counters were taken by other events all the time; ask for fewer, or end \
         other profilers"
    )]
    Crowded,
    /// The benchmark timed nothing.
    #[error("the benchmark timed no piece of code; let `cx.iter` or `cx.measure` run it")]
    NothingTimed,
    /// The operating system returned an error.
    #[error("the operating system refused: {0}")]
    System(String),
}

impl Reason {
    /// What the operating system said last.
    #[cfg(unix)]
    pub(super) fn last() -> Self {
        Self::System(std::io::Error::last_os_error().to_string())
    }
}
