//! What a program says of its run, its sweeps say of themselves, and its user says of both.

mod support;

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use bencher::bench::{BenchError, FailureLimit, RunConfig, RunStatus, Session, Settings};
use bencher::cli::parse;
use bencher::prelude::*;
use bencher::progress::SilentProgress;
use bencher::sweep_executor::Interrupt;

/// Fails for one of ten
#[derive(ParametrizedSweep, Clone)]
struct Brittle {
    #[sweep(bounds(0, 9))]
    n: u32,
    #[result]
    half: Option<u32>,
}

impl Benchmark for Brittle {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        if self.n == 7 {
            return Err("seven".into());
        }
        self.half = Some(self.n / 2);
        Ok(())
    }
}

fn settings(args: &[&str]) -> Settings {
    let args = ["demo", "--quiet", "--no-report", "--no-cache"]
        .iter()
        .chain(args);
    let args = args.map(|arg| (*arg).into());
    parse(&Brittle::SCHEMA, args)
        .expect("good options")
        .settings
}

fn bench(args: &[&str]) -> Bench<Brittle> {
    let mut session = Session::with_settings(settings(args), "demo", Interrupt::default());
    session.set_progress(Box::new(SilentProgress));
    Bench::new(Rc::new(RefCell::new(session))).expect("a good declaration")
}

/// The shape of a sweep that says nothing, and of one that says two repeats.
fn shapes(bench: &mut Bench<Brittle>) -> [Vec<usize>; 2] {
    let silent = bench
        .sweep("Silent")
        .inputs([Brittle::N.samples(3)])
        .run()
        .unwrap();
    let own = bench
        .sweep("Own")
        .inputs([Brittle::N.samples(3)])
        .repeats(2)
        .run()
        .unwrap();
    [silent.dataset().shape(), own.dataset().shape()]
}

#[test]
fn the_user_then_the_sweep_then_the_program() {
    assert_eq!(shapes(&mut bench(&[])), [vec![3, 1], vec![3, 2]]);
    let mut program = bench(&[]);
    program.configure(|config| config.repeats = Some(3));
    assert_eq!(shapes(&mut program), [vec![3, 3], vec![3, 2]]);
    let mut user = bench(&["--repeats", "4"]);
    user.configure(|config| config.repeats = Some(3));
    assert_eq!(shapes(&mut user), [vec![3, 4], vec![3, 4]]);
}

/// Another type of the same program, whose sweep may begin later
#[derive(ParametrizedSweep, Clone)]
struct Robust<T: std::fmt::Debug + Default + Clone + Send + Sync + 'static> {
    #[sweep(bounds(0, 1))]
    n: u32,
    #[result]
    halves: Option<u32>,
    _held: T,
}

impl<T: std::fmt::Debug + Default + Clone + Send + Sync + 'static> Benchmark for Robust<T> {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.halves = Some(self.n * 2);
        Ok(())
    }
}

/// A rule may be for a result of a type whose sweep begins later; one for a result that no type has is an error before
/// a sample is taken.
#[test]
fn a_rule_is_for_a_result_of_some_type_of_the_program() {
    let mut program = bench(&["--regression", "halves=5", "--regression", "half=none"]);
    assert_eq!(program.sweep("Halves").run().unwrap().counts().executed, 10);
    let mut other = program.of::<Robust<u8>>().unwrap();
    assert_eq!(other.sweep("Other").run().unwrap().counts().executed, 2);

    let mut program = bench(&["--regression", "halvs=5"]);
    let error = program.sweep("Halves").run().unwrap_err();
    assert!(matches!(
        error.downcast_ref(),
        Some(BenchError::UnknownResult { .. })
    ));
    let text = error.to_string();
    assert!(
        text.starts_with(
            "`--regression halvs=5`: there is no result `halvs`; did you mean `halves`?"
        ),
        "{text}"
    );
    let mut program = bench(&[]);
    program.configure(|config| {
        let kept = std::num::NonZeroUsize::MIN;
        config.history.max_time_events_of = [("hlaf".to_owned(), kept)].into();
    });
    let text = program.sweep("Halves").run().unwrap_err().to_string();
    assert!(
        text.contains("no result `hlaf`; did you mean `half`?"),
        "{text}"
    );
}

#[test]
fn failures_below_the_limit_are_no_failure() {
    let verdict = |limit| {
        let config = RunConfig {
            cache: false,
            fail_on_sample_error: limit,
            ..support::quiet(Path::new("unused"))
        };
        let mut session = Session::new(config, "test", Interrupt::default());
        session.set_progress(Box::new(SilentProgress));
        let session = Rc::new(RefCell::new(session));
        let mut bench = Bench::<Brittle>::new(Rc::clone(&session)).unwrap();
        let result = bench.sweep("Ten").run().unwrap();
        assert_eq!((result.counts().executed, result.counts().failed), (10, 1));
        session.borrow_mut().close(None)
    };
    assert_eq!(verdict(FailureLimit::Any), RunStatus::Failed);
    assert_eq!(verdict(FailureLimit::Never), RunStatus::Fine);
    assert_eq!(verdict(FailureLimit::Fraction(0.1)), RunStatus::Failed);
    assert_eq!(verdict(FailureLimit::Fraction(0.11)), RunStatus::Fine);
}

#[test]
fn a_tag_is_cleared_before_its_first_sweep_alone() {
    let root = tempfile::tempdir().unwrap();
    let run = |clear| {
        let mut bench: Bench<Brittle> = support::bench(RunConfig {
            clear,
            ..support::quiet(root.path())
        });
        let mut hits = |title: &str| {
            let sweep = bench.sweep(title).inputs([Brittle::N.values([1_u32, 2])]);
            sweep.run().unwrap().counts().hits
        };
        (hits("First"), hits("Second"))
    };
    assert_eq!(run(false), (0, 2));
    assert_eq!(run(false), (2, 2));
    assert_eq!(
        run(true),
        (0, 2),
        "the second sweep finds what the first measured"
    );
}
