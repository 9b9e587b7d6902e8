//! Functions with `#[bench_sweep]` in a target with libtest's harness: each is a test that checks it quickly,
//! and what each does is asked here of its entry.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context as TaskContext, Poll, Waker};

use bencher::bench::{OutputFormat, ReportLocation, RunConfig, Session, Settings};
use bencher::prelude::*;
use bencher::progress::SilentProgress;
use bencher::record::SweepRecord;
use bencher::runner::{SweepEntry, entries};
use bencher::sweep_executor::Interrupt;

thread_local! {
    /// What the functions of this thread were called with.
    static CALLS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static FAILS: Cell<bool> = const { Cell::new(false) };
}

fn call(text: String) {
    CALLS.with_borrow_mut(|calls| calls.push(text));
}

fn entry(name: &str) -> &'static SweepEntry {
    let found = entries().into_iter().find(|entry| entry.name() == name);
    found.unwrap_or_else(|| panic!("no entry `{name}`"))
}

/// What a quick check of a function calls it with.
fn checked(name: &str, point: Option<&str>) -> (Result<(), String>, Vec<String>) {
    CALLS.take();
    let verdict = entry(name).check(&Settings::default(), point);
    (verdict, CALLS.take())
}

#[derive(SweepEnum, Clone, Copy, Debug)]
enum Codec {
    Raw,
    Zstd,
}

/// How long a body takes
#[bench_sweep(repeats = 3, throughput(bytes = 8 * size, items = size))]
fn plain(
    #[sweep(values(1, 10, 100))] size: u64,
    #[sweep] codec: Codec,
    #[constant(7)] seed: u64,
) -> u64 {
    call(format!("{size} {codec:?} {seed}"));
    size * seed
}

#[bench_sweep]
fn odd(#[sweep(values("\u{202e}r", "r"))] text: &str) -> usize {
    call(text.to_owned());
    text.len()
}

#[bench_sweep]
fn borrows(
    cx: &mut Context,
    #[sweep(values("a", "b"))] name: &str,
    #[sweep(values("c"))] other: &String,
    #[result(units = "steps", direction = "minimize")] steps: &mut Option<usize>,
) {
    let drawn = cx.random_vec::<u8>(1)[0];
    assert_eq!(cx.random_vec::<u8>(1).len(), 1);
    call(format!("{name} {other} {drawn}"));
    *steps = Some(name.len() + other.len());
}

mod inner {
    use super::{Context, bench_sweep, call};

    #[bench_sweep]
    pub(crate) fn times_itself(
        cx: &mut Context,
        #[sweep(bounds(1, 9))] mut len: usize,
        #[result(units = "s", direction = "minimize", timed)] elapsed: &mut Option<f64>,
    ) {
        len += 1;
        let data = cx.random_vec::<u64>(len);
        cx.iter(elapsed, || data.iter().max().copied());
        call(format!("{} {}", data.len(), elapsed.is_some()));
    }
}

trait Named {
    const NAME: &'static str;
}

impl Named for u32 {
    const NAME: &'static str = "32";
}

impl Named for String {
    const NAME: &'static str = "text";
}

impl Named for Vec<u8> {
    const NAME: &'static str = "bytes";
}

#[bench_sweep(types(T = [u32, String, Vec<u8>], W = [1, 2]), throughput(bytes = size_of::<T>() * W))]
fn of_types<T: Named, const W: usize>(#[sweep(values(5))] n: u8) {
    call(format!("{} {W} {n}", T::NAME));
}

/// A runtime that drives futures which never wait.
struct Runtime;

impl Runtime {
    #[allow(clippy::unnecessary_wraps, reason = "runtimes can fail to start")]
    fn new() -> std::io::Result<Self> {
        call("runtime".to_owned());
        Ok(Self)
    }

    #[allow(clippy::unused_self, reason = "as runtimes have it")]
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let mut cx = TaskContext::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(done) = future.as_mut().poll(&mut cx) {
                return done;
            }
        }
    }
}

#[allow(clippy::unused_async, reason = "it is there to be awaited")]
async fn later<T>(value: T) -> T {
    value
}

#[bench_sweep(runtime = Runtime::new)]
async fn awaited(cx: &mut Context, #[sweep(values(1, 2))] n: u32) -> bencher::Result<u32> {
    call(format!("{} {}", later(n).await, cx.repeat()));
    Ok(n)
}

#[bench_sweep(runtime = || Runtime)]
async fn awaited_by_itself(
    #[sweep(values(1, 2))] n: u32,
    #[result(timed)] elapsed: &mut Option<std::time::Duration>,
) {
    *elapsed = Some(std::time::Duration::from_millis(later(n).await.into()));
    call(format!("{n}"));
}

type Outcome = Result<u8, String>;

#[bench_sweep]
fn may_fail(#[sweep(values(1, 2, 3))] n: u8) -> Outcome {
    call(format!("{n}"));
    if FAILS.get() && n != 2 {
        Err(format!("{n} is odd"))
    } else {
        Ok(n)
    }
}

