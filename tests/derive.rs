//! What the derives declare, and what their functions do.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // a helper of tests is no test to clippy

use std::time::Duration;

use bencher::value::{Kind, Value};
use bencher::var::{Direction, Domain, InputRole, Scale, Target, Values, sweep_type};
use bencher::{ParametrizedSweep, SweepEnum, var};

const MANY: usize = 1 << 3;
const LIMIT: u32 = 1000;

/// How to compress.
#[derive(SweepEnum, Clone, Copy, Debug, Default, PartialEq)]
enum Codec {
    /// Nothing at all.
    ///
    /// The base to compare with.
    #[default]
    Raw,
    Zstd,
    #[sweep(name = "zstd-fast")]
    ZstdFast,
}

/// Cost of sorting.
///
/// By length.
#[derive(ParametrizedSweep, Clone, Debug)]
#[bencher(version = 3)]
struct Sorting {
    /// Number of elements
    #[sweep(bounds(16, 1_000_000), scale = "log", samples = 9, units = "elements")]
    len: u64,
    #[sweep]
    codec: Codec,
    #[sweep(default = true)]
    presorted: bool,
    #[sweep(values("a", "b"), default = "b", thin)]
    label: String,
    #[sweep(bounds(-1.5, 2.0), step = 0.5, units = "µs/日")]
    shift: f64,
    #[constant(7, units = "s")]
    seed: u64,
    cache: Vec<u8>,
    #[result(units = "s", direction = "minimize", timed)]
    elapsed: Option<f64>,
    #[result(direction = "maximize", meaning_version = 2)]
    comparisons: Option<u64>,
    #[result]
    pause: Option<Duration>,
    #[result]
    position: Option<[f64; 3]>,
    #[result(units = "s")]
    wait: Option<Duration>,
}

fn domain(index: usize) -> Domain {
    (Sorting::SCHEMA.inputs[index].domain)().unwrap()
}

#[test]
fn the_schema_says_what_was_declared() {
    let schema = Sorting::SCHEMA;
    assert_eq!(
        (schema.name, schema.module, schema.package),
        ("Sorting", "derive", "bencher")
    );
    assert_eq!(schema.doc, "Cost of sorting.\n\nBy length.");
    assert_eq!(schema.version, 3);
    let inputs: Vec<_> = schema
        .inputs
        .iter()
        .map(|var| (var.name, var.doc, var.units, var.kind, var.role))
        .collect();
    assert_eq!(
        inputs,
        [
            (
                "len",
                "Number of elements",
                "elements",
                Kind::Uint(64),
                InputRole::Swept
            ),
            ("codec", "", "", Kind::Category, InputRole::Swept),
            ("presorted", "", "", Kind::Bool, InputRole::Swept),
            ("label", "", "", Kind::Text, InputRole::Swept),
            ("shift", "", "µs/日", Kind::Float(64), InputRole::Swept),
            ("seed", "", "s", Kind::Uint(64), InputRole::Constant),
        ]
    );
    let results: Vec<_> = schema
        .results
        .iter()
        .map(|var| {
            (
                var.name,
                var.units,
                var.kind,
                var.direction,
                var.timed,
                var.meaning_version,
            )
        })
        .collect();
    assert_eq!(
        results,
        [
            (
                "elapsed",
                "s",
                Kind::Float(64),
                Direction::Minimize,
                true,
                1
            ),
            (
                "comparisons",
                "",
                Kind::Uint(64),
                Direction::Maximize,
                false,
                2
            ),
            ("pause", "s", Kind::Seconds, Direction::None, false, 1),
            ("position", "", Kind::Vector(3), Direction::None, false, 1),
            ("wait", "s", Kind::Seconds, Direction::None, false, 1),
        ]
    );
    assert_eq!(sweep_type::<Sorting>(), "bencher (test)/derive::Sorting");
}

#[test]
fn options_become_the_domain() {
    let len = domain(0);
    let (low, high) = (Value::from(16), Value::from(1_000_000));
    assert_eq!(
        len.values,
        Values::Range {
            low,
            high,
            step: None
        }
    );
    assert_eq!((len.samples, len.scale), (Some(9), Scale::Log));
    let names = ["Raw", "Zstd", "zstd-fast"].map(Value::from).to_vec();
    assert_eq!(domain(1).values, Values::All(names));
    assert_eq!(
        domain(2).values,
        Values::All(vec![Value::Bool(true), Value::Bool(false)])
    );
    let listed = Values::Listed {
        values: vec!["a".into(), "b".into()],
        thin: true,
    };
    assert_eq!(domain(3).values, listed);
    assert_eq!(domain(3).default, Some("b".into()));
    let (low, high, step) = (Value::from(-1.5), Value::from(2.0), Some(Value::from(0.5)));
    assert_eq!(domain(4).values, Values::Range { low, high, step });
    let one = Values::Listed {
        values: vec![Value::from(7)],
        thin: false,
    };
    assert_eq!(
        (domain(5).values, domain(5).default),
        (one, Some(Value::from(7)))
    );
}

