//! The derives of `bencher`, and `#[bench_sweep]`. Use them through that crate, which re-exports them.
//!
//! A derive prints data: one static schema and a few thin functions. It goes in three steps, each
//! a module: `parse` reads what the user wrote, `validate` turns it into a `model` of what it
//! says or into errors, `generate` prints the model. `#[bench_sweep]` makes a struct of a function's
//! parameters and goes the same way.

#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
#![forbid(unsafe_code)]

mod errors;
mod generate;
mod model;
mod names;
mod parse;
mod validate;

use proc_macro::TokenStream;
use syn::{DeriveInput, ItemFn, parse_macro_input};

use crate::errors::Errors;
use crate::parse::{Arguments, Container};

/// Makes a struct a sweep: its annotated fields are the inputs to vary and the results to measure.
///
/// The struct has named fields, at least one result, and is `Clone + Send + Sync + 'static`. Each
/// field has one of these attributes or none; a field without is filled by `Default::default()`
/// and is no part of the sweep.
///
/// | attribute | the field is | its type |
/// |---|---|---|
/// | `#[sweep]`, `#[sweep(options)]` | an input: a dimension of the sweep | an integer, `f32`, `f64`, `bool`, `String`, `Duration`, `jiff::Timestamp`, an `Entry<T>` of a file, or an enum with [`SweepEnum`](macro@SweepEnum) |
/// | `#[sweep(flatten)]` | the inputs and results of another sweep, as this one's own | a struct that derives this as well |
/// | `#[constant(value)]`, `#[constant(value, units = "s")]` | an input held at `value`: part of each sample's identity, but no dimension | as above |
/// | `#[result]`, `#[result(options)]` | measured | `Option<T>` of a number, `bool`, `String`, `Duration`, `[f64; N]`, `File`, `Image`, `Video` or `Table`; `None` is "not recorded" |
///
/// # Options of `#[sweep]`
///
/// A number, a time or a `String` needs one of the first five; a `bool` or an enum without a list
/// takes every value. Times are written as text: `"250ms"`, `"2026-03-01T12:00:00Z"`.
///
/// | option | meaning | default | an error where |
/// |---|---|---|---|
/// | `bounds(low, high)` | a range, both ends inclusive | | the field is no number; low is above high; one is NaN or infinite |
/// | `values(a, b, ...)` | exactly these, in this order | | the list is empty or repeats a value |
/// | `pow2(low, high)` | the powers from 2^low to 2^high, on a logarithmic axis | | the field is no integer; low is above high; 2^high does not fit the type |
/// | `values_from = path` | what a function gives when the sweep is planned: a `Vec`, or a `Result` of one | | it fails, at run time |
/// | `file = "machines.toml"` | the entries of a JSON, TOML or YAML file, one for each top-level key, in its order | | the field is no `Entry<T>`; at run time: the file is missing or malformed, with its line |
/// | `samples = n` | how many values are taken; more is finer and slower | by the run's level | zero; more than 1 in bounds of zero width |
/// | `step = x` | the distance of neighbours, in the field's unit; a float's high bound is then excluded | | zero or below; without `bounds`; beside `samples` or `scale = "log"` |
/// | `scale = "linear"`, `"log"` | equal differences or equal ratios, for the samples and the axis | `"linear"` | `"log"` with a low bound of zero or below |
/// | `thin` | the run's level thins the listed values | all are taken | without `values` |
/// | `default = value` | the value while the input is not swept | the first value | it is none of the values |
/// | `units = "B"` | the unit of the values, any text; of a `Duration`, `"s"` | `"s"` for a `Duration`, else none | |
/// | `max_subsampling_divisions = n` | the finest level in which the input takes part | no limit | outside 1 to 12 |
///
/// Values are written in the type of the field (`1.0` for a float), those of a `String` as `"text"`.
/// An error that literals and constants of a plain number type show is one of compilation. Of what
/// only the program computes, a call or something that depends on `Self` or a parameter, the
/// domain is an error at run time.
///
/// # Options of `#[result]`
///
/// | option | meaning | default |
/// |---|---|---|
/// | `units = "B"` | the unit of the values, any text; of a `Duration` and of what is `timed`, `"s"` | `"s"` for these, else none |
/// | `direction = "minimize"`, `"maximize"`, `"none"` | which way is better | `"none"` |
/// | `timed` | it is a measured time: evidence, taken alone | a value |
/// | `counter = "instructions"` | it is counted around the timed code, per iteration: `Counter` lists all of them | recorded; the unit and direction of the counter |
/// | `meaning_version = n` | raised when the result changes its meaning | 1 |
/// | `formula = "bytes / elapsed"` | it is not recorded but computed, whenever a dataset is read, from results, numeric inputs and earlier formulas | recorded |
/// | `names("x", "y")` | the names of a vector's parts: `place.x`, `place.y` | numbers: `place[0]` |
///
/// # Options of the struct
///
/// | option | meaning | default |
/// |---|---|---|
/// | `#[bencher(version = n)]` | the version of what the benchmark does; part of each sample's identity, so raising it measures anew | 1 |
/// | `#[bencher(shared)]` | it is a part of other sweeps, and need measure nothing itself | |
/// | `#[bencher(crate = path)]` | where this crate is found | `::bencher` |
///
/// # What it adds
///
/// An implementation of the trait of the same name, and an associated constant for each input and
/// result, named like the field in capitals and as visible: `Sorting::LEN`. That of a flattened field
/// turns the nested struct's handles into the sweep's: `Query::POOL.input(Pool::THREADS)`. Doc comments become
/// titles, labels and hover texts. Parameters of types and constants are part of the identity;
/// a sweep borrows nothing, so lifetimes are an error.
///
/// # Example
///
/// ```
/// use bencher::{ParametrizedSweep, SweepEnum};
///
/// #[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
/// enum Algo {
///     Quick,
///     Merge,
/// }
///
/// /// Cost of sorting.
/// #[derive(ParametrizedSweep, Clone, Debug)]
/// struct Sorting {
///     /// Number of elements
///     #[sweep(bounds(16, 1_000_000), scale = "log", samples = 9, units = "elements")]
///     len: u64,
///     #[sweep]
///     algo: Algo,
///     #[constant(7)]
///     seed: u64,
///     #[result(units = "s", direction = "minimize", timed)]
///     elapsed: Option<f64>,
/// }
///
/// let sorting = Sorting::baseline()?;
/// assert_eq!((sorting.len, sorting.algo, sorting.seed), (16, Algo::Quick, 7));
/// assert_eq!(Sorting::SCHEMA.title(), "Cost of sorting.");
/// let fewer = Sorting::LEN.samples(5);
/// # Ok::<(), bencher::var::DomainError>(())
/// ```
#[proc_macro_derive(ParametrizedSweep, attributes(sweep, constant, result, bencher))]
pub fn derive_parametrized_sweep(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut errors = Errors::default();
    let container = Container::of(&input, "ParametrizedSweep", &mut errors);
    let sweep = validate::structure(&input, container, &mut errors);
    match errors.report() {
        None => generate::structure(&sweep).into(),
        Some(mut report) => {
            report.extend(generate::dummy_structure(&sweep));
            report.into()
        }
    }
}

