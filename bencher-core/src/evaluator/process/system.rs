//! System calls for worker processes.
#![expect(unsafe_code, reason = "the system's interface is in C")]

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::Duration;

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

/// Asks a process to end, which this one has started and not waited for.
#[cfg(feature = "cluster")]
pub(in super::super) fn terminate(process: u32) {
    if let Ok(process) = libc::pid_t::try_from(process)
        && process > 1
    {
        // SAFETY: the call only takes numbers.
        unsafe { libc::kill(process, libc::SIGTERM) };
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

/// A copy of a descriptor where loops over descriptors seldom come, closed in programs that this one starts.
///
/// Code that closes or writes to all descriptors goes up to the limit of the process. Where the system allows it, that
/// limit is raised for a moment, so that the copy lies above it, at an unpredictable number.
pub(super) fn out_of_reach(descriptor: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the pointer is to a limit of the right type.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let most = limit.rlim_max.min(HIGHEST);
    let raised = libc::rlimit {
        rlim_cur: limit.rlim_cur.max(most),
        ..limit
    };
    // SAFETY: the pointer is to a limit of the right type, which is put back below.
    let is_raised = raised.rlim_cur > limit.rlim_cur
        && unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const raised) } == 0;
    let (first, end) = if is_raised {
        (limit.rlim_cur, most)
    } else {
        let end = limit.rlim_cur.min(HIGHEST);
        (end / 2, end)
    };
    let random = RandomState::new().hash_one(std::process::id());
    let places = end.saturating_sub(first).max(1);
    let base = first + random % places;
    let mut copy = duplicate(descriptor, base);
    if copy.is_err() {
        copy = duplicate(descriptor, end / 2);
    }
    if is_raised {
        // SAFETY: as above.
        unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    }
    match copy {
        Ok(copy) => Ok(copy),
        // Where there are few numbers, any will do: what is sent is checked.
        Err(_) => duplicate(descriptor, 3),
    }
}

/// The kernel's table of descriptors grows with the highest number: this many take half a MiB.
const HIGHEST: libc::rlim_t = 1 << 16;

fn duplicate(descriptor: BorrowedFd<'_>, from: libc::rlim_t) -> io::Result<OwnedFd> {
    let from = libc::c_int::try_from(from).unwrap_or(libc::c_int::MAX);
    // SAFETY: the descriptor is open, and the new one belongs to nobody else.
    unsafe {
        match libc::fcntl(descriptor.as_raw_fd(), libc::F_DUPFD_CLOEXEC, from) {
            -1 => Err(io::Error::last_os_error()),
            copy => Ok(OwnedFd::from_raw_fd(copy)),
        }
    }
}

/// Sends as much as there is room for at once; none where there is no room.
pub(super) fn send_now(socket: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<usize> {
    #[cfg(target_os = "linux")]
    const FLAGS: libc::c_int = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    // The standard library turns the signal off by an option of the socket.
    #[cfg(not(target_os = "linux"))]
    const FLAGS: libc::c_int = libc::MSG_DONTWAIT;
    // SAFETY: the pointer and the length are those of a slice that outlives the call.
    let sent = unsafe {
        libc::send(
            socket.as_raw_fd(),
            bytes.as_ptr().cast(),
            bytes.len(),
            FLAGS,
        )
    };
    match usize::try_from(sent) {
        Ok(sent) => Ok(sent),
        Err(_) => match io::Error::last_os_error() {
            error
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) =>
            {
                Ok(0)
            }
            error => Err(error),
        },
    }
}

/// Waits until something can be read from a socket, or sent where it is asked for; whether there is something to read.
pub(super) fn wait_for(
    socket: BorrowedFd<'_>,
    sends: bool,
    timeout: Option<Duration>,
) -> io::Result<bool> {
    let mut events = libc::POLLIN;
    if sends {
        events |= libc::POLLOUT;
    }
    let mut asked = libc::pollfd {
        fd: socket.as_fd().as_raw_fd(),
        events,
        revents: 0,
    };
    let timeout = timeout.map_or(-1, |timeout| {
        // Rounded up, so that a wait for the rest of a millisecond is no busy loop.
        libc::c_int::try_from(timeout.as_millis() + 1).unwrap_or(libc::c_int::MAX)
    });
    // SAFETY: the pointer is to one such structure.
    if unsafe { libc::poll(&raw mut asked, 1, timeout) } < 0 {
        return match io::Error::last_os_error() {
            error if error.kind() == io::ErrorKind::Interrupted => Ok(false),
            error => Err(error),
        };
    }
    Ok(asked.revents & !libc::POLLOUT != 0)
}

/// Has this process end with the one that started it, until [`live_on`] is called: for the time in which nothing of its
/// own notices that end. The signal is one that nobody uses and that can be caught: which signal comes is a matter of
/// the first thread alone, and another one may call [`live_on`]. To be called between `fork` and `exec`; the kernel
/// goes by the thread that called `fork`.
#[cfg(target_os = "linux")]
pub(super) fn die_with_parent(parent: u32) -> io::Result<()> {
    // SAFETY: both calls may be made between fork and exec.
    unsafe {
        if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGRTMAX()) != 0 {
            return Err(io::Error::last_os_error());
        }
        // It may have ended before the kernel knew what to do then.
        if u32::try_from(libc::getppid()) != Ok(parent) {
            libc::_exit(1);
        }
    }
    Ok(())
}

/// Where the kernel knows no such thing, the process notices the end once it asks for its role.
#[cfg(not(target_os = "linux"))]
pub(super) fn die_with_parent(_: u32) -> io::Result<()> {
    Ok(())
}

/// Has this process live until its parent ends it: it notices the end of its parent, and SIGTERM does not end it.
/// Schedulers send SIGTERM to all processes of a job, and the parent decides how long the running sample may take.
pub(super) fn live_on() {
    ignore(libc::SIGTERM);
    // Sent at the end of the parent until now: before this program was started, nothing else could notice it.
    #[cfg(target_os = "linux")]
    ignore(libc::SIGRTMAX());
}

/// Has a signal do nothing here. Programs that are started from here do not inherit this.
fn ignore(signal: libc::c_int) {
    extern "C" fn nothing(_: libc::c_int) {}
    // SAFETY: all zeros are a valid structure, and the handler does nothing.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = nothing as *const () as libc::sighandler_t;
        action.sa_flags = libc::SA_RESTART;
        libc::sigaction(signal, &raw const action, std::ptr::null_mut());
    }
}

/// Limits the bytes that this process may map.
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
