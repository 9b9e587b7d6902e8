//! The stored content of a run beside numbers: whole results, files, tables, folders.

mod support;

use std::cell::Cell;
use std::path::Path;

use bencher::bench::{BenchError, RunConfig};
use bencher::prelude::*;
use bencher::store::{JobFolders, KeyMaker, Series, load_result};
use bencher::value::{Digest, File, Image, Table, Value};
use bencher::var::sweep_type;
use support::{bench, quiet};

#[derive(ParametrizedSweep, Clone, Debug)]
struct Drawing {
    #[sweep(bounds(1, 3))]
    size: u64,
    #[sweep(default = false)]
    dark: bool,
    #[result]
    picture: Option<Image>,
    #[result]
    log: Option<File>,
    #[result]
    rows: Option<Table>,
    #[result]
    area: Option<u64>,
    #[result(formula = "area * 2")]
    twice: Option<f64>,
}

thread_local! {
    static RUNS: Cell<u32> = const { Cell::new(0) };
}

impl Benchmark for Drawing {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        RUNS.set(RUNS.get() + 1);
        let pixels = vec![u8::from(self.dark); usize::try_from(self.size)? * 4000];
        self.picture = Some(Image::from_bytes("square.png", pixels));
        self.log = Some(File::from_bytes("run.log", b"short".to_vec()));
        let table = Table::new().column("x", (0..self.size.cast_signed()).collect::<Vec<_>>())?;
        self.rows = Some(table);
        self.area = Some(self.size * self.size);
        std::fs::write(cx.folder()?.join("trace.txt"), format!("{}", self.size))?;
        Ok(())
    }
}

fn run(config: RunConfig) -> bencher::Result<BenchResult<Drawing>> {
    bench::<Drawing>(config)
        .sweep("Pictures")
        .inputs(["size"])
        .run()
}

fn runs() -> u32 {
    RUNS.take()
}

#[test]
fn contents_and_folders_are_kept_with_their_samples() {
    let root = tempfile::tempdir().unwrap();
    run(quiet(root.path())).unwrap();
    assert_eq!(runs(), 3);
    let again = run(quiet(root.path())).unwrap();
    assert_eq!((runs(), again.counts().hits), (0, 3));
    let picture = again
        .dataset()
        .variable("picture")
        .unwrap()
        .cell(2)
        .unwrap();
    let value = picture.value.unwrap();
    let payload = value.as_payload().unwrap();
    assert_eq!((payload.name(), payload.len()), ("square.png", 12_000));
    // Large contents lie beside the records, small ones in them.
    let blobs = bencher::store::BlobStore::at(root.path());
    assert!(blobs.contains(payload.digest()) && payload.content().is_some());
    assert_eq!(Digest::of(&vec![0; 12_000]), payload.digest());
    let log = again
        .dataset()
        .variable("log")
        .unwrap()
        .cell(0)
        .unwrap()
        .value
        .unwrap();
    assert_eq!(log.as_payload().unwrap().content(), Some(&b"short"[..]));
    let series = Series {
        tag: String::new(),
        sweep_type: sweep_type::<Drawing>(),
        version: 1,
    };
    let key = KeyMaker::new(&series, &["size", "dark"]).key(&[2.into(), Value::Bool(false)], 1);
    let folder = JobFolders::at(root.path()).find(&series, key).unwrap();
    assert_eq!(
        std::fs::read_to_string(folder.join("trace.txt")).unwrap(),
        "2"
    );
}

#[test]
fn lost_contents_are_told_and_made_again() {
    let root = tempfile::tempdir().unwrap();
    let first = run(quiet(root.path())).unwrap();
    assert!(first.record().warnings.is_empty());
    let file = |size: usize| {
        let digest = Digest::of(&vec![0; size * 4000]).to_string();
        let (folder, name) = digest.split_at(2);
        root.path().join("blobs").join(folder).join(name)
    };
    std::fs::remove_file(file(2)).unwrap();
    std::fs::write(file(3), "something else").unwrap();
    runs();
    let again = run(quiet(root.path())).unwrap();
    assert_eq!((runs(), again.counts().hits), (2, 1));
    let warnings = &again.record().warnings;
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    for (size, problem) in [(2, "is missing"), (3, "is damaged")] {
        let name = file(size).display().to_string();
        let is_about = |warning: &&String| warning.contains(&name) && warning.contains(problem);
        assert_eq!(warnings.iter().filter(is_about).count(), 1, "{warnings:?}");
    }
    // They are whole again.
    let third = run(quiet(root.path())).unwrap();
    assert_eq!((runs(), third.counts().hits), (0, 3));
    assert!(third.record().warnings.is_empty());
}

