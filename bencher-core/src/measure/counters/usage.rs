//! Counts that the operating system keeps for the whole process.

use std::mem::MaybeUninit;

use std::time::Duration;

use super::super::{CoreUse, Reason};
use crate::var::Counter;

/// A number that is kept for the process.
#[derive(Clone, Copy, Debug)]
pub(super) enum Usage {
    /// Time on a core, in nanoseconds.
    CpuTime,
    /// Page faults of both kinds.
    PageFaults,
    /// Context switches of both kinds.
    ContextSwitches,
}

/// The number for a counter; none where it is no such counter.
pub(super) fn of(counter: Counter) -> Option<Result<Usage, Reason>> {
    match counter {
        Counter::CpuTime => Some(Ok(Usage::CpuTime)),
        Counter::PageFaults => Some(Ok(Usage::PageFaults)),
        Counter::ContextSwitches => Some(Ok(Usage::ContextSwitches)),
        _ => None,
    }
}

impl Usage {
    pub(super) fn read(self) -> Result<u64, Reason> {
        match self {
            Self::CpuTime => cpu_time(),
            Self::PageFaults => resources().map(|used| sum(used.ru_minflt, used.ru_majflt)),
            Self::ContextSwitches => resources().map(|used| sum(used.ru_nvcsw, used.ru_nivcsw)),
        }
    }
}

fn sum(a: libc::c_long, b: libc::c_long) -> u64 {
    u64::try_from(a).unwrap_or(0) + u64::try_from(b).unwrap_or(0)
}

/// Time on cores of all threads of the process, in nanoseconds.
#[allow(unsafe_code, reason = "the system's interface is in C")]
pub(crate) fn cpu_time() -> Result<u64, Reason> {
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: the pointer is to a place of the right type, which is valid with all bits 0.
    let time = unsafe {
        if libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, time.as_mut_ptr()) != 0 {
            return Err(Reason::last());
        }
        time.assume_init()
    };
    let part = |part| u64::try_from(part).unwrap_or(0);
    Ok(part(time.tv_sec) * 1_000_000_000 + part(time.tv_nsec))
}

/// How the threads of the process had the cores.
pub(crate) fn core_use() -> Option<CoreUse> {
    let used = resources().ok()?;
    let part = |time: libc::timeval| {
        let micros = u64::try_from(time.tv_usec).unwrap_or(0);
        Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or(0)) + Duration::from_micros(micros)
    };
    Some(CoreUse {
        preemptions: sum(used.ru_nivcsw, 0),
        busy: part(used.ru_utime) + part(used.ru_stime),
    })
}

#[allow(unsafe_code, reason = "the system's interface is in C")]
fn resources() -> Result<libc::rusage, Reason> {
    let mut used = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the pointer is to a place of the right type, which is valid with all bits 0.
    unsafe {
        if libc::getrusage(libc::RUSAGE_SELF, used.as_mut_ptr()) != 0 {
            return Err(Reason::last());
        }
        Ok(used.assume_init())
    }
}