#[test]
fn variants_have_names_and_docs() {
    let variants = (Sorting::SCHEMA.inputs[1].variants)();
    let texts: Vec<_> = variants
        .iter()
        .map(|variant| (variant.name, variant.doc))
        .collect();
    let raw = ("Raw", "Nothing at all.\n\nThe base to compare with.");
    assert_eq!(texts, [raw, ("Zstd", ""), ("zstd-fast", "")]);
    for (index, codec) in [Codec::Raw, Codec::Zstd, Codec::ZstdFast]
        .into_iter()
        .enumerate()
    {
        assert_eq!(codec.index(), index);
        assert_eq!(Codec::build(index, &[]), Some(codec));
    }
    assert_eq!(Codec::build(3, &[]), None);
}

#[test]
fn the_baseline_has_defaults_first_values_and_constants() {
    let sorting = Sorting::baseline().unwrap();
    assert_eq!(
        (sorting.len, sorting.codec, sorting.presorted),
        (16, Codec::Raw, true)
    );
    assert_eq!(
        (sorting.label.as_str(), sorting.shift, sorting.seed),
        ("b", -1.5, 7)
    );
    assert!(sorting.cache.is_empty());
    assert_eq!(
        (sorting.elapsed, sorting.comparisons, sorting.pause),
        (None, None, None)
    );
}

#[test]
fn inputs_are_read_and_set_by_position() {
    let mut sorting = Sorting::baseline().unwrap();
    assert_eq!(sorting.input(0), Some(Value::from(16)));
    assert!(sorting.set_input(0, &Value::from(17)));
    assert_eq!(sorting.len, 17);
    assert!(sorting.set_input(1, &Value::from("zstd-fast")));
    assert_eq!(sorting.input(1), Some(Value::from("zstd-fast")));
    assert!(sorting.set_input(5, &Value::from(8)));
    assert_eq!(sorting.seed, 8);
    assert!(!sorting.set_input(0, &Value::from(-1)));
    assert!(!sorting.set_input(0, &Value::from("17")));
    assert!(!sorting.set_input(1, &Value::from("ZstdFast")));
    assert!(!sorting.set_input(6, &Value::from(1)));
    assert_eq!((sorting.len, sorting.input(6)), (17, None));
}

#[test]
fn results_are_taken_once() {
    let mut sorting = Sorting::baseline().unwrap();
    sorting.elapsed = Some(0.25);
    sorting.comparisons = Some(0);
    sorting.pause = Some(Duration::from_millis(1500));
    sorting.position = Some([1.0, 2.0, 3.0]);
    assert_eq!(sorting.take_result(0), Some(Value::from(0.25)));
    assert_eq!(sorting.take_result(0), None);
    assert_eq!(sorting.elapsed, None);
    assert_eq!(sorting.take_result(1), Some(Value::from(0)));
    assert_eq!(sorting.take_result(2), Some(Value::from(1.5)));
    assert_eq!(
        sorting.take_result(3),
        Some(Value::Vector([1.0, 2.0, 3.0].into()))
    );
    assert_eq!(sorting.take_result(4), None);
    assert_eq!(sorting.take_result(5), None);
}

#[test]
fn handles_know_their_position() {
    let inputs = [Sorting::LEN, Sorting::CODEC, Sorting::SEED];
    let positions = inputs.map(|input| format!("{input:?}"));
    for (text, index) in positions.iter().zip([0, 1, 5]) {
        assert!(
            text.contains(&format!("{:?}", Target::Index(index))),
            "{text}"
        );
    }
    let result: var::Output<Sorting> = Sorting::COMPARISONS;
    assert!(format!("{result:?}").contains("Index(1)"));
    let _: var::Constant<Sorting> = Sorting::CODEC.with_const(Codec::Zstd);
}

#[derive(ParametrizedSweep, Clone, Debug)]
struct Widths {
    #[sweep(values(-128, 127))]
    a: i8,
    #[sweep(bounds(-5, 5))]
    b: i16,
    #[sweep(pow2(0, 30))]
    c: i32,
    #[sweep(bounds(1, 4), samples = MANY)]
    d: i64,
    #[sweep(values(-170_141_183_460_469_231_731_687_303_715_884_105_728))]
    e: i128,
    #[sweep(bounds(-1, 1))]
    f: isize,
    #[sweep(bounds(0, 255))]
    g: u8,
    #[sweep(pow2(0, 15))]
    h: u16,
    #[sweep(bounds(1, LIMIT), default = LIMIT / 2, scale = "log")]
    i: u32,
    #[sweep(bounds(0, 18_446_744_073_709_551_615))]
    j: u64,
    #[sweep(pow2(0, 127))]
    k: u128,
    #[sweep(bounds(MANY, MANY * 2), max_subsampling_divisions = 4)]
    l: usize,
    #[sweep(bounds(0.1, 0.2))]
    m: f32,
    #[sweep(bounds(-f64::MAX, f64::MAX))]
    n: f64,
    #[sweep(bounds(f64::from(1_u8), 2.0))]
    called: f64,
    #[result]
    o: Option<i8>,
    #[result]
    p: Option<u128>,
    #[result]
    q: Option<f32>,
    #[result]
    r: Option<bool>,
    #[result]
    s: Option<String>,
}

