//! Ctrl-C and SIGTERM: the process that runs is asked to stop, and the command ends in order.

use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Whether the user asked the command to stop, and the process that it waits for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop {
    is_requested: Arc<AtomicBool>,
    child: Arc<Mutex<Option<u32>>>,
}

/// Exit status of a command that the user stopped, as shells give it for Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

impl Stop {
    /// Listens to the signals from now on. Where that is impossible, Ctrl-C ends the command at once.
    pub(crate) fn on_signals() -> Self {
        let stop = Self::default();
        if let Err(error) = stop.listen() {
            eprintln!("warning: Ctrl-C will not stop cleanly: {error}");
        }
        stop
    }

    pub(crate) fn is_requested(&self) -> bool {
        self.is_requested.load(Ordering::SeqCst)
    }

    /// Runs a process to its end, unless the user stops it. Its standard input is empty.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub(crate) fn output(&self, command: &mut Command) -> std::io::Result<Output> {
        let child = command.stdin(Stdio::null()).spawn()?;
        self.set_child(Some(child.id()));
        // A signal that came before the process was known did not reach it.
        if self.is_requested() {
            self.end_child(false);
        }
        let output = child.wait_with_output();
        self.set_child(None);
        output
    }

    fn set_child(&self, child: Option<u32>) {
        *self.child.lock().unwrap_or_else(PoisonError::into_inner) = child;
    }

    #[cfg(unix)]
    fn listen(&self) -> std::io::Result<()> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
        let stop = self.clone();
        // It sleeps until there is a signal, so it disturbs no measurement.
        let watch = move || {
            for _ in signals.forever() {
                let is_second = stop.is_requested.swap(true, Ordering::SeqCst);
                stop.end_child(is_second);
            }
        };
        std::thread::Builder::new()
            .name("bencher-signals".to_owned())
            .spawn(watch)
            .map(drop)
    }

    #[cfg(not(unix))]
    fn listen(&self) -> std::io::Result<()> {
        use signal_hook::consts::SIGINT;
        signal_hook::flag::register(SIGINT, Arc::clone(&self.is_requested)).map(drop)
    }

    /// Asks the process to end, or ends it.
    #[cfg(unix)]
    fn end_child(&self, at_once: bool) {
        use rustix::process::{Pid, Signal, kill_process};
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let child = child.and_then(|child| Pid::from_raw(i32::try_from(child).ok()?));
        if let Some(child) = child {
            let signal = if at_once { Signal::KILL } else { Signal::TERM };
            // A process that has ended needs none.
            let _ = kill_process(child, signal);
        }
    }

    #[cfg(not(unix))]
    fn end_child(&self, _: bool) {}
}
