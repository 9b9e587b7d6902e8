//! The end of a run, with or without a signal. It happens once, after all output is written.

use std::path::Path;
#[cfg(unix)]
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::context::StopRequest;
use super::directory::Directory;
use super::error::EngineError;
use super::metadata::Metadata;
use super::output::Outputs;

use crate::console::error_line;
#[cfg(unix)]
use crate::signals::stop_signals;

/// The run of this process that has not ended.
static RUNNING: Mutex<Option<Ending>> = Mutex::new(None);

/// The remaining work at the end of a run.
#[derive(Debug)]
struct Ending {
    outputs: Outputs,
    metadata: Metadata,
    directory: Directory,
}

impl Ending {
    fn finish(self, status: String, exit_status: Option<u8>) {
        self.outputs.finish();
        let Self {
            mut metadata,
            directory,
            ..
        } = self;
        if let Err(error) = metadata.end(&directory.path, status, exit_status) {
            error_line!("warning: {error}");
        }
    }
}

fn running() -> MutexGuard<'static, Option<Ending>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Remembers the run that begins, once `record` has put it on record; the directory of one that does not begin is
/// left as it was.
///
/// # Errors
/// Where a run of this process has not ended, and where `record` fails.
pub(super) fn begin(
    directory: Directory,
    record: impl FnOnce(&Path) -> Result<(Outputs, Metadata), EngineError>,
) -> Result<(), EngineError> {
    let mut running = running();
    let begun = if running.is_some() {
        Err(EngineError::InUse {
            path: directory.path.clone(),
            owner: "another run of this process".to_owned(),
        })
    } else {
        record(&directory.path)
    };
    let (outputs, metadata) = match begun {
        Ok(begun) => begun,
        Err(error) => {
            directory.release();
            return Err(error);
        }
    };
    *running = Some(Ending {
        outputs,
        metadata,
        directory,
    });
    #[cfg(unix)]
    exit::register();
    Ok(())
}

/// Ends the run.
pub(super) fn end(status: String, exit_status: u8) {
    let ending = running().take();
    if let Some(ending) = ending {
        ending.finish(status, Some(exit_status));
    }
}

/// Ends the run on a signal: on the first, or, where the engine reacts to the first, on the second.
#[cfg(unix)]
pub(super) fn end_on_signals(stop: &Arc<StopRequest>) -> std::io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new(stop_signals())?;
    let stop = Arc::clone(stop);
    let watch = move || {
        for signal in signals.forever() {
            let is_first = !stop.wanted.swap(true, Ordering::SeqCst);
            if is_first && stop.is_handled.load(Ordering::SeqCst) {
                error_line!("\nstopping as soon as possible; press Ctrl-C again to stop at once");
                continue;
            }
            // Kept, so that the program does not end before this thread.
            let mut running = running();
            if let Some(ending) = running.take() {
                let exit_status = u8::try_from(signal).ok().and_then(|n| n.checked_add(128));
                ending.finish(format!("ended by signal {signal}"), exit_status);
            }
            // Raises the signal with its default action. It does not return.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    };
    std::thread::Builder::new()
        .name("bencher-signals".to_owned())
        .spawn(watch)
        .map(drop)
}

/// Where signals are another matter, they only ask.
#[cfg(not(unix))]
pub(super) fn end_on_signals(stop: &Arc<StopRequest>) -> std::io::Result<()> {
    use signal_hook::consts::SIGINT;
    signal_hook::flag::register(SIGINT, Arc::clone(&stop.wanted)).map(drop)
}

#[cfg(unix)]
mod exit {
    use std::sync::Once;

    use super::super::descriptors::at_exit;
    use super::running;

    /// Ends the run of an engine that calls `exit` itself.
    extern "C" fn ended() {
        let ending = running().take();
        if let Some(ending) = ending {
            // With which status is not told here.
            ending.finish("ended by `exit`".to_owned(), None);
        }
    }

    pub(super) fn register() {
        static REGISTERED: Once = Once::new();
        REGISTERED.call_once(|| at_exit(ended));
    }
}
