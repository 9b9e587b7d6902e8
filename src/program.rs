#[cfg(feature = "report")]
use std::path::Path;
use std::process::ExitCode;

use bencher_core::bench::{Bench, Reporter};
#[cfg(feature = "report")]
use bencher_core::bench::{ReportOutput, ReportSubject};
#[cfg(feature = "report")]
use bencher_core::record::SweepRecord;
use bencher_core::sweep_executor::{Benchmark, Result};

/// Runs a benchmark program: it reads the command line, runs the sweeps that `program` declares, and stores, prints and
/// draws their results.
///
/// It calls `program` once, or once for each step of a refined run (`--level 2..5`).
///
/// | exit status | meaning |
/// |---|---|
/// | 0 | success |
/// | 1 | a sample or another operation failed |
/// | 2 | invalid settings |
/// | 3 | a claim or a gate fails, or a result became worse |
/// | 130 | the user interrupted |
///
/// An error from `program` is printed and has status 1, unless it is a [`BenchError`](crate::BenchError) with another
/// status. Results measured before the error are still drawn.
///
/// ```no_run
/// use std::process::ExitCode;
/// use bencher::prelude::*;
///
/// #[derive(ParametrizedSweep, Clone)]
/// struct Squares {
///     #[sweep(bounds(0, 10))]
///     n: u32,
///     #[result]
///     square: Option<u32>,
/// }
///
/// impl Benchmark for Squares {
///     fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
///         self.square = Some(self.n.pow(2));
///         Ok(())
///     }
/// }
///
/// fn main() -> ExitCode {
///     bencher::run(|bench: &mut Bench<Squares>| bench.sweep("Squares").run())
/// }
/// ```
pub fn run<S, T>(program: impl FnMut(&mut Bench<S>) -> Result<T>) -> ExitCode
where
    S: Benchmark,
{
    bencher_core::cli::run(reporter(), program)
}

/// The `main` of a target whose sweeps are functions with [`bench_sweep`](macro@crate::bench_sweep).
///
/// [`main!`](crate::main!) writes it. With `--bench`, which `cargo bench` passes, it runs every function's sweep whole,
/// with table, progress, stored result and report; the exit status is the status of [`run`]. Without it, as in `cargo
/// test` and `cargo nextest`, it checks each sweep quickly, and the status is libtest's. Both take libtest's options
/// and filters.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     bencher::bench_main()
/// }
/// ```
pub fn bench_main() -> ExitCode {
    bencher_core::runner::run(reporter())
}

/// The `main` function of a target with `harness = false`, for its
/// [`bench_sweep`](macro@crate::bench_sweep) functions.
///
/// A bench target without `harness = false` in `Cargo.toml` would run no function. It does not compile, and the error
/// names the missing line.
///
/// ```no_run
/// use bencher::prelude::*;
///
/// #[bench_sweep]
/// fn sum(#[sweep(pow2(4, 10))] len: u64) -> u64 {
///     (0..len).sum()
/// }
///
/// bencher::main!();
/// ```
#[macro_export]
macro_rules! main {
    () => {
        fn main() -> ::std::process::ExitCode {
            $crate::bench_main()
        }

        // Compiled where libtest's harness takes the place of `main`: in a target without `harness = false`, and in the
        // unit tests of a program, which has its `main` all the same.
        #[test]
        fn this_main_is_run() {
            const {
                ::core::assert!(
                    ::core::option_env!("CARGO_BIN_NAME").is_some(),
                    "libtest's harness hides the `main` of this target, so none of its sweeps would run: add \
                     `harness = false` to its [[bench]] or [[test]] section in Cargo.toml (and make one, with its \
                     `name`, if there is none)"
                )
            }
        }
    };
}

/// The reporter: the tool `cargo-bencher`, where it is installed.
#[cfg(not(feature = "report"))]
fn reporter() -> Option<&'static Reporter> {
    let by_tool: &'static Reporter = &crate::tool::draw;
    crate::tool::find().map(|_| by_tool)
}

/// The reporter: this program.
#[cfg(feature = "report")]
#[expect(
    clippy::unnecessary_wraps,
    reason = "a program without the feature may have none"
)]
fn reporter() -> Option<&'static Reporter> {
    Some(&draw)
}

#[cfg(feature = "report")]
fn draw(
    records: &[SweepRecord],
    folder: &Path,
    subject: &ReportSubject,
    wanted: &bencher_core::bench::PlotOptions,
) -> Result<ReportOutput> {
    let options = bencher_report::ReportOptions {
        plot_width: wanted.plot_width,
        plot_height: wanted.plot_height,
        layout: wanted.layout,
        png_backend: wanted.png_backend,
        program: subject.program.clone(),
        part: subject.part.clone(),
        own_plots: subject.plots.clone(),
        ..bencher_report::ReportOptions::default()
    };
    let drawn = bencher_report::write_report(records, folder, &options)?;
    Ok(ReportOutput {
        page: drawn.html,
        images: drawn.pngs,
        warnings: drawn.warnings,
    })
}