#[test]
fn a_whole_result_stands_for_an_equal_sweep() {
    let root = tempfile::tempdir().unwrap();
    let cached = || RunConfig {
        results_cache: true,
        ..quiet(root.path())
    };
    let only_plot = || RunConfig {
        only_plot: true,
        ..quiet(root.path())
    };
    let error = run(only_plot()).unwrap_err();
    assert!(matches!(
        error.downcast_ref(),
        Some(BenchError::NoResult { .. })
    ));
    assert_eq!(runs(), 0);
    let first = run(cached()).unwrap();
    assert_eq!((runs(), first.counts().executed), (3, 3));
    for config in [cached(), only_plot()] {
        let result = run(config).unwrap();
        assert_eq!(
            (runs(), result.counts().hits, result.counts().executed),
            (0, 3, 0)
        );
        assert_eq!(
            result.dataset().variable("twice").unwrap().number(2),
            Some(18.0)
        );
        let warning = &result.record().warnings[0];
        assert!(
            warning.starts_with("reused the stored result of "),
            "{warning}"
        );
    }
    // Another grid is another sweep; its samples are known all the same.
    let wider = bench::<Drawing>(cached())
        .sweep("Pictures")
        .inputs([Drawing::SIZE.bounds(1_u64, 4)])
        .run()
        .unwrap();
    assert_eq!((runs(), wider.counts().hits), (1, 3));
    // Cleared, the result is made anew of its samples.
    let cleared = run(RunConfig {
        clear_result: true,
        ..cached()
    })
    .unwrap();
    assert_eq!((runs(), cleared.counts().hits), (0, 3));
    assert!(cleared.record().warnings.is_empty());
    let overwritten = run(RunConfig {
        overwrite: true,
        ..cached()
    })
    .unwrap();
    assert_eq!((runs(), overwritten.counts().executed), (3, 3));
}

#[test]
fn a_store_keeps_to_its_size() {
    let root = tempfile::tempdir().unwrap();
    let small = RunConfig {
        cache_size: "1 kB".parse().unwrap(),
        ..quiet(root.path())
    };
    let session =
        bencher::bench::Session::new(small, "test", bencher::sweep_executor::Interrupt::default());
    let session = std::rc::Rc::new(std::cell::RefCell::new(session));
    let mut pictures = Bench::<Drawing>::new(std::rc::Rc::clone(&session)).unwrap();
    pictures.sweep("Pictures").inputs(["size"]).run().unwrap();
    session.borrow_mut().close(None);
    drop((session, pictures));
    runs();
    let again = run(quiet(root.path())).unwrap();
    assert!(again.counts().executed > 0, "the oldest samples went");
    let results = bencher::store::list_results(root.path()).unwrap();
    assert!(!results.is_empty(), "results never go by themselves");
    assert!(
        results
            .iter()
            .all(|path: &std::path::PathBuf| load_result(path).is_ok())
    );
    assert!(Path::new(root.path()).join("results").exists());
}

#[test]
fn a_program_keeps_what_its_functions_return() {
    let root = tempfile::tempdir().unwrap();
    let call = |config: RunConfig| {
        let functions = bench::<Drawing>(config).function_cache().unwrap();
        let answer = functions.call("square", 1, &12_u64, |n| n * n).unwrap();
        assert_eq!(answer, 144);
        functions.counts().executed
    };
    let kept = || quiet(root.path());
    let list = RunConfig {
        list: true,
        ..kept()
    };
    assert_eq!(call(list), 1);
    assert!(!root.path().join("samples").exists(), "only listed");
    assert_eq!((call(kept()), call(kept())), (1, 0));
    let tagged = || RunConfig {
        run_tag: "other".to_owned(),
        ..kept()
    };
    assert_eq!((call(tagged()), call(tagged())), (1, 0));
    let changes: [fn(&mut RunConfig); 3] = [
        |config| config.overwrite = true,
        |config| config.clear = true,
        |config| config.cache = false,
    ];
    for change in changes {
        let mut config = kept();
        change(&mut config);
        assert_eq!(call(config), 1);
    }
    // Neither clearing nor overwriting reached the other tag.
    assert_eq!((call(kept()), call(tagged())), (0, 0));
}
