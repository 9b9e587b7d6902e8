//! The hooks that the system calls when the process ends by `exit`, `quick_exit`, `abort` or a crash.
#![expect(unsafe_code, reason = "the system's interface is in C")]

use std::ffi::{c_int, c_void};
use std::mem::zeroed;
use std::ptr::{null, null_mut};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{exit_message, release};

/// Has the process say what was in progress when it ends within a run.
pub(super) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // SAFETY: the functions live as long as the program; where there is no room for one, it is not called.
        unsafe {
            #[cfg(all(target_os = "linux", target_env = "gnu"))]
            {
                on_exit(exits_with, null_mut());
                at_quick_exit(exits);
            }
            #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
            libc::atexit(exits);
            watch_fatal_signals();
        }
    });
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
unsafe extern "C" {
    fn on_exit(function: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
    fn at_quick_exit(function: extern "C" fn()) -> c_int;
}

/// Of the C library that says with which status the process ends, which is kept if it is a failure.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
extern "C" fn exits_with(status: c_int, _: *mut c_void) {
    end(&format!("called exit({status})"), status);
}

extern "C" fn exits() {
    end("ended the process", 0);
}

fn end(how: &str, status: c_int) {
    if let Some((text, instead)) = exit_message(how) {
        say(&text);
        // SAFETY: what C code printed goes out; then the process ends, as it was about to.
        unsafe {
            libc::fflush(null_mut());
            libc::_exit(if status == 0 { instead.into() } else { status });
        }
    }
}

/// The signals that a process causes by its own code, each with the words that describe it.
const FATAL: [(c_int, &str); 5] = [
    (libc::SIGABRT, "aborted the process"),
    (
        libc::SIGSEGV,
        "crashed the process (SIGSEGV: a bad memory access)",
    ),
    (
        libc::SIGBUS,
        "crashed the process (SIGBUS: memory without a file or device behind it)",
    ),
    (
        libc::SIGILL,
        "crashed the process (SIGILL: an illegal instruction)",
    ),
    (
        libc::SIGFPE,
        "crashed the process (SIGFPE: an arithmetic fault)",
    ),
];

/// What the standard library does at a bad memory access: it tells an overflow of the stack.
static BEFORE: [AtomicUsize; FATAL.len()] =
    [const { AtomicUsize::new(libc::SIG_DFL) }; FATAL.len()];

/// Has a fatal signal say what was in progress, unless the program handles the signal itself.
unsafe fn watch_fatal_signals() {
    for ((signal, _), kept) in FATAL.iter().zip(&BEFORE) {
        // SAFETY: all zeros are a valid structure, and the handler lives as long as the program.
        unsafe {
            let mut before: libc::sigaction = zeroed();
            if libc::sigaction(*signal, null(), &raw mut before) != 0 {
                continue;
            }
            // For these two, the standard library installs a handler with information at its start.
            let is_of_std = matches!(*signal, libc::SIGSEGV | libc::SIGBUS)
                && before.sa_flags & libc::SA_SIGINFO != 0;
            if before.sa_sigaction != libc::SIG_DFL && !is_of_std {
                continue;
            }
            kept.store(before.sa_sigaction, Ordering::SeqCst);
            let mut action: libc::sigaction = zeroed();
            action.sa_sigaction = crashes as *const () as libc::sighandler_t;
            // The next one ends the process. An overflown stack has no room for a handler.
            action.sa_flags = libc::SA_RESETHAND | libc::SA_ONSTACK | libc::SA_SIGINFO;
            libc::sigaction(*signal, &raw const action, null_mut());
        }
    }
}

/// How long a crash may take to say what was in progress, in seconds.
const PATIENCE: u32 = 2;

extern "C" fn crashes(signal: c_int, information: *mut libc::siginfo_t, context: *mut c_void) {
    let mut watched = FATAL.iter().zip(&BEFORE);
    let found = watched.find(|((fatal, _), _)| *fatal == signal);
    let (how, before) = found.map_or(
        ("ended the process", libc::SIG_DFL),
        |((_, how), before)| (*how, before.load(Ordering::SeqCst)),
    );
    if before != libc::SIG_DFL {
        // Tells an overflow of the stack and aborts, which comes back here; otherwise it returns.
        // SAFETY: the address is that of a handler with these arguments, which `sigaction` returned.
        unsafe {
            let before: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) =
                std::mem::transmute(before);
            before(signal, information, context);
        }
    }
    // Memory may be broken, or its lock held by this very thread: then the alarm ends the process, in failure too.
    // SAFETY: these calls are allowed in a handler, with structures that are theirs.
    unsafe {
        libc::signal(libc::SIGALRM, libc::SIG_DFL);
        let mut alarm: libc::sigset_t = zeroed();
        libc::sigemptyset(&raw mut alarm);
        libc::sigaddset(&raw mut alarm, libc::SIGALRM);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const alarm, null_mut());
        libc::alarm(PATIENCE);
    }
    if let Some((text, _)) = exit_message(how) {
        say(&text);
    }
    release();
    // Ends the process as soon as this handler returns, also where another process sent the signal.
    // SAFETY: both calls are allowed in a handler.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}

/// Writes a line to standard error without its lock, which another thread may hold.
fn say(text: &str) {
    let line = format!("\n{text}\n");
    let mut rest = line.as_bytes();
    while !rest.is_empty() {
        // SAFETY: the pointer and the length are those of a slice.
        let written = unsafe { libc::write(2, rest.as_ptr().cast(), rest.len()) };
        match usize::try_from(written) {
            Ok(count @ 1..) => rest = rest.get(count..).unwrap_or_default(),
            _ => break,
        }
    }
}
