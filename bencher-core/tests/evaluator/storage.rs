use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bencher_core::evaluator::{
    Evaluator, EvaluatorError, EvaluatorOptions, Gather, LogEntry, MemoryStorage, RunningJob,
    SampleStorage, Storage,
};
use bencher_core::store::{BlobStore, MemoryStore, Pack, SampleStore, Series, StoreError};

use crate::callbacks::Heard;
use crate::evaluator_common::values;
use crate::{Options, create};

type MakeStorage<'a> = &'a dyn Fn() -> Box<dyn Storage>;

#[test]
fn two_evaluators_of_a_search_see_each_other_s_jobs_once() {
    let store = MemoryStore::default();
    let memory = MemoryStorage::default();
    let in_memory = move || -> Box<dyn Storage> { Box::new(memory.clone()) };
    let in_store =
        move || -> Box<dyn Storage> { Box::new(SampleStorage::new(Box::new(store.clone()))) };
    let storages: [(MakeStorage<'_>, &str); 2] = [(&in_memory, "memory"), (&in_store, "store")];
    for (storage, name) in storages {
        let heard = Arc::new(Mutex::new(Heard::default()));
        let options = |others| {
            Options::default()
                .storage(storage())
                .search_id("s")
                .others(others)
        };
        let mut first = create("serial", |job| **job, options(false));
        let second_options = options(true).callback(Arc::clone(&heard));
        let mut second = create("serial", |job| **job, second_options);
        // An objective of zero is there like any other.
        assert_eq!(first.submit([0, 10]).unwrap(), 0..2);
        assert_eq!(
            second.submit([20]).unwrap(),
            2..3,
            "{name}: numbers are taken once"
        );
        assert_eq!(values(&first.gather(Gather::All).unwrap()), [0.0, 10.0]);
        let seen = second.gather(Gather::All).unwrap();
        assert_eq!(values(&seen), [20.0, 0.0, 10.0], "{name}: one's own first");
        let is_other: Vec<bool> = seen.iter().map(|job| job.is_other).collect();
        assert_eq!(is_other, [false, true, true]);
        assert!(second.gather(Gather::All).unwrap().is_empty(), "each once");
        assert_eq!(second.num_jobs_gathered(), 1);
        let heard = std::mem::take(&mut heard.lock().unwrap().0);
        let others: Vec<_> = heard
            .iter()
            .filter(|text| text.starts_with("other"))
            .collect();
        assert_eq!(others, ["other 0", "other 1"]);
        first.submit([30]).unwrap();
        first.gather(Gather::All).unwrap();
        assert_eq!(values(&second.gather(Gather::Batch(0)).unwrap()), [30.0]);
        let mut elsewhere = create("serial", |job| **job, options(true).search_id("t"));
        assert!(elsewhere.gather(Gather::All).unwrap().is_empty(), "{name}");
    }
}

#[test]
fn evaluators_on_threads_of_their_own_share_a_search() {
    let storage = MemoryStorage::default();
    let seen: Vec<Vec<u64>> = std::thread::scope(|scope| {
        let run = |_| {
            let storage = storage.clone();
            scope.spawn(move || {
                let options = Options::default()
                    .storage(storage)
                    .search_id("s")
                    .others(true);
                let mut evaluator = create("serial", |job| **job, options);
                let mut ids = Vec::new();
                for n in 0..50 {
                    evaluator.submit([n]).unwrap();
                    ids.extend(
                        evaluator
                            .gather(Gather::All)
                            .unwrap()
                            .iter()
                            .map(|job| job.id),
                    );
                }
                while ids.len() < 150 {
                    ids.extend(
                        evaluator
                            .gather(Gather::All)
                            .unwrap()
                            .iter()
                            .map(|job| job.id),
                    );
                    std::thread::yield_now();
                }
                ids.sort_unstable();
                ids
            })
        };
        let threads: Vec<_> = (0..3).map(run).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    for ids in seen {
        assert_eq!(ids, (0..150).collect::<Vec<_>>());
    }
}

#[cfg(feature = "store")]
#[test]
fn a_search_goes_on_after_its_store_was_closed() {
    use bencher_core::evaluator::{Objective, RunningJob};
    use bencher_core::store::Database;
    use std::time::Duration;
    let root = tempfile::tempdir().unwrap();
    for round in 0..3_u64 {
        let (database, _) = Database::open(root.path(), Duration::ZERO, |_| ()).unwrap();
        let storage = SampleStorage::new(Box::new(database.clone()));
        let options = Options::default()
            .storage(storage)
            .search_id("tuning")
            .others(true);
        let run = |job: &RunningJob<'_, u64>| Objective::new(**job).with("tried", 1);
        let mut evaluator = create("serial", run, options);
        assert_eq!(evaluator.submit([round]).unwrap(), round..round + 1);
        let jobs = evaluator.gather(Gather::All).unwrap();
        assert_eq!(
            jobs.len() as u64,
            1 + round,
            "those of earlier runs once more"
        );
        for (earlier, job) in jobs[1..].iter().enumerate() {
            assert_eq!((job.args, job.id), (earlier as u64, earlier as u64));
            assert_eq!(
                job.objective,
                Some(Objective::new(earlier as u64 as f64).with("tried", 1))
            );
            assert!(job.is_other && job.started.is_some());
        }
        // Two evaluators on clones of one database.
        let storage = SampleStorage::new(Box::new(database));
        let options = Options::default()
            .storage(storage)
            .search_id("tuning")
            .others(true);
        let mut second = create("serial", |job| **job, options);
        assert_eq!(second.gather(Gather::All).unwrap().len() as u64, 1 + round);
        assert!(second.gather(Gather::All).unwrap().is_empty());
    }
}

#[cfg(feature = "store")]
#[test]
fn neither_collection_nor_compaction_takes_anything_of_a_search() {
    use bencher_core::store::{CollectOptions, Database, Pack, SampleStore, Series};
    use bencher_core::value::{Digest, Value};
    use std::time::Duration;
    let root = tempfile::tempdir().unwrap();
    let (mut database, _) = Database::open(root.path(), Duration::ZERO, |_| ()).unwrap();
    let shared = database.clone();
    let of_search = move |search: &str| {
        let storage = SampleStorage::new(Box::new(shared.clone()));
        let options = Options::default().storage(storage).search_id(search);
        create("serial", |job| **job, options.others(true))
    };
    let series = Series {
        tag: String::new(),
        sweep_type: "demo::Sorting".to_owned(),
        version: 1,
    };
    let sample = |len: u64| {
        let mut pack = Pack::new(series.clone(), Digest(7), vec!["len".to_owned()], vec![]);
        pack.push(vec![Value::from(len)], 1, vec![]);
        pack
    };
    // Two evaluators that have read different parts of their log, with samples between.
    let (mut first, mut second) = (of_search("tuning"), of_search("tuning"));
    for n in 0..20 {
        database.clone().append(&[sample(n)]).unwrap();
        assert_eq!(first.submit([n]).unwrap(), n..n + 1);
        first.gather(Gather::Batch(1)).unwrap();
        if n == 10 {
            assert_eq!(second.gather(Gather::All).unwrap().len(), 11);
        }
    }
    let options = |limit| CollectOptions {
        dry_run: limit > 0,
        limit: Some(limit),
        grace: Duration::ZERO,
        ..CollectOptions::default()
    };
    let before = database.collect(&options(u64::MAX)).unwrap().kept_bytes;
    let log = "the log alone is what stays";
    let went = database.collect(&options(0)).unwrap();
    assert_eq!((went.evicted.count, went.superseded.count), (20, 0));
    assert!(
        went.kept_bytes > 0 && went.kept_bytes < before,
        "{log}: {went}"
    );
    assert_eq!(
        database.collect(&options(0)).unwrap().kept_bytes,
        went.kept_bytes
    );
    // Both go on where they were: nothing is missing, nothing comes twice.
    let jobs = second.gather(Gather::All).unwrap();
    let ids: Vec<u64> = jobs.iter().map(|job| job.id).collect();
    assert_eq!(ids, (11..20).collect::<Vec<_>>());
    assert_eq!(second.submit([0]).unwrap(), 20..21);
    assert_eq!(first.submit([0]).unwrap(), 21..22);
    // Nor does one that opens the store later miss anything.
    let mut third = of_search("tuning");
    assert_eq!(third.gather(Gather::All).unwrap().len(), 20);
    assert_eq!(third.submit([0]).unwrap(), 22..23);
}

/// A store whose disk is full for a while.
struct Full(MemoryStorage, Arc<AtomicBool>);

impl Storage for Full {
    fn append(&mut self, search: &str, entries: Vec<LogEntry>) -> Result<(), StoreError> {
        if self.1.load(Ordering::SeqCst) {
            return Err(StoreError::Encode("full".to_owned()));
        }
        self.0.append(search, entries)
    }

    fn read(
        &self,
        search: &str,
        from: u64,
        visit: &mut dyn FnMut(LogEntry),
    ) -> Result<u64, StoreError> {
        self.0.read(search, from, visit)
    }
}

#[test]
fn jobs_that_cannot_be_kept_are_handed_out_once_they_can() {
    let is_full = Arc::new(AtomicBool::new(false));
    let heard = Arc::new(Mutex::new(Heard::default()));
    let storage = Full(MemoryStorage::default(), Arc::clone(&is_full));
    let options = Options::default()
        .storage(storage)
        .callback(Arc::clone(&heard));
    let mut evaluator = create("serial", |job| **job, options);
    evaluator.submit(0..3).unwrap();
    is_full.store(true, Ordering::SeqCst);
    let error = evaluator.gather(Gather::All).unwrap_err();
    assert!(matches!(error, EvaluatorError::Storage(_)));
    assert!(evaluator.submit([9]).is_err(), "no numbers, no jobs");
    assert_eq!(
        heard.lock().unwrap().0.len(),
        3,
        "nobody heard of what is not kept"
    );
    is_full.store(false, Ordering::SeqCst);
    assert_eq!(
        values(&evaluator.gather(Gather::All).unwrap()),
        [0.0, 1.0, 2.0]
    );
}

#[test]
fn what_a_job_costs_does_not_grow_with_history() {
    /// Counts what is read, and what was there to be read.
    #[derive(Clone, Default)]
    struct Counting(MemoryStore, Arc<AtomicU64>);
    impl SampleStore for Counting {
        fn load(&self, _: &Series, _: &mut dyn FnMut(Pack)) -> Result<u64, StoreError> {
            panic!("the whole history is asked for")
        }
        fn load_all(&self, _: &mut dyn FnMut(Pack)) -> Result<u64, StoreError> {
            panic!("the whole store is asked for")
        }
        fn load_since(
            &self,
            series: &Series,
            position: u64,
            visit: &mut dyn FnMut(Pack),
        ) -> Result<u64, StoreError> {
            self.0.load_since(series, position, &mut |pack| {
                self.1.fetch_add(pack.len() as u64, Ordering::Relaxed);
                visit(pack);
            })
        }
        fn blobs(&self) -> BlobStore {
            self.0.blobs()
        }
        fn append(&mut self, packs: &[Pack]) -> Result<(), StoreError> {
            self.0.append(packs)
        }
        fn clear_tag(&mut self, tag: &str) -> Result<u64, StoreError> {
            self.0.clear_tag(tag)
        }
        fn sync(&mut self) -> Result<(), StoreError> {
            self.0.sync()
        }
    }
    let store = Counting::default();
    let storage = SampleStorage::new(Box::new(store.clone()));
    let mut evaluator = create("serial", |job| **job, Options::default().storage(storage));
    let mut before = 0;
    for round in 0..500 {
        evaluator.submit([round]).unwrap();
        evaluator.gather(Gather::All).unwrap();
        let read = store.1.load(Ordering::Relaxed);
        assert_eq!(read - before, 2, "round {round}: its number, and its end");
        before = read;
    }
}

/// JSON has no infinity: such a job is told of, and those that are kept can be read.
#[test]
fn arguments_that_cannot_be_kept_are_told() {
    let memory = MemoryStorage::default();
    let evaluator = || {
        let options = EvaluatorOptions::default()
            .storage(Box::new(memory.clone()))
            .search_id("s")
            .others(true);
        Evaluator::create("serial", |job: &RunningJob<'_, f64>| 1.0 / **job, options).unwrap()
    };
    let mut first = evaluator();
    first.submit([f64::INFINITY, 2.0]).unwrap();
    assert_eq!(first.gather(Gather::All).unwrap().len(), 2);
    let problems = first.take_problems();
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].starts_with("job 0 is not stored with the search"),
        "{problems:?}"
    );
    let mut second = evaluator();
    let before = second.gather(Gather::All).unwrap();
    assert_eq!(before.iter().map(|job| job.args).collect::<Vec<_>>(), [2.0]);
}
