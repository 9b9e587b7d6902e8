//! What the tests share: a run of a bench in this process, with a store of its own.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use bencher::bench::{ReportLocation, RunConfig, Session};
use bencher::progress::SilentProgress;
use bencher::sweep_executor::Interrupt;
use bencher::{Bench, Benchmark};

/// The configuration of a quiet run whose store is in `root`.
pub(crate) fn quiet(root: &Path) -> RunConfig {
    RunConfig {
        store: Some(root.to_owned()),
        report: ReportLocation::Disabled,
        output: bencher::bench::OutputFormat::Quiet,
        ..RunConfig::default()
    }
}

/// A bench of `S` in a run of its own.
pub(crate) fn bench<S: Benchmark>(config: RunConfig) -> Bench<S> {
    let mut session = Session::new(config, "test", Interrupt::default());
    session.set_progress(Box::new(SilentProgress));
    Bench::new(Rc::new(RefCell::new(session))).expect("the baseline of a test's sweep")
}
