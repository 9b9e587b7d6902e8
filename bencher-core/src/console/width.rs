//! The width of the terminal.

/// How many characters a line of standard output has; `None` where it is no terminal.
#[cfg(unix)]
#[expect(unsafe_code, reason = "the system's interface is in C")]
pub(crate) fn width() -> Option<usize> {
    use std::io::IsTerminal;

    if !std::io::stdout().is_terminal() {
        return None;
    }
    let mut size = libc::winsize {
        ws_row: 0,
        ws_col: 0,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: the request writes one `winsize`, and the pointer is to one.
    let found = unsafe { libc::ioctl(libc::STDOUT_FILENO, libc::TIOCGWINSZ, &raw mut size) };
    (found == 0 && size.ws_col > 0).then_some(usize::from(size.ws_col))
}

/// The system has no such question.
#[cfg(not(unix))]
pub(crate) const fn width() -> Option<usize> {
    None
}
