//! The core that runs a thread.

/// The core that runs this thread; none where the system does not say so.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "the system's interface is in C")]
pub(super) fn current_core() -> Option<u32> {
    // SAFETY: the function has no arguments and no effects.
    u32::try_from(unsafe { libc::sched_getcpu() }).ok()
}

/// The core that runs this thread; none where the system does not say so.
#[cfg(not(target_os = "linux"))]
pub(super) const fn current_core() -> Option<u32> {
    None
}
