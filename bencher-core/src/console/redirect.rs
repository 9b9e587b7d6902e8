//! The system call that redirects standard output.
#![expect(unsafe_code, reason = "the system's interface is in C")]

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd};

/// Sends what is printed on standard output to standard error; standard output as it was.
pub(super) fn stdout_to_stderr() -> io::Result<File> {
    let (stdout, stderr) = (io::stdout(), io::stderr());
    let before = stdout.as_fd().try_clone_to_owned()?;
    loop {
        // SAFETY: both are open; the number of standard output stays open and only changes what it is of.
        if unsafe { libc::dup2(stderr.as_raw_fd(), stdout.as_raw_fd()) } >= 0 {
            return Ok(before.into());
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}
