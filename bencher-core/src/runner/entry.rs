use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::bench::{ClaimChoice, GateChoice, Session, Settings};
use crate::sweep_executor::{Benchmark, Result};
use crate::var::Target;

use super::{check, full};

/// The registration of one `#[bench_sweep]` function in its program.
///
/// See the [module](super) for an example.
#[derive(Clone, Copy, Debug)]
pub struct SweepEntry {
    /// The package that declares it.
    pub(super) package: &'static str,
    module: &'static str,
    function: &'static str,
    pub(super) options: SweepOptions,
    check: Check,
    run: Run,
}

/// Checks a sweep, or the one point that is named, as the command line says.
type Check = fn(&SweepEntry, &Settings, Option<&str>) -> Result<(), String>;

/// Runs a sweep, or one point, within a session.
pub type Run = fn(&SweepEntry, &Rc<RefCell<Session>>, Option<&str>) -> Result<()>;

/// The options of a `#[bench_sweep]` function.
///
/// See the [module](super) for an example.
#[derive(Clone, Copy, Debug)]
pub struct SweepOptions {
    /// The sweep's title; empty for its name.
    pub title: &'static str,
    /// Samples of every point.
    pub repeats: Option<u32>,
    /// The density of all inputs, 1 to 12.
    pub level: Option<u8>,
    /// How long the whole sweep may take.
    pub budget: Option<Duration>,
    /// Whether it runs only on request.
    pub ignore: bool,
    /// The claims on results: their names, and the text of each claim.
    pub claims: &'static [(&'static str, &'static str)],
    /// The gates on results.
    pub gates: &'static [GateOption],
}

/// A gate of a `#[bench_sweep]` function; [`Gate`](crate::bench::Gate) explains it.
///
/// ```
/// use bencher_core::runner::{GateOption, SweepOptions};
/// const GATE: GateOption = GateOption { result: "elapsed", worse_than: 0.03, against: "main" };
/// const OPTIONS: SweepOptions = SweepOptions { gates: &[GATE], ..SweepOptions::NONE };
/// assert_eq!(OPTIONS.gates[0].result, "elapsed");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GateOption {
    /// The name of the result.
    pub result: &'static str,
    /// The share up to which a worse result counts as equal.
    pub worse_than: f64,
    /// The name of the baseline.
    pub against: &'static str,
}

impl SweepOptions {
    /// No option set.
    pub const NONE: Self = Self {
        title: "",
        repeats: None,
        level: None,
        budget: None,
        ignore: false,
        claims: &[],
        gates: &[],
    };
}

impl SweepOptions {
    /// Its claims, for any sweep.
    pub(super) fn claim_choices(&self) -> Vec<ClaimChoice> {
        let choice = |(result, text): &(&'static str, &'static str)| ClaimChoice {
            result: Target::Name((*result).into()),
            text: (*text).to_owned(),
        };
        self.claims.iter().map(choice).collect()
    }

    /// Its gates, for any sweep.
    pub(super) fn gate_choices(&self) -> Vec<GateChoice> {
        let choice = |gate: &GateOption| GateChoice {
            result: Target::Name(gate.result.into()),
            worse_than: gate.worse_than,
            against: gate.against.to_owned(),
        };
        self.gates.iter().map(choice).collect()
    }
}

inventory::collect!(SweepEntry);

/// Every `#[bench_sweep]` function of this program, by name.
///
/// ```
/// assert!(bencher_core::runner::entries().is_empty(), "this example has none");
/// ```
pub fn entries() -> Vec<&'static SweepEntry> {
    let mut entries: Vec<&SweepEntry> = inventory::iter::<SweepEntry>.into_iter().collect();
    crate::sort::by_key(&mut entries, |entry| entry.name());
    entries
}

impl SweepEntry {
    /// The entry of a function that is measured itself, in `module`, whose path begins with the crate.
    pub const fn measured<S: Benchmark>(
        module: &'static str,
        function: &'static str,
        options: SweepOptions,
    ) -> Self {
        Self::judged::<S>(module, function, options, |entry, session, point| {
            full::sweep::<S>(entry, session, point).map(drop)
        })
    }

    /// The entry of a function that judges the result of a sweep of `S`. `run` runs the sweep and calls the function.
    pub const fn judged<S: Benchmark>(
        module: &'static str,
        function: &'static str,
        options: SweepOptions,
        run: Run,
    ) -> Self {
        Self {
            package: S::SCHEMA.package,
            module,
            function,
            options,
            check: check::check::<S>,
            run,
        }
    }

    /// Its name in the form of libtest: the modules within its crate, and the function.
    pub fn name(&self) -> String {
        match self.module.split_once("::") {
            Some((_, path)) => format!("{path}::{}", self.function),
            None => self.function.to_owned(),
        }
    }

    /// The title of its sweep; by default its name.
    pub fn title(&self) -> String {
        match self.options.title {
            "" => self.name(),
            title => title.to_owned(),
        }
    }

    /// Whether it runs only on request.
    pub const fn is_ignored(&self) -> bool {
        self.options.ignore
    }

    /// Whether it is of a crate.
    pub(super) fn is_of(&self, name: &str) -> bool {
        self.module.split("::").next() == Some(name)
    }

    /// Whether it is this function.
    pub(super) fn is(&self, module: &str, function: &str) -> bool {
        (self.module, self.function) == (module, function)
    }

    /// Runs its first, its last and one random valid point, or the one that `point` names
    /// (`len=500,presorted=true`), once each, in this process. Nothing is stored, drawn or printed.
    ///
    /// # Errors
    /// The failure, with its inputs.
    pub fn check(&self, settings: &Settings, point: Option<&str>) -> Result<(), String> {
        (self.check)(self, settings, point)
    }

    /// Runs the sweep, or the one point, as the session is configured.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    #[doc = include_str!("../example_bench.md")]
    /// use bencher_core::runner::{SweepEntry, SweepOptions};
    /// # let session = Rc::new(RefCell::new(Session::new(quiet, "demo", Interrupt::default())));
    /// # session.borrow_mut().set_progress(Box::new(bencher_core::progress::SilentProgress));
    /// let options = SweepOptions { level: Some(3), ..SweepOptions::NONE };
    /// let entry = SweepEntry::measured::<Sorting>("demo::sorting", "by_length", options);
    /// entry.run(&session, None)?;
    /// assert_eq!(session.borrow().records()[0].dataset.shape(), [3, 2, 1]);
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`SweepBuilder::run`](crate::bench::SweepBuilder::run), and the error of a judge.
    pub fn run(&self, session: &Rc<RefCell<Session>>, point: Option<&str>) -> Result<()> {
        (self.run)(self, session, point)
    }
}
