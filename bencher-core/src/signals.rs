//! The signals that ask a program to stop.
#![expect(unsafe_code, reason = "the system's interface is in C")]

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// Ctrl-C, SIGTERM, and SIGHUP for a terminal that was closed, unless the program was started to outlive its terminal
/// (`nohup`).
pub(crate) fn stop_signals() -> Vec<i32> {
    let mut signals = vec![SIGINT, SIGTERM];
    if !is_ignored(SIGHUP) {
        signals.push(SIGHUP);
    }
    signals
}

fn is_ignored(signal: i32) -> bool {
    // SAFETY: all zeros are a valid structure, and the call only fills it.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, std::ptr::null(), &raw mut action) == 0
            && action.sa_sigaction == libc::SIG_IGN
    }
}
