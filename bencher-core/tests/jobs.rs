//! The evaluator behind the store: what is run, what is taken, what counts as done.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bencher_core::evaluator::{Dispatcher, Executors, JobHandle, Limits};
use bencher_core::job::{
    CodePolicy, FinishedJob, FutureCache, Job, JobOutcome, MachinePolicy, Sample, SampleCache,
};
use bencher_core::store::{
    BlobStore, KeyMaker, MemoryStore, Pack, ResultId, SampleIndex, SampleStore, SampleWriter,
    Series, StoreError,
};
use bencher_core::value::{Digest, Kind, Value};

const OURS: Digest = Digest(1);
const THEIRS: Digest = Digest(2);

fn series() -> Series {
    Series {
        tag: "tag".to_owned(),
        sweep_type: "test/jobs::Sweep".to_owned(),
        version: 1,
    }
}

fn heading(code: Digest) -> Pack {
    Pack::new(
        series(),
        code,
        vec!["n".to_owned()],
        vec![ResultId::new("square", Kind::Uint(64))],
    )
}

fn inputs(point: u64) -> Vec<Value> {
    vec![Value::from(point)]
}

fn job(point: u64) -> Job {
    let key = KeyMaker::new(&series(), &["n"]).key(&inputs(point), 1);
    Job {
        point,
        repeat: 1,
        key: Some(key),
    }
}

/// A cache over `store` whose jobs square their point, and count how often they run.
fn cache(
    store: impl SampleStore + 'static,
    code: Digest,
    policy: CodePolicy,
) -> (FutureCache, Arc<AtomicU64>) {
    cache_on(store, (code, policy), (None, MachinePolicy::Ignore))
}

/// The same on a machine.
fn cache_on(
    store: impl SampleStore + 'static,
    (code, policy): (Digest, CodePolicy),
    (machine, machine_policy): (Option<Digest>, MachinePolicy),
) -> (FutureCache, Arc<AtomicU64>) {
    let runs = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&runs);
    let square = Arc::new(move |job: &Job, _: &JobHandle<'_>| {
        counted.fetch_add(1, Ordering::Relaxed);
        if job.point == 13 {
            Err("unlucky".to_owned())
        } else {
            Ok(square(job.point))
        }
    });
    let backend = Executors::Threads(2).backend(square, &Limits::default());
    let evaluator = Dispatcher::new(backend.unwrap());
    let cache = SampleCache {
        index: Some(SampleIndex::load(&store, &series()).unwrap()),
        writer: SampleWriter::new(Box::new(store), heading(code).with_machine(machine)),
        policy,
        code,
        machine_policy,
        machine,
        inputs: Box::new(inputs),
        results: vec![ResultId::new("square", Kind::Uint(64))],
    };
    (FutureCache::new(evaluator, Some(cache)), runs)
}

fn square(point: u64) -> Sample {
    [Some(Value::from(point * point))].into()
}

fn drain(cache: &mut FutureCache) -> Vec<JobOutcome> {
    let mut done = Vec::new();
    while cache.pending() > 0 {
        cache.gather_into(true, &mut done).unwrap();
    }
    done.sort_by_key(|job| job.future);
    done.into_iter().map(|job| job.outcome).collect()
}

#[test]
fn a_future_is_waited_for_while_others_finish() {
    let store = MemoryStore::default();
    let (mut cache, _) = cache(store, OURS, CodePolicy::Warn);
    let futures: Vec<_> = (0..50).map(|point| cache.submit(job(point))).collect();
    for point in [49, 0, 25] {
        let done = cache.result(futures[point]).unwrap().unwrap();
        assert_eq!(done.outcome, JobOutcome::Measured(square(point as u64)));
    }
    assert_eq!(
        cache.result(futures[25]).unwrap(),
        None,
        "it was handed out"
    );
    assert_eq!(cache.counts().executed, 50);
}

#[test]
fn hits_and_misses_may_come_mixed() {
    let store = MemoryStore::default();
    let (mut first, _) = cache(store.clone(), OURS, CodePolicy::Warn);
    (0..20)
        .filter(|n| n % 3 == 0)
        .for_each(|point| _ = first.submit(job(point)));
    drain(&mut first);
    let (mut second, runs) = cache(store.clone(), OURS, CodePolicy::Warn);
    (0..20).for_each(|point| _ = second.submit(job(point)));
    for (point, outcome) in (0..20).zip(drain(&mut second)) {
        match outcome {
            JobOutcome::Cached(sample) => assert_eq!((point % 3, sample), (0, square(point))),
            JobOutcome::Measured(sample) => assert_eq!(sample, square(point)),
            other => assert_eq!(
                (point, other),
                (13, JobOutcome::Failed("unlucky".to_owned()))
            ),
        }
    }
    let counts = second.counts();
    assert_eq!(
        (counts.submitted, counts.executed, counts.hits),
        (20, 13, 7)
    );
    assert_eq!(runs.load(Ordering::Relaxed), 13);
    assert_eq!(store.samples(), 19, "a failing sample is not stored");
    second.clear_call_counts();
    assert_eq!(second.counts().submitted, 0);
}