/// Makes an enum a type of inputs: its variants are the values.
///
/// The enum is `Clone + Send + Sync + 'static`, has no parameters, and at least one variant. Doc
/// comments become hover texts.
///
/// A variant may carry inputs of its own: named fields, each with `#[sweep(...)]` and the options that
/// [`ParametrizedSweep`](macro@ParametrizedSweep) lists. They are swept for that variant only; its values
/// read `Zstd(level=3)`.
///
/// | attribute | on | meaning | default |
/// |---|---|---|---|
/// | `#[sweep(name = "zstd-fast")]` | a variant | its name in labels, in the store and on the command line; no two are the same | the variant's own |
/// | `#[bencher(crate = path)]` | the enum | where this crate is found | `::bencher` |
///
/// A name is part of each sample's identity: a renamed variant is measured anew.
///
/// ```
/// use bencher::SweepEnum;
///
/// #[derive(SweepEnum, Clone)]
/// enum Codec {
///     /// Nothing at all
///     Raw,
///     #[sweep(name = "zstd-fast")]
///     ZstdFast,
///     Zstd {
///         /// Compression level
///         #[sweep(values(1, 9, 19))]
///         level: i32,
///     },
/// }
///
/// let names: Vec<_> = Codec::VARIANTS.iter().map(|variant| variant.name).collect();
/// assert_eq!(names, ["Raw", "zstd-fast", "Zstd"]);
/// assert_eq!(Codec::VARIANTS[2].params[0].name, "level");
/// ```
#[proc_macro_derive(SweepEnum, attributes(sweep, bencher))]
pub fn derive_sweep_enum(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut errors = Errors::default();
    let container = Container::of(&input, "SweepEnum", &mut errors);
    let levels = validate::enumeration(&input, container, &mut errors);
    match errors.report() {
        None => generate::enumeration(&levels).into(),
        Some(mut report) => {
            report.extend(generate::dummy_enumeration(&levels.container));
            report.into()
        }
    }
}

