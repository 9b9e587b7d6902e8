//! The derives of `bencher`, and `#[bench_sweep]`. Use them through that crate, which re-exports them.
//!
//! A derive generates data: one static schema and a few small functions. It has three steps, each a module: `parse`
//! reads the user's code, `validate` turns it into a `model` or into errors, and `generate` prints the model.
//! `#[bench_sweep]` makes a struct from a function's parameters and takes the same steps.

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
/// The struct has named fields, at least one result, and is `Clone + Send + Sync + 'static`. Each field has one of
/// these attributes or none. A field without an attribute is set by `Default::default()`, and is not part of the sweep.
///
/// | attribute | the field is | its type |
/// |---|---|---|
/// | `#[sweep]`, `#[sweep(options)]` | an input: a dimension of the sweep | an integer, `f32`, `f64`, `bool`, `String`, `Duration`, `jiff::Timestamp`, an `Entry<T>` of a file, or an enum with [`SweepEnum`](macro@SweepEnum) |
/// | `#[sweep(flatten)]` | the inputs and results of another sweep, as part of this one | a struct that derives this as well |
/// | `#[constant(value)]`, `#[constant(value, units = "s")]` | an input that keeps `value`: part of each sample's identity, but no dimension | as above |
/// | `#[result]`, `#[result(options)]` | measured | `Option<T>` of a number, `bool`, `String`, `Duration`, `jiff::Timestamp`, an enum with [`SweepEnum`](macro@SweepEnum), `[f64; N]`, a `Vec` of numbers, an `f64` array of ndarray, `File`, `Image`, `Video`, `Table` or `Html`; `None` is "not recorded" |
///
/// # Options of `#[sweep]`
///
/// A number, a time or a `String` needs one of the first five options. A `bool` or an enum without a list takes every
/// value. Times are written as text: `"250ms"`, `"2026-03-01T12:00:00Z"`.
///
/// | option | meaning | default | an error where |
/// |---|---|---|---|
/// | `bounds(low, high)` | a range, both ends inclusive | | the field is not a number; low is above high; one is NaN or infinite |
/// | `values(a, b, ...)` | exactly these, in this order | | the list is empty or repeats a value |
/// | `pow2(low, high)` | the powers from 2^low to 2^high, on a logarithmic axis | | the field is not an integer; low is above high; 2^high does not fit the type |
/// | `values_from = path` | the values that a function returns when the sweep is planned: a `Vec`, or a `Result` of one | | it fails, at run time |
/// | `file = "machines.toml"` | the entries of a JSON, TOML or YAML file, one for each top-level key, in its order | | the field is not an `Entry<T>`; at run time: the file is missing or malformed, with its line |
/// | `samples = n` | the number of values; more is finer and slower | by the run's level | zero; more than 1 in bounds of zero width |
/// | `step = x` | the distance of neighbours, in the field's unit; a float's high bound is then excluded | | zero or below; without `bounds`; beside `samples` or `scale = "log"` |
/// | `scale = "linear"`, `"log"` | equal differences or equal ratios, for the samples and the axis | `"linear"` | `"log"` with a low bound of zero or below |
/// | `thin` | the run's level thins the listed values | all are taken | without `values` |
/// | `default = value` | the value while the input is not swept | the first value | it is not one of the values |
/// | `units = "B"` | the unit of the values, any text; of a `Duration`, `"s"` | `"s"` for a `Duration`, else none | |
/// | `max_subsampling_divisions = n` | the finest level in which the input takes part | no limit | outside 1 to 12 |
///
/// Values are written in the type of the field (`1.0` for a float), and for a `String` as `"text"`. The compiler
/// reports errors in literals and in constants of a plain number type. Errors in other expressions, such as a call, or
/// one that depends on `Self` or a parameter, appear at run time as an error of the domain.
///
/// # Options of `#[result]`
///
/// | option | meaning | default |
/// |---|---|---|
/// | `units = "B"` | the unit of the values, any text; for a `Duration` and a `timed` result, `"s"` | `"s"` for these, else none |
/// | `direction = "minimize"`, `"maximize"`, `"none"` | which way is better | `"none"` |
/// | `timed` | it is a measured time, so its samples are taken alone | a value |
/// | `counter = "instructions"` | a counter around the timed code sets it, per iteration: `Counter` lists all of them | recorded; the unit and direction of the counter |
/// | `own_axis` | each panel of a figure has an axis of its own for this result | panels share it |
/// | `meaning_version = n` | raised when the result changes its meaning | 1 |
/// | `formula = "bytes / elapsed"` | it is not recorded but computed from results, numeric inputs and earlier formulas, when a dataset is read | recorded |
/// | `names("x", "y")` | the names of a vector's parts: `place.x`, `place.y` | numbers: `place[0]` |
/// | `claim = "< 0.7"` | what must hold at every point, else the exit status is 3; may be repeated | nothing |
///
/// # Options of the struct
///
/// | option | meaning | default |
/// |---|---|---|
/// | `#[bencher(version = n)]` | the version of the benchmark; part of each sample's identity, so a higher version measures again | 1 |
/// | `#[bencher(shared)]` | it is a part of other sweeps, and needs no result itself | |
/// | `#[bencher(crate = path)]` | the path of this crate | `::bencher` |
///
/// # What it adds
///
/// It adds an implementation of the trait of the same name, and an associated constant for each input and result. The
/// constant has the field's name in capitals, and its visibility: `Sorting::LEN`. The constant of a flattened field
/// turns the nested struct's handles into the sweep's: `Query::POOL.input(Pool::THREADS)`. Doc comments become titles,
/// labels and hover texts. Type and constant parameters are part of the identity. A sweep borrows nothing, so lifetimes
/// are an error.
///
/// # Example
///
#[doc = include_str!("../docs/parametrized_sweep.md")]
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
/// A variant may have its own inputs: named fields, each with `#[sweep(...)]` and the options of
/// [`ParametrizedSweep`](macro@ParametrizedSweep). They are swept only for that variant, whose values read
/// `Zstd(level=3)`.
///
/// | attribute | on | meaning | default |
/// |---|---|---|---|
/// | `#[sweep(name = "zstd-fast")]` | a variant | its name in labels, in the store and on the command line; no two are the same | the variant's own |
/// | `#[bencher(crate = path)]` | the enum | the path of this crate | `::bencher` |
///
/// A name is part of each sample's identity: a renamed variant is measured again.
///
#[doc = include_str!("../docs/sweep_enum.md")]
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

