//! Three system calls on file descriptors that the standard library does not offer.
#![expect(unsafe_code, reason = "the system's interface is in C")]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};

/// Makes a descriptor of the process mean what another one means, for its children too.
pub(super) fn replace(target: RawFd, with: BorrowedFd<'_>) -> io::Result<()> {
    loop {
        // SAFETY: `with` is open, and `dup2` takes any number for the other.
        if unsafe { libc::dup2(with.as_raw_fd(), target) } >= 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// The descriptors of two that have something to read, or are at their end; optionally waits for one of them.
pub(super) fn readable(descriptors: [BorrowedFd<'_>; 2], wait: bool) -> io::Result<[bool; 2]> {
    let mut asked = descriptors.map(|descriptor| libc::pollfd {
        fd: descriptor.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    });
    loop {
        let timeout = if wait { -1 } else { 0 };
        // SAFETY: the pointer is to two valid entries, which live through the call.
        if unsafe { libc::poll(asked.as_mut_ptr(), 2, timeout) } >= 0 {
            return Ok(asked.map(|asked| asked.revents != 0));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Calls a function when the program exits, by whatever way but a signal.
pub(super) fn at_exit(function: extern "C" fn()) {
    // SAFETY: the function lives as long as the program. Where there is no room for it, nothing is lost but what it
    // does.
    unsafe { libc::atexit(function) };
}