#[test]
fn samples_of_another_build_follow_the_policy() {
    let store = MemoryStore::default();
    let (mut theirs, _) = cache(store.clone(), THEIRS, CodePolicy::Warn);
    theirs.submit(job(4));
    drain(&mut theirs);
    for (policy, executed, foreign, refused) in [
        (CodePolicy::Warn, 0, 1, 0),
        (CodePolicy::Ignore, 0, 1, 0),
        (CodePolicy::Strict, 1, 0, 1),
    ] {
        let (mut ours, _) = cache(store.clone(), OURS, policy);
        ours.submit(job(4));
        drain(&mut ours);
        let counts = ours.counts();
        assert_eq!(
            (
                counts.executed,
                counts.other_code_hits,
                counts.rejected_code
            ),
            (executed, foreign, refused)
        );
    }
}

#[test]
fn samples_of_another_machine_follow_the_policy() {
    const HERE: Option<Digest> = Some(Digest(8));
    const THERE: Option<Digest> = Some(Digest(9));
    use MachinePolicy::{Ignore, Strict, Warn};
    // Where the sample is from, the policy, and: executed, hits of elsewhere, hits that do not say,
    // refused.
    for (from, policy, expected) in [
        (HERE, Strict, (0, 0, 0, 0)),
        (THERE, Strict, (1, 0, 0, 1)),
        (THERE, Warn, (0, 1, 0, 0)),
        (THERE, Ignore, (0, 1, 0, 0)),
        (None, Strict, (0, 0, 1, 0)),
        (None, Warn, (0, 0, 1, 0)),
    ] {
        let store = MemoryStore::default();
        let build = (OURS, CodePolicy::Strict);
        let (mut before, _) = cache_on(store.clone(), build, (from, Ignore));
        before.submit(job(4));
        drain(&mut before);
        let (mut ours, _) = cache_on(store.clone(), build, (HERE, policy));
        ours.submit(job(4));
        drain(&mut ours);
        let counts = ours.counts();
        let found = (
            counts.executed,
            counts.other_machine_hits,
            counts.unknown_machine_hits,
            counts.rejected_machine,
        );
        assert_eq!(found, expected, "{from:?}, {policy:?}");
        assert_eq!(counts.executed + counts.hits, 1);
    }
}

#[test]
fn no_job_runs_while_a_finished_one_waits_to_be_stored() {
    let store = MemoryStore::default();
    let (behind, stored) = (Arc::new(AtomicU64::new(0)), store.clone());
    let seen = Arc::clone(&behind);
    // Each job takes longer than a slice of the backend, and looks what is stored when it begins.
    let run = Arc::new(move |job: &Job, _: &JobHandle<'_>| {
        seen.fetch_max(job.point - stored.samples() as u64, Ordering::Relaxed);
        let started = std::time::Instant::now();
        while started.elapsed() < std::time::Duration::from_millis(2) {
            std::hint::spin_loop();
        }
        Ok(square(job.point))
    });
    let cache = SampleCache {
        index: None,
        writer: SampleWriter::new(Box::new(store.clone()), heading(OURS)),
        policy: CodePolicy::Warn,
        code: OURS,
        machine_policy: MachinePolicy::Ignore,
        machine: None,
        inputs: Box::new(inputs),
        results: vec![ResultId::new("square", Kind::Uint(64))],
    };
    let backend = Executors::Serial.backend(run, &Limits::default());
    let evaluator = Dispatcher::new(backend.unwrap());
    let mut cache = FutureCache::new(evaluator, Some(cache));
    (0..10).for_each(|point| _ = cache.submit(job(point)));
    drain(&mut cache);
    assert_eq!(
        behind.load(Ordering::Relaxed),
        0,
        "samples waited while jobs ran"
    );
}

/// A store that takes `room` packs and is full then.
struct Filling {
    inner: MemoryStore,
    room: usize,
}

impl SampleStore for Filling {
    fn load(&self, series: &Series, visit: &mut dyn FnMut(Pack)) -> Result<u64, StoreError> {
        self.inner.load(series, visit)
    }

    fn load_all(&self, visit: &mut dyn FnMut(Pack)) -> Result<u64, StoreError> {
        self.inner.load_all(visit)
    }

    fn blobs(&self) -> BlobStore {
        self.inner.blobs()
    }

    fn append(&mut self, packs: &[Pack]) -> Result<(), StoreError> {
        self.room = self
            .room
            .checked_sub(packs.len())
            .ok_or(StoreError::Vanished("/full".into()))?;
        self.inner.append(packs)
    }

    fn clear_tag(&mut self, tag: &str) -> Result<u64, StoreError> {
        self.inner.clear_tag(tag)
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        self.inner.sync()
    }
}

#[test]
fn what_the_store_did_not_take_is_not_handed_out_as_done() {
    let store = MemoryStore::default();
    let filling = Filling {
        inner: store.clone(),
        room: 2,
    };
    let (mut cache, _) = cache(filling, OURS, CodePolicy::Warn);
    let mut done = Vec::new();
    let error = loop {
        let point = 100 + cache.counts().submitted;
        cache.submit(job(point));
        if let Err(error) = cache.gather_into(true, &mut done) {
            break error;
        }
        assert!(point < 1000, "two packs are full long before");
    };
    assert!(error.to_string().contains("/full"));
    assert_eq!(done.len(), store.samples(), "handed out means stored");
    let not_stored = cache.take_not_stored();
    // Every job is accounted for: returned, not stored, or still in flight.
    assert!(!not_stored.is_empty());
    let accounted = (done.len() + not_stored.len()) as u64 + cache.pending();
    assert_eq!(accounted, cache.counts().submitted);
    let is_not_stored = |job: &FinishedJob| matches!(job.outcome, JobOutcome::NotStored(_));
    assert!(
        not_stored.iter().all(is_not_stored),
        "no result is lost, and none counts as stored"
    );
}