/// Makes a function a sweep, or a judge of a finished sweep.
///
/// A function registers itself, without a list. `cargo test` and `cargo nextest run` check it quickly: the first, the
/// last and one random valid point, once each, in the test's process, without a store. `cargo bench` runs it whole,
/// with table, progress, stored result and report, in a target with `harness = false` and `bencher::main!();`. With
/// libtest's usual harness, it is a test and needs nothing else.
///
/// # A body that is measured
///
/// The parameters have the same attributes and options as the fields of a struct with
/// [`ParametrizedSweep`](macro@ParametrizedSweep):
///
/// | parameter | meaning |
/// |---|---|
/// | `cx: &mut Context`, the first | the context, if the body needs one |
/// | `#[sweep(...)] len: usize`, `name: &str`, `codec: &Codec` | an input, copied or borrowed |
/// | `#[constant(7)] seed: u64` | a constant |
/// | `#[result(...)] steps: &mut Option<u64>` | a result that the body sets |
///
/// Without a `timed` result, the whole body is measured in batches, as the implicit result `time`, in seconds. Its
/// inputs and its return value are hidden from the optimiser. Each call then has its own context: every call draws the
/// same random data, and has no folder. With a `timed` result, the body runs once for each sample and measures itself:
/// `cx.iter(elapsed, || ...)`.
///
/// A body may return any type. The error of a `Result` fails the sample.
///
/// The version of such a sweep is computed from its tokens: an edited body is measured again. Its documentation, the
/// bounds of its inputs and the options of its run do not count.
///
/// # A judge
///
/// `#[bench_sweep(Sorting)]` is written on a function of `result: &BenchResult<Sorting>`. The sweep of that type runs
/// first. The function then judges the result: a panic or an `Err` is a failure. A quick check runs the three points
/// and does not call the function, because there is no result. The same holds for a run of one point, and for a plan
/// alone.
///
/// # Options
///
/// | option | meaning | default |
/// |---|---|---|
/// | `repeats = n` | samples of every point | set by the run |
/// | `level = n` | density of all inputs, 1 to 12 | as each input declares |
/// | `budget = "10s"` | how long the sweep may take | set by the run |
/// | `title = "..."` | the title of its result | its name |
/// | `ignore`, or `#[ignore]` | run only on request (`--ignored`) | run |
/// | `crate = path` | the path of this crate | `::bencher` |
///
/// Further options of a measured body:
///
/// | option | meaning |
/// |---|---|
/// | `types(T = [u32, u64])` | the types, or constants, of each generic parameter of the function: it becomes an input `T`, whose values are the types as they are written |
/// | `throughput(bytes = expr, items = expr)` | the amount of work of one call, from the inputs: results `bytes_per_second`, `items_per_second` |
/// | `runtime = path` | for an `async fn`: a function that returns a value with `block_on`, or a `Result` of it; called once for each worker |
/// | `claim(time, "< 5 ms")` | what must hold for a result at every point, else the exit status is 3; may be repeated |
/// | `gate(time, worse_than = "3%", against = "main")` | the exit status is 3 if the result is worse than in this baseline (feature `history`); may be repeated |
///
/// # Names
///
/// A function has the name of a test: its modules and its own name. `name::len=1024,codec=Raw` is one of its points.
///
#[doc = include_str!("../docs/bench_sweep.md")]
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
