//! Guards against the end of the process within a run: measured code may call `exit`, abort or crash, which must not
//! look like success, and leaves the question at which point it happened.
//!
//! A run holds a [`RunGuard`] while it lasts, a sweep a [`SweepGuard`], and a sample a [`SampleGuard`]. When the
//! process ends within a run, a hook names the current sample, and makes the exit status nonzero.

#[cfg(unix)]
mod hooks;

use std::cell::Cell;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The exit status of a process that ended within its run with status 0; none while there is no run.
static STATUS: AtomicU32 = AtomicU32::new(NO_RUN);
const NO_RUN: u32 = u32::MAX;

/// The sweeps that run, the innermost last.
static SWEEPS: Mutex<Vec<(u64, String, Describe)>> = Mutex::new(Vec::new());

/// The current work of every thread that ever took a sample.
static THREADS: Mutex<Vec<&Thread>> = Mutex::new(Vec::new());

/// The inputs of a point, in words.
pub(crate) type Describe = Arc<dyn Fn(u64) -> String + Send + Sync>;

/// A run that has not ended.
#[derive(Debug)]
pub(crate) struct RunGuard(());

impl RunGuard {
    /// Begins a run; a process that ends within it with status 0 has this one instead.
    pub(crate) fn begin(status: u8) -> Self {
        STATUS.store(status.into(), Ordering::SeqCst);
        #[cfg(unix)]
        hooks::install();
        Self(())
    }
}

impl Drop for RunGuard {
    fn drop(&mut self) {
        release();
    }
}

/// Lets the process end as it likes from now on.
pub(crate) fn release() {
    STATUS.store(NO_RUN, Ordering::SeqCst);
}

/// A sweep whose samples are being taken.
#[derive(Debug)]
pub(crate) struct SweepGuard(u64);

impl SweepGuard {
    pub(crate) fn begin(title: &str, describe: Describe) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut sweeps = SWEEPS.lock().unwrap_or_else(PoisonError::into_inner);
        sweeps.push((number, title.to_owned(), describe));
        Self(number)
    }
}

impl Drop for SweepGuard {
    fn drop(&mut self) {
        let mut sweeps = SWEEPS.lock().unwrap_or_else(PoisonError::into_inner);
        sweeps.retain(|(number, ..)| *number != self.0);
    }
}

/// The current work of one thread.
#[derive(Debug, Default)]
struct Thread {
    point: AtomicU64,
    /// The repeat of the sample that is being taken; 0 where none is.
    repeat: AtomicU32,
}

thread_local! {
    /// Without a destructor: those have run already when the hook looks at it. A few bytes of each thread stay.
    static HERE: Cell<Option<&'static Thread>> = const { Cell::new(None) };
}

/// A sample that is being taken on this thread.
#[derive(Debug)]
pub(crate) struct SampleGuard(());

impl SampleGuard {
    #[inline]
    pub(crate) fn begin(point: u64, repeat: u32) -> Self {
        at_this_thread(|thread| {
            thread.point.store(point, Ordering::Relaxed);
            thread.repeat.store(repeat, Ordering::Relaxed);
        });
        Self(())
    }
}

impl Drop for SampleGuard {
    #[inline]
    fn drop(&mut self) {
        at_this_thread(|thread| thread.repeat.store(0, Ordering::Relaxed));
    }
}

#[inline]
fn at_this_thread(change: impl FnOnce(&Thread)) {
    change(HERE.get().unwrap_or_else(register));
}

#[cold]
fn register() -> &'static Thread {
    let thread: &'static Thread = Box::leak(Box::default());
    THREADS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(thread);
    HERE.set(Some(thread));
    thread
}

/// The most samples that are named where it is not known which one ended the process.
const MOST_NAMED: usize = 4;

/// The message at the end of the process, and its exit status instead of 0; `None` outside a run.
///
/// It waits for no lock: the thread that holds it may be the one that ends the process.
#[cfg_attr(not(unix), expect(dead_code, reason = "there are no hooks"))]
fn exit_message(how: &str) -> Option<(String, u8)> {
    let status = u8::try_from(STATUS.load(Ordering::SeqCst)).ok()?;
    let mut text = format!("error: code of the program {how}");
    let samples = samples();
    if samples.is_empty() {
        text.push_str(" before its run was over, between two samples");
    } else {
        let sweeps = SWEEPS.try_lock();
        let sweep = sweeps.as_ref().ok().and_then(|sweeps| sweeps.last());
        match sweep {
            Some((_, title, _)) => {
                let _ = write!(text, " in sweep \"{title}\" at ");
            }
            None => text.push_str(" in a sweep at "),
        }
        for (nth, (point, repeat)) in samples.iter().take(MOST_NAMED).enumerate() {
            let inputs = sweep.map_or_else(
                || format!("point {point}"),
                |(.., describe)| describe(*point),
            );
            let separator = if nth > 0 { " or " } else { "" };
            let _ = write!(text, "{separator}{inputs} (repeat {repeat})");
        }
    }
    text.push_str(
        "; the run is incomplete, and no report was drawn. Samples that were stored before are \
         kept. Remove the call, or run each sample in a process of its own: --executor processes",
    );
    Some((crate::console::visible(&text).into_owned(), status))
}

/// The sample of this thread, or else all that are being taken.
fn samples() -> Vec<(u64, u32)> {
    let sample = |thread: &Thread| {
        let repeat = thread.repeat.load(Ordering::Relaxed);
        (repeat > 0).then(|| (thread.point.load(Ordering::Relaxed), repeat))
    };
    if let Some(here) = HERE.get().and_then(sample) {
        return vec![here];
    }
    let threads = THREADS.try_lock();
    let threads = threads.as_deref().map_or(&[][..], Vec::as_slice);
    threads.iter().copied().filter_map(sample).collect()
}