/// Makes a function a sweep, or a judge of a finished one.
///
/// Nothing is listed by hand: a function registers itself. `cargo test` and `cargo nextest run` check it
/// quickly, at the first, the last and one random valid point, once each, in the test's process, without touching a
/// store. `cargo bench` runs it whole, with table, progress, stored result and report, in a target with
/// `harness = false` and `bencher::main!();`. With libtest's usual harness it is a test and needs nothing.
///
/// # A body that is measured
///
/// The parameters are what the fields of a struct with [`ParametrizedSweep`](macro@ParametrizedSweep) are, with the
/// same attributes and options:
///
/// | parameter | is |
/// |---|---|
/// | `cx: &mut Context`, the first | the context, if the body wants one |
/// | `#[sweep(...)] len: usize`, `name: &str`, `codec: &Codec` | an input, copied or lent |
/// | `#[constant(7)] seed: u64` | a constant |
/// | `#[result(...)] steps: &mut Option<u64>` | a result that the body sets |
///
/// Without a result that is `timed`, the whole body is measured, in batches: the implicit result `time`, in
/// seconds. What it returns is kept from the optimiser, and so are its inputs. A context is then one for
/// each call: every call draws the same, and none has a folder. With a result that is `timed`, the body
/// runs once a sample and measures itself: `cx.iter(elapsed, || ...)`.
///
/// A body may return anything. The error of a `Result` fails the sample.
///
/// The version of such a sweep is made of its tokens: an edited body is measured anew. Its documentation, the bounds
/// of its inputs and the options of its run are no part of that.
///
/// # A judge
///
/// `#[bench_sweep(Sorting)]` stands on a function of `result: &BenchResult<Sorting>`. The sweep of that type is run,
/// then the function says, by a panic or an `Err`, whether the result is as it should be. A quick check
/// runs the three points and does not call it, as there is no result; nor does a run of one point, or a
/// plan alone.
///
/// # Options
///
/// | option | meaning | default |
/// |---|---|---|
/// | `repeats = n` | samples of every point | what the run says |
/// | `level = n` | density of all inputs, 1 to 12 | as each input declares |
/// | `budget = "10s"` | how long the sweep may take | what the run says |
/// | `title = "..."` | the title of its result | its name |
/// | `ignore`, or `#[ignore]` | left out unless asked for (`--ignored`) | run |
/// | `crate = path` | where this crate is found | `::bencher` |
///
/// And of a body that is measured:
///
/// | option | meaning |
/// |---|---|
/// | `types(T = [u32, u64])` | the types, or constants, that each parameter of the function's type stands for: an input `T`, with the types as they are written for values |
/// | `throughput(bytes = expr, items = expr)` | how much one call does, of the inputs: results `bytes_per_second`, `items_per_second` |
/// | `runtime = path` | of an `async fn`: a function that gives something with `block_on`, or a `Result` of it; called once for each worker |
///
/// # Names
///
/// A function's name is that of a test: its modules and its own. `name::len=1024,codec=Raw` is one point of it.
///
/// ```
/// use bencher::prelude::*;
///
/// /// Copying bytes
/// #[bench_sweep(repeats = 16, throughput(bytes = len))]
/// fn copy(#[sweep(pow2(4, 20), samples = 5)] len: usize, #[sweep(values(0, 1))] byte: u8) -> Vec<u8> {
///     vec![byte; len]
/// }
///
/// #[bench_sweep(types(T = [u32, u64]))]
/// fn sort<T: From<u8> + Ord>(
///     cx: &mut Context,
///     #[sweep(bounds(16, 4096), scale = "log")] len: usize,
///     #[result(units = "s", direction = "minimize", timed)] elapsed: &mut Option<f64>,
/// ) {
///     let bytes = cx.random_vec::<u8>(len);
///     let data = || bytes.iter().map(|&byte| T::from(byte)).collect::<Vec<T>>();
///     cx.iter_with_setup(elapsed, data, |mut data| data.sort_unstable());
/// }
///
/// let names: Vec<_> = bencher::runner::entries().iter().map(|entry| entry.name()).collect();
/// assert!(names.iter().any(|name| name.ends_with("sort")));
/// ```
#[proc_macro_attribute]
pub fn bench_sweep(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as ItemFn);
    let mut errors = Errors::default();
    let arguments = Arguments::of(arguments.into(), &mut errors);
    let function = validate::function(item, arguments, &mut errors);
    match errors.report() {
        None => generate::function(&function).into(),
        Some(mut report) => {
            report.extend(generate::dummy_function(&function));
            report.into()
        }
    }
}