#[test]
fn every_width_works() {
    let widths = Widths::baseline().unwrap();
    for (index, input) in Widths::SCHEMA.inputs.iter().enumerate() {
        let domain = (input.domain)().unwrap();
        assert_eq!(
            widths.input(index),
            domain.baseline(input.kind),
            "{}",
            input.name
        );
        assert!(
            widths
                .clone()
                .set_input(index, &widths.input(index).unwrap()),
            "{}",
            input.name
        );
    }
    assert_eq!(
        (widths.a, widths.e, widths.i, widths.l),
        (-128, i128::MIN, 500, 8)
    );
    let kinds: Vec<_> = Widths::SCHEMA.results.iter().map(|var| var.kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::Int(8),
            Kind::Uint(128),
            Kind::Float(32),
            Kind::Bool,
            Kind::Text
        ]
    );
}

/// A type with parameters, whose declaration reads them.
#[derive(ParametrizedSweep, Clone, Debug)]
struct Generic<T: bencher::var::SweepValue + Default, const N: usize = 2>
where
    T: PartialEq,
{
    #[sweep]
    level: T,
    #[sweep(bounds(1, N))]
    size: usize,
    #[sweep(bounds(0, Self::TOP))]
    own: u8,
    extra: Vec<[T; N]>,
    #[result]
    vector: Option<[f64; N]>,
}

impl<T: bencher::var::SweepValue + Default + PartialEq, const N: usize> Generic<T, N> {
    const TOP: u8 = 9;
}

#[test]
fn generics_are_part_of_the_identity() {
    type Wide = Generic<Codec, 2>;
    assert_eq!(
        sweep_type::<Wide>(),
        "bencher (test)/derive::Generic<derive::Codec, 2>"
    );
    assert_eq!(
        sweep_type::<Generic<bool, 2>>(),
        "bencher (test)/derive::Generic<bool, 2>"
    );
    assert_eq!(Wide::SCHEMA.inputs[0].kind, Kind::Category);
    assert_eq!(Wide::SCHEMA.results[0].kind, Kind::Vector(2));
    let wide = Wide::baseline().unwrap();
    assert_eq!(
        (wide.level, wide.size, wide.own, wide.extra.len()),
        (Codec::Raw, 1, 0, 0)
    );
    let _: var::Input<Wide> = Wide::LEVEL;
    // What only the run time can see, it says.
    assert!(Generic::<bool, 0>::baseline().is_err());
}

mod visible {
    use bencher::ParametrizedSweep;

    /// A sweep with fields of every visibility.
    #[derive(ParametrizedSweep, Clone)]
    pub(crate) struct Open {
        /// Seen by all.
        #[sweep(pow2(0, 3))]
        pub seen: u8,
        #[sweep]
        pub(crate) near: bool,
        #[result]
        pub outcome: Option<bool>,
    }
}

#[test]
fn a_handle_is_as_visible_as_its_field() {
    let _ = (
        visible::Open::SEEN,
        visible::Open::NEAR,
        visible::Open::OUTCOME,
    );
}

#[test]
fn works_in_a_function() {
    const STEP: f64 = 0.5;
    #[derive(ParametrizedSweep, Clone, Default)]
    struct Local {
        #[sweep(bounds(0.0, 1.0), step = STEP)]
        x: f64,
        #[result]
        y: Option<f64>,
    }
    let mut local = Local { x: 2.0, y: None };
    assert_eq!(local.input(0), Some(Value::from(2.0)));
    assert_eq!(
        (Local::baseline().unwrap().x, local.take_result(0)),
        (0.0, None)
    );
}

#[test]
fn works_through_a_macro() {
    macro_rules! declare {
        ($name:ident, $ty:ty, $low:expr, $high:expr, $out:ty) => {
            #[derive(ParametrizedSweep, Clone)]
            struct $name {
                #[sweep(bounds($low, $high))]
                x: $ty,
                #[result]
                y: $out,
            }
        };
    }
    declare!(Made, u8, 1 + 1, u8::MAX, Option<f64>);
    assert_eq!(Made::baseline().unwrap().x, 2);
    assert!(Made::baseline().unwrap().y.is_none());
}

fn one_port_twice() -> Vec<u16> {
    vec![80, 443, 80]
}

#[derive(ParametrizedSweep, Clone)]
struct Impossible {
    #[sweep(values_from = one_port_twice)]
    port: u16,
    #[result]
    open: Option<bool>,
}

#[test]
fn an_impossible_domain_names_its_input() {
    let error = Impossible::baseline().map(|_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "input `port`: the value 80 is listed twice"
    );
}