#[bench_sweep]
fn alone() {
    call(String::new());
}

#[bench_sweep(ignore)]
fn left_out(#[sweep(values(1))] n: u8) {
    panic!("{n} is not checked unless asked for");
}

#[bench_sweep]
#[ignore = "as tests say it"]
fn left_out_too() {
    panic!("not checked unless asked for");
}

#[derive(ParametrizedSweep, Clone)]
struct Sorting {
    #[sweep(bounds(1, 1000))]
    len: u64,
    #[result]
    moves: Option<u64>,
}

impl Benchmark for Sorting {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        call(format!("{}", self.len));
        self.moves = Some(self.len);
        Ok(())
    }
}

#[bench_sweep(Sorting, level = 2, title = "Sorting is judged")]
fn judges(result: &BenchResult<Sorting>) {
    panic!("a quick check has no result to judge: {result:?}");
}

#[test]
fn every_function_is_registered_by_its_name() {
    let names: Vec<String> = entries().iter().map(|entry| entry.name()).collect();
    assert_eq!(
        names,
        [
            "alone",
            "awaited",
            "awaited_by_itself",
            "borrows",
            "inner::times_itself",
            "judges",
            "left_out",
            "left_out_too",
            "may_fail",
            "odd",
            "of_types",
            "plain"
        ]
    );
    let ignored = entries().into_iter().filter(|entry| entry.is_ignored());
    assert_eq!(
        ignored.map(SweepEntry::name).collect::<Vec<_>>(),
        ["left_out", "left_out_too"]
    );
    assert_eq!(entry("judges").title(), "Sorting is judged");
    assert_eq!(entry("inner::times_itself").title(), "inner::times_itself");
}

#[test]
fn a_body_is_called_once_for_each_of_three_points() {
    let (verdict, calls) = checked("plain", None);
    assert_eq!(verdict, Ok(()));
    assert_eq!(calls[..2], ["1 Raw 7", "100 Zstd 7"]);
    assert_eq!(calls.len(), 3, "{calls:?}");
    assert!(!calls[..2].contains(&calls[2]), "{calls:?}");
}

#[test]
fn a_point_is_run_by_its_name() {
    let point = |text| checked("plain", Some(text));
    assert_eq!(
        point("size=10,codec=Zstd"),
        (Ok(()), vec!["10 Zstd 7".to_owned()])
    );
    assert_eq!(
        point("codec=Raw,size=1"),
        (Ok(()), vec!["1 Raw 7".to_owned()])
    );
    assert_eq!(
        point("size=10").0.unwrap_err(),
        "`size=10` does not name a single point: give `codec` as well"
    );
    assert_eq!(
        point("size=11,codec=Raw").0.unwrap_err(),
        "there is no point `size=11,codec=Raw`: `size` takes 1, 10, 100"
    );
    // As failures and warnings name a point, and other ways to write a number.
    for name in [
        "size=10, codec=Zstd",
        "size=1e1,codec=Zstd",
        "size=10.0, codec=Zstd",
    ] {
        assert_eq!(
            point(name),
            (Ok(()), vec!["10 Zstd 7".to_owned()]),
            "{name}"
        );
    }
    let (verdict, calls) = checked("of_types", Some("T=Vec<u8>,W=2,n=5"));
    assert_eq!((verdict, calls), (Ok(()), vec!["bytes 2 5".to_owned()]));
}

/// The message lists its values as they can be given.
#[test]
fn a_point_with_a_mark_of_direction_is_run_by_the_name_that_is_shown() {
    let error = checked("odd", Some("text=x")).0.unwrap_err();
    let expected = r"there is no point `text=x`: `text` takes \u{202e}r, r";
    assert_eq!(error, expected);
    let (verdict, calls) = checked("odd", Some(r"text=\u{202e}r"));
    assert_eq!((verdict, calls), (Ok(()), vec!["\u{202e}r".to_owned()]));
}

#[test]
fn inputs_are_lent_and_draws_repeat() {
    let (verdict, calls) = checked("borrows", None);
    assert_eq!(verdict, Ok(()));
    assert!(
        calls[0].starts_with("a c ") && calls[1].starts_with("b c "),
        "{calls:?}"
    );
    assert_eq!(checked("borrows", None).1, calls, "seeded");
}

#[test]
fn a_body_can_time_itself() {
    let (verdict, calls) = checked("inner::times_itself", None);
    assert_eq!(verdict, Ok(()));
    assert_eq!(
        (calls[0].as_str(), calls[1].as_str()),
        ("2 true", "10 true")
    );
}

#[test]
fn types_are_inputs() {
    let (verdict, calls) = checked("of_types", None);
    assert_eq!(verdict, Ok(()));
    assert_eq!(calls[..2], ["32 1 5", "bytes 2 5"]);
}

#[test]
fn a_runtime_is_made_once_for_all_samples() {
    assert_eq!(
        checked("awaited", None),
        (
            Ok(()),
            vec!["runtime".to_owned(), "1 1".to_owned(), "2 1".to_owned()]
        )
    );
    let calls = vec!["1".to_owned(), "2".to_owned()];
    assert_eq!(checked("awaited_by_itself", None), (Ok(()), calls));
}

