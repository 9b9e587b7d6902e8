//! What the kernel does for worker processes.
#![expect(unsafe_code, reason = "the system's interface is in C")]

use std::io;
use std::os::fd::AsRawFd;

/// Ends a process at once.
#[cfg(target_os = "linux")]
pub(super) fn kill_process(process: u32) {
    let Ok(process) = libc::pid_t::try_from(process) else {
        return;
    };
    if process > 1 {
        // SAFETY: a signal to one process; nothing of this one is touched.
        unsafe { libc::kill(process, libc::SIGKILL) };
    }
}

/// Kills every process of a group.
pub(super) fn kill_group(group: u32) {
    let Ok(group) = libc::pid_t::try_from(group) else {
        return;
    };
    if group > 1 {
        // SAFETY: a signal to a group that is a child's; nothing of this process is touched.
        unsafe { libc::kill(-group, libc::SIGKILL) };
    }
}

/// Kills every process of this one's group, itself included.
pub(super) fn kill_own_group() -> ! {
    // SAFETY: getpgrp and kill have no preconditions.
    unsafe {
        let group = libc::getpgrp();
        if group == libc::getpid() {
            libc::kill(-group, libc::SIGKILL);
        }
    }
    std::process::exit(1)
}

/// Makes standard input empty, so that no job reads what is meant for its worker.
pub(super) fn empty_input() -> io::Result<()> {
    let nothing = std::fs::File::open("/dev/null")?;
    // SAFETY: both are open descriptors; 0 stays open and only changes what it is of.
    let made = unsafe { libc::dup2(nothing.as_raw_fd(), 0) };
    if made == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Allows this process to map so many bytes at most.
pub(super) fn limit_memory(bytes: u64) -> io::Result<()> {
    let limit = libc::rlimit {
        rlim_cur: bytes,
        rlim_max: bytes,
    };
    // SAFETY: the pointer is to a limit of the right type.
    let set = unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) };
    if set == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Keeps this process on one of the cores that it may use: the one of this number, counted round.
#[cfg(target_os = "linux")]
pub(super) fn stay_on_core(number: usize) -> io::Result<()> {
    // SAFETY: the sets are of the right type, all zeros are an empty one, and 0 means this process.
    unsafe {
        let mut allowed: libc::cpu_set_t = std::mem::zeroed();
        let size = size_of::<libc::cpu_set_t>();
        if libc::sched_getaffinity(0, size, &raw mut allowed) != 0 {
            return Err(io::Error::last_os_error());
        }
        let most = usize::try_from(libc::CPU_SETSIZE).unwrap_or(0);
        let cores: Vec<usize> = (0..most)
            .filter(|core| libc::CPU_ISSET(*core, &allowed))
            .collect();
        let Some(core) = cores.get(number % cores.len().max(1)) else {
            return Ok(());
        };
        let mut own: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(*core, &mut own);
        if libc::sched_setaffinity(0, size, &raw const own) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Where the kernel knows no such thing.
#[cfg(not(target_os = "linux"))]
pub(super) fn stay_on_core(_: usize) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
