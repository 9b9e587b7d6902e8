//! Group commit: samples are handed over at once and written in packs by a thread of their own.

use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::SampleStore;
use super::error::StoreError;
use super::pack::{Pack, PackedSample};

/// The most samples of a pack.
const PACK: usize = 64;
/// How long a sample waits for others to share its commit.
const GROUP_TIME: Duration = Duration::from_millis(5);
/// How often what is committed is also brought to the disk, for the sake of power cuts.
const SYNC_TIME: Duration = Duration::from_secs(1);
/// How many samples may wait before the one who hands them over waits too.
const BACKLOG: usize = 64 * PACK;

/// The number of a sample that was handed over: it is durable once the writer's count of committed
/// samples has passed it.
pub type Ticket = u64;

/// Commits samples in groups, on a thread of its own.
#[derive(Debug)]
pub struct SampleWriter {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    next: Ticket,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Signalled when the writer has something to do.
    work: Condvar,
    /// Signalled when the writer has done something.
    done: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<PackedSample>,
    committed: Ticket,
    error: Option<StoreError>,
    failed: bool,
    flush: bool,
    closed: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SampleWriter {
    /// A writer of samples that share `heading`, whose own samples are ignored.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn start(store: Box<dyn SampleStore>, heading: Pack) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("bencher-store".to_owned())
            .spawn(move || write_groups(store, heading, &theirs))
            .map_err(StoreError::io("start a thread to write to", "the store"))?;
        Ok(Self {
            shared,
            thread: Some(thread),
            next: 0,
        })
    }

    /// Hands a sample over; waits only while thousands are waiting already.
    pub fn submit(&mut self, sample: PackedSample) -> Ticket {
        let mut state = self.shared.lock();
        while state.waiting.len() >= BACKLOG && !state.failed {
            state = self
                .shared
                .done
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let ticket = self.next;
        self.next += 1;
        state.waiting.push(sample);
        let waiting = state.waiting.len();
        drop(state);
        if waiting == 1 || waiting == PACK {
            self.shared.work.notify_one();
        }
        ticket
    }

    /// How many samples are durable: those with a lower ticket.
    pub fn committed(&self) -> Ticket {
        self.shared.lock().committed
    }

    /// The error that stopped the writer, told once.
    pub fn take_error(&self) -> Option<StoreError> {
        self.shared.lock().error.take()
    }

    /// Waits until everything handed over is committed, and returns how many samples are; after an
    /// error, fewer than were handed over.
    pub fn flush(&self) -> Ticket {
        let mut state = self.shared.lock();
        state.flush = true;
        self.shared.work.notify_one();
        while state.committed < self.next && !state.failed {
            state = self
                .shared
                .done
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.flush = false;
        state.committed
    }
}

impl Drop for SampleWriter {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.work.notify_one();
        if let Some(thread) = self.thread.take() {
            // The thread runs only our own code; should it have died, there is nothing to save.
            let _ = thread.join();
        }
    }
}

fn write_groups(mut store: Box<dyn SampleStore>, heading: Pack, shared: &Shared) {
    let mut synced = Instant::now();
    let mut unsynced = false;
    loop {
        let Some(samples) = next_group(shared) else {
            break;
        };
        let count = samples.len() as u64;
        let written_ms = jiff::Timestamp::now().as_millisecond();
        let mut packs = Vec::new();
        let mut rest = samples;
        while !rest.is_empty() {
            let behind = rest.split_off(rest.len().min(PACK));
            packs.push(Pack {
                samples: mem::replace(&mut rest, behind),
                written_ms,
                series: heading.series.clone(),
                inputs: heading.inputs.clone(),
                results: heading.results.clone(),
                ..heading
            });
        }
        let mut written = store.append(&packs);
        unsynced = true;
        if written.is_ok() && synced.elapsed() >= SYNC_TIME {
            written = store.sync();
            (synced, unsynced) = (Instant::now(), false);
        }
        let mut state = shared.lock();
        match written {
            Ok(()) => state.committed += count,
            Err(error) => {
                state.error = Some(error);
                state.failed = true;
            }
        }
        let failed = state.failed;
        drop(state);
        shared.done.notify_all();
        if failed {
            return;
        }
    }
    if unsynced && let Err(error) = store.sync() {
        shared.lock().error = Some(error);
    }
}

/// The samples of the next commit: a full pack, or what came within the group time; `None` when
/// the writer is closed and everything is written.
fn next_group(shared: &Shared) -> Option<Vec<PackedSample>> {
    let mut state = shared.lock();
    while state.waiting.is_empty() {
        if state.closed {
            return None;
        }
        state = shared
            .work
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner);
    }
    let deadline = Instant::now() + GROUP_TIME;
    while state.waiting.len() < PACK && !state.closed && !state.flush {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        state = shared
            .work
            .wait_timeout(state, left)
            .unwrap_or_else(PoisonError::into_inner)
            .0;
    }
    Some(mem::take(&mut state.waiting))
}

#[cfg(test)]
mod tests {
    use super::super::memory::MemoryStore;
    use super::super::pack::Series;
    use super::*;
    use crate::value::{Digest, Value};

    fn heading() -> Pack {
        Pack {
            sequence: 0,
            series: Series {
                tag: String::new(),
                sweep_type: "t".to_owned(),
                version: 1,
            },
            code: Digest(1),
            written_ms: 0,
            inputs: vec!["x".to_owned()],
            results: vec![("y".to_owned(), 1)],
            samples: Vec::new(),
        }
    }

    fn sample(x: i64) -> PackedSample {
        PackedSample {
            inputs: vec![Value::from(x)],
            repeat: 1,
            results: vec![None],
        }
    }

    #[test]
    fn everything_is_committed_by_flush_and_by_drop() {
        let store = MemoryStore::default();
        let mut writer = SampleWriter::start(Box::new(store.clone()), heading()).unwrap();
        for x in 0..1000 {
            assert_eq!(writer.submit(sample(x)), x.unsigned_abs());
        }
        assert_eq!(writer.flush(), 1000);
        assert_eq!(store.samples(), 1000);
        writer.submit(sample(1000));
        drop(writer);
        assert_eq!(store.samples(), 1001);
    }

    struct Full;

    impl SampleStore for Full {
        fn load(&self, _: &Series, _: &mut dyn FnMut(Pack)) -> Result<u64, StoreError> {
            Ok(0)
        }

        fn append(&mut self, _: &[Pack]) -> Result<(), StoreError> {
            let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
            Err(StoreError::io("write", "/full")(full))
        }

        fn clear_tag(&mut self, _: &str) -> Result<u64, StoreError> {
            Ok(0)
        }

        fn sync(&mut self) -> Result<(), StoreError> {
            Ok(())
        }
    }

    #[test]
    fn an_error_is_told_and_nothing_hangs() {
        let mut writer = SampleWriter::start(Box::new(Full), heading()).unwrap();
        for x in 0..100_000 {
            writer.submit(sample(x));
        }
        assert_eq!(writer.flush(), 0);
        let text = writer.take_error().unwrap().to_string();
        assert!(
            text.contains("/full") && text.contains("free some space"),
            "{text}"
        );
    }
}
