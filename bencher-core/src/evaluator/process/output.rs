//! The output of a worker process: it is read to the end, and the last lines are kept.

use std::collections::VecDeque;
use std::io::{PipeReader, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How much of the end is kept.
const KEPT: usize = 1 << 14;
/// How many lines of it are shown.
const LINES: usize = 6;

/// The output of a worker, which a thread of its own reads.
#[derive(Clone, Debug, Default)]
pub(super) struct Output(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    printed: AtomicU64,
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    last: VecDeque<u8>,
    /// How much of `last` was there when the job before was known to have ended.
    before: usize,
    is_over: bool,
}

impl Output {
    /// Reads a pipe to its end; where too much is printed for one job, calls `stop` once.
    pub(super) fn read(
        mut pipe: PipeReader,
        limit: u64,
        stop: impl Fn() + Send + 'static,
    ) -> std::io::Result<Self> {
        let output = Self::default();
        let shared = Arc::clone(&output.0);
        let read = move || {
            let mut buffer = vec![0; 1 << 16];
            let mut stopped = false;
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                let bytes = buffer.get(..count).unwrap_or_default();
                let printed = shared.take_in(bytes);
                if !stopped && printed > limit {
                    stopped = true;
                    stop();
                }
            }
            shared.lock().is_over = true;
            shared.ended.notify_all();
        };
        let thread = std::thread::Builder::new().name("bencher-output".to_owned());
        thread.spawn(read)?;
        Ok(output)
    }

    /// Restarts the count at the end of a job, and returns the number of bytes printed since the last.
    ///
    /// The worker may be at its next job already when it is known here that one has ended; so what was printed may be
    /// of either, and is kept until the next has ended.
    pub(super) fn begin_job(&self) -> u64 {
        let printed = self.0.printed.swap(0, Ordering::Relaxed);
        let state = &mut *self.0.lock();
        // Workers mostly print nothing.
        if !state.last.is_empty() {
            state.last.drain(..state.before);
            state.before = state.last.len();
        }
        printed
    }

    /// The last lines that a worker printed which has ended.
    pub(super) fn last_lines(&self) -> LastLines {
        let state = self.0.lock();
        let wait = Duration::from_millis(500);
        let ended = self
            .0
            .ended
            .wait_timeout_while(state, wait, |state| !state.is_over);
        let (state, _) = ended.unwrap_or_else(PoisonError::into_inner);
        let shown = |bytes: Vec<u8>| {
            let text = String::from_utf8_lossy(&bytes);
            let lines: Vec<&str> = text
                .lines()
                .map(str::trim_end)
                .filter(|line| !line.is_empty() && !is_of_backtrace(line))
                .collect();
            let first = lines.len().saturating_sub(LINES);
            lines.get(first..).unwrap_or_default().join("\n")
        };
        let since = shown(state.last.iter().skip(state.before).copied().collect());
        if since.is_empty() {
            LastLines {
                text: shown(state.last.iter().copied().collect()),
                is_of_this_job: false,
            }
        } else {
            LastLines {
                text: since,
                is_of_this_job: true,
            }
        }
    }
}

/// The last that a worker printed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LastLines {
    pub(super) text: String,
    /// Whether it was read after the job before was known to have ended; it may be of that one otherwise.
    pub(super) is_of_this_job: bool,
}

impl Shared {
    /// Keeps the end of it; how many bytes the job has printed.
    fn take_in(&self, bytes: &[u8]) -> u64 {
        let mut state = self.lock();
        let kept = bytes
            .get(bytes.len().saturating_sub(KEPT)..)
            .unwrap_or_default();
        state.last.extend(kept);
        let over = state.last.len().saturating_sub(KEPT);
        state.last.drain(..over);
        state.before = state.before.saturating_sub(over);
        let count = bytes.len() as u64;
        self.printed.fetch_add(count, Ordering::Relaxed) + count
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a line is one of a backtrace, which says where it is known already what.
fn is_of_backtrace(line: &str) -> bool {
    let text = line.trim_start();
    let is_indented = text.len() < line.len();
    let is_frame = text
        .split_once(": ")
        .is_some_and(|(number, _)| number.parse::<u32>().is_ok());
    line == "stack backtrace:"
        || line.starts_with("note: ")
        || is_indented && (is_frame || text.starts_with("at "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn backtraces_are_left_out() {
        let lines = [
            "memory allocation of 8 bytes failed",
            "stack backtrace:",
            "   0: std::alloc::rust_oom",
            "             at /rustc/library/std/src/alloc.rs:1:2",
            "note: Some details are omitted",
            "at last: the end",
        ];
        let kept: Vec<_> = lines
            .into_iter()
            .filter(|line| !is_of_backtrace(line))
            .collect();
        assert_eq!(
            kept,
            ["memory allocation of 8 bytes failed", "at last: the end"]
        );
    }

    #[test]
    fn the_last_lines_are_kept_and_too_much_is_noticed() {
        let (reader, mut writer) = std::io::pipe().unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        let stop = move || sender.send(()).unwrap();
        let output = Output::read(reader, 10_000, stop).unwrap();
        for line in 0..2000 {
            writeln!(writer, "line {line}").unwrap();
        }
        receiver.recv_timeout(Duration::from_secs(20)).unwrap();
        drop(writer);
        let lines = output.last_lines().text;
        assert!(
            lines.starts_with("line 1994\n") && lines.ends_with("line 1999"),
            "{lines}"
        );
        assert!(output.begin_job() > 10_000);
        assert_eq!(output.begin_job(), 0);
    }

    /// The output of a job is read before the end of the job before it is known.
    #[test]
    fn what_is_read_early_is_not_lost() {
        let output = Output::default();
        output.0.lock().is_over = true;
        output.0.take_in(b"of the first\n");
        output.begin_job();
        output.0.take_in(b"about to abort\n");
        output.begin_job();
        let lines = |text: &str, is_of_this_job| LastLines {
            text: text.to_owned(),
            is_of_this_job,
        };
        assert_eq!(output.last_lines(), lines("about to abort", false));
        output.0.take_in(b"of the third\n");
        assert_eq!(output.last_lines(), lines("of the third", true));
        output.begin_job();
        assert_eq!(output.last_lines(), lines("of the third", false));
        output.begin_job();
        assert_eq!(output.last_lines(), lines("", false), "long ended");
    }
}