#[test]
fn errors_are_told_with_their_inputs() {
    FAILS.set(true);
    let (verdict, calls) = checked("may_fail", None);
    assert_eq!(verdict.unwrap_err(), "n=1: 1 is odd\nn=3: 3 is odd");
    assert_eq!(calls, ["1", "3", "2"]);
}

#[test]
fn a_function_without_inputs_has_one_point() {
    assert_eq!(checked("alone", None), (Ok(()), vec![String::new()]));
    let error = checked("alone", Some("n=1")).0.unwrap_err();
    assert_eq!(error, "there is no point `n=1`: this sweep varies nothing");
}

#[test]
fn a_judged_sweep_is_run_and_not_judged() {
    assert_eq!(
        checked("judges", None),
        (Ok(()), vec!["1".to_owned(), "1000".to_owned()])
    );
}

/// The record of a whole run with one sample of every point, and what its function was called with.
fn whole(name: &str) -> (SweepRecord, Vec<String>) {
    CALLS.take();
    let config = RunConfig {
        repeats: Some(1),
        cache: false,
        report: ReportLocation::Disabled,
        output: OutputFormat::Quiet,
        ..RunConfig::default()
    };
    let mut session = Session::new(config, "test", Interrupt::default());
    session.set_progress(Box::new(SilentProgress));
    let session = Rc::new(RefCell::new(session));
    entry(name).run(&session, None).expect("it runs");
    let record = session.borrow().records()[0].clone();
    (record, CALLS.take())
}

fn numbers(record: &SweepRecord, name: &str) -> Vec<f64> {
    let variable = record.dataset.variable(name).expect("it is a result");
    let cells = 0..record.dataset.shape().iter().product();
    cells.filter_map(|cell| variable.number(cell)).collect()
}

#[test]
fn a_whole_body_is_timed_in_batches_with_its_throughput() {
    let (record, calls) = whole("plain");
    assert_eq!(
        record.dataset.shape(),
        [3, 2, 3],
        "three repeats, as it says itself"
    );
    assert!(calls.len() > 100, "{} calls of 18 samples", calls.len());
    let (times, bytes) = (numbers(&record, "time"), numbers(&record, "bytes"));
    let (rates, items) = (
        numbers(&record, "bytes_per_second"),
        numbers(&record, "items_per_second"),
    );
    assert_eq!((times.len(), bytes[0], bytes[17]), (18, 8.0, 800.0));
    for (cell, time) in times.into_iter().enumerate() {
        assert!(time > 0.0);
        assert!((rates[cell] * time / bytes[cell] - 1.0).abs() < 1e-9);
        assert!(
            (rates[cell] / items[cell] - 8.0).abs() < 1e-9,
            "an input counts as it is"
        );
    }
    let constant = record
        .constants
        .iter()
        .find(|constant| constant.name == "seed");
    assert_eq!(
        constant.map(|constant| constant.value.to_string()),
        Some("7".to_owned())
    );
    assert_eq!(record.description, "How long a body takes");
}

#[test]
fn every_call_of_a_batch_draws_the_same() {
    let (record, calls) = whole("borrows");
    let distinct: std::collections::BTreeSet<&String> = calls.iter().collect();
    assert!(calls.len() > 20, "{}", calls.len());
    assert_eq!(distinct.len(), 2, "one for each point: {distinct:?}");
    assert_eq!(numbers(&record, "steps"), [2.0, 2.0]);
}

#[test]
fn types_are_a_dimension_of_one_sweep() {
    let (record, _) = whole("of_types");
    let dim = record.dataset.dim("T").expect("there is a dimension");
    let values: Vec<String> = dim.values.iter().map(ToString::to_string).collect();
    assert_eq!(values, ["u32", "String", "Vec<u8>"]);
    assert_eq!(record.dataset.shape(), [3, 2, 1, 1]);
    let size = |bytes: usize| [bytes as f64, 2.0 * bytes as f64];
    let sizes = [4, size_of::<String>(), size_of::<Vec<u8>>()].map(size);
    assert_eq!(numbers(&record, "bytes"), sizes.concat());
}

#[test]
fn awaited_bodies_are_timed() {
    let (record, calls) = whole("awaited");
    assert_eq!(numbers(&record, "time").len(), 2);
    assert_eq!(calls.iter().filter(|call| *call == "runtime").count(), 1);
    assert!(calls.len() > 20, "{}", calls.len());
    let (record, _) = whole("awaited_by_itself");
    assert_eq!(numbers(&record, "elapsed"), [0.001, 0.002]);
}

#[test]
fn one_error_of_a_batch_fails_its_sample() {
    FAILS.set(true);
    let (record, _) = whole("may_fail");
    let errors: Vec<&str> = record
        .failures
        .iter()
        .map(|failure| failure.error.as_str())
        .collect();
    assert_eq!(errors, ["1 is odd", "3 is odd"]);
    assert_eq!(numbers(&record, "time").len(), 1);
}
