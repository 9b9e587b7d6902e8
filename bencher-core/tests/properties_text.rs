//! Values and inputs as text: whatever is written, they are read as a naive model reads them, or
//! refused.

use std::time::Duration;

use bencher_core::plan::{InputOverride, OverrideError, Plan, PlanError, SweepChoice};
use bencher_core::space::{Axis, Density};
use bencher_core::value::{Kind, Value};
use bencher_core::var::{
    Domain, DomainError, DomainOf, InputRole, InputVar, ParametrizedSweep, Schema, SweepNumber,
    SweepValue, Variant,
};
use jiff::Timestamp;
use proptest::prelude::*;

/// An input of every kind that the command line can give.
#[derive(Clone, Debug)]
struct Every;

const fn variant(name: &'static str, params: &'static [InputVar]) -> Variant {
    Variant {
        name,
        doc: "",
        params,
    }
}

const fn input(
    name: &'static str,
    kind: Kind,
    domain: fn() -> Result<Domain, DomainError>,
    variants: fn() -> &'static [Variant],
) -> InputVar {
    InputVar {
        name,
        doc: "",
        units: "",
        kind,
        role: InputRole::Swept,
        domain,
        variants,
    }
}

fn zero_to_nine<T: SweepNumber<Literal = T> + From<u8>>() -> Result<Domain, DomainError> {
    DomainOf::<T>::new().bounds(0.into(), 9.into()).finish()
}

const PLAIN: &[Variant] = &[variant("Quick", &[]), variant("Radix", &[])];

const WITH_INPUTS: &[Variant] = &[
    variant("Raw", &[]),
    variant(
        "Zstd",
        &[
            input("level", i16::KIND, zero_to_nine::<i16>, || &[]),
            input(
                "dictionary",
                bool::KIND,
                || DomainOf::<bool>::new().finish(),
                || &[],
            ),
        ],
    ),
];

impl ParametrizedSweep for Every {
    const SCHEMA: Schema = Schema {
        name: "Every",
        module: "",
        package: "",
        target: bencher_core::var::CargoTarget::Unknown,
        doc: "",
        version: 1,
        inputs: &[
            input("int", i16::KIND, zero_to_nine::<i16>, || &[]),
            input("wide", u128::KIND, zero_to_nine::<u128>, || &[]),
            input("float", f64::KIND, zero_to_nine::<f64>, || &[]),
            input("narrow", f32::KIND, zero_to_nine::<f32>, || &[]),
            input(
                "truth",
                bool::KIND,
                || DomainOf::<bool>::new().finish(),
                || &[],
            ),
            input(
                "text",
                String::KIND,
                || DomainOf::<String>::new().values(["x"]).finish(),
                || &[],
            ),
            input(
                "span",
                Duration::KIND,
                || {
                    let ends = (Duration::ZERO, Duration::from_secs(9));
                    DomainOf::<Duration>::new().bounds(ends.0, ends.1).finish()
                },
                || &[],
            ),
            input(
                "moment",
                Timestamp::KIND,
                || {
                    let ends = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
                    DomainOf::<Timestamp>::new().bounds(ends.0, ends.1).finish()
                },
                || &[],
            ),
            input(
                "variant",
                Kind::Category,
                || DomainOf::<String>::new().values(["Quick"]).finish(),
                || PLAIN,
            ),
            input(
                "branch",
                Kind::Category,
                || DomainOf::<String>::new().values(["Raw"]).finish(),
                || WITH_INPUTS,
            ),
        ],
        results: &[],
    };

    fn baseline() -> Result<Self, DomainError> {
        Ok(Self)
    }

    fn input(&self, _: usize) -> Option<Value> {
        Some(Value::from(0))
    }

    /// Whether the field's type takes the value.
    fn set_input(&mut self, index: usize, value: &Value) -> bool {
        match index {
            0 => i16::from_value(value).is_some(),
            1 => u128::from_value(value).is_some(),
            2 => f64::from_value(value).is_some(),
            3 => f32::from_value(value).is_some(),
            4 => bool::from_value(value).is_some(),
            5 => String::from_value(value).is_some(),
            6 => Duration::from_value(value).is_some(),
            7 => Timestamp::from_value(value).is_some(),
            _ => value.as_str().is_some() || value.as_item().is_some(),
        }
    }

    fn take_result(&mut self, _: usize) -> Option<Value> {
        None
    }
}

const NAMES: [&str; 10] = [
    "int", "wide", "float", "narrow", "truth", "text", "span", "moment", "variant", "branch",
];

/// The axis of an input whose values are given as text.
fn axis(given: &InputOverride, density: Density) -> Result<Axis, Box<PlanError>> {
    let choice = SweepChoice {
        inputs: Some(vec![given.name.clone().into()]),
        ..SweepChoice::default()
    };
    let plan = Plan::new(&Every, &choice, std::slice::from_ref(given), density, 1, "");
    let plan = plan.map_err(Box::new)?;
    Ok(plan.space().axes()[0].clone())
}

/// The values that `name=written` gives, or the error as it is told.
fn given(name: &str, written: &str) -> Result<Vec<Value>, String> {
    let given: InputOverride = format!("{name}={written}").parse()?;
    let axis = axis(&given, Density::default()).map_err(|error| error.to_string())?;
    Ok(axis.levels.iter().collect())
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Bool),
        Just(Kind::Text),
        Just(Kind::Category),
        Just(Kind::Seconds),
        any::<u16>().prop_map(Kind::Vector),
        prop::sample::select(vec![Kind::Float(32), Kind::Float(64)]),
        prop::sample::select(vec![8_u8, 16, 32, 64, 128]).prop_map(Kind::Int),
        prop::sample::select(vec![8_u8, 16, 32, 64, 128]).prop_map(Kind::Uint),
        Just(Kind::DateTime),
        prop::sample::select(vec![
            Kind::Item,
            Kind::File,
            Kind::Image,
            Kind::Video,
            Kind::Table
        ]),
    ]
}

/// Text that is nearly a number, a list or a range, and any other.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[-+0-9._eE]{0,12}",
        "[-+0-9._eE,:/= ]{0,24}",
        "-?[0-9]{1,40}(\\.\\.=?-?[0-9]{1,40})?(/[0-9.]{0,5})?(:[0-9]{0,20})?",
        "(true|false|NaN|inf|-inf|Quick|Radix|[0-9]{1,3} ?(ms|s|h|m|us|ns))",
        "[0-9]{1,3}(\\.[0-9]{1,12})?(e-[0-9]{1,2})?(\\.\\.[0-9]{1,3}(:[0-9]{1,2})?)?",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]{0,8}Z?)?",
        "20[0-9]{2}-0[1-9]-1[0-9]T1[0-9]:00:00Z\\.\\.20[0-9]{2}-0[1-9]-1[0-9]T1[0-9]:00:00Z(:[0-9]{1,5})?(/[0-9hms]{1,3})?",
        "(Raw|Zstd)? ?\\(?((level|dictionary|size)=[0-9a-z]{0,4},?){0,3}\\)?",
        "\\PC{0,20}",
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn any_text_is_a_value_of_its_kind_or_none(kind in kinds(), text in texts()) {
        let value = kind.parse(&text);
        if let Some(value) = &value {
            prop_assert_eq!(kind.canonical(value), Some(value.clone()));
        }
        prop_assert_eq!(kind.parse(&format!(" {text}\t")), value, "space around does not matter");
    }

    #[test]
    fn any_text_gives_an_input_its_values_or_an_error(
        name in prop::sample::select(&NAMES[..]), written in texts(), subsampling_divisions in 0_u8..=12,
    ) {
        let Ok(given) = format!("{name}={written}").parse::<InputOverride>() else {
            prop_assert_eq!(written.trim(), "", "all else is known once there is an input");
            return Ok(());
        };
        prop_assert_eq!(&given.name, name);
        let again: InputOverride = given.to_string().parse().unwrap();
        prop_assert_eq!(&again, &given);
        let (index, var) = Every::SCHEMA.input(name).unwrap();
        match axis(&given, Density { subsampling_divisions, samples_per_var: None }) {
            Ok(axis) => {
                let last = axis.levels.len() - 1;
                for position in [0, 1, last / 2, last] {
                    let Some(value) = axis.levels.get(position) else {
                        prop_assert!(position > last);
                        continue;
                    };
                    prop_assert_eq!(var.kind.canonical(&value), Some(value.clone()));
                    prop_assert!(Every.set_input(index, &value), "{value}");
                    if var.kind == Kind::Seconds {
                        let runs_with = Duration::from_value(&value).map(|time| time.to_value());
                        prop_assert_eq!(runs_with, Some(value.clone()));
                    }
                    prop_assert!(value.as_f64().is_none_or(f64::is_finite));
                }
            }
            Err(error) => {
                prop_assert!(error.is_usage());
                prop_assert!(error.to_string().starts_with(&format!("input values `{given}`: ")), "{error}");
            }
        }
    }

    #[test]
    fn names_are_looked_up(text in texts()) {
        if let Ok(given) = text.parse::<InputOverride>() {
            prop_assert!(text.contains('='));
            let known = NAMES.contains(&given.name.as_str());
            let plan = Plan::new(&Every, &SweepChoice::default(), &[given], Density::default(), 1, "");
            let unknown = matches!(plan, Err(PlanError::Override { source: OverrideError::Unknown(_), .. }));
            prop_assert_eq!(unknown, !known);
        }
    }
}

proptest! {
    #[test]
    fn values_read_back(kind in kinds(), i: i128, u: u128, x: f64, b: bool, text in "[a-z]([a-z ]{0,8}[a-z])?") {
        let values = [Value::from(i), Value::from(i >> 64), Value::from(i % 300), Value::from(u), Value::from(x), Value::from(b), Value::from(text)];
        for value in values {
            let Some(value) = kind.canonical(&value) else { continue };
            if kind == Kind::DateTime && jiff_cannot_show(&value) {
                continue;
            }
            prop_assert_eq!(kind.parse(&value.to_string()), Some(value), "{:?}", kind);
        }
    }

    #[test]
    fn digits_may_be_grouped(i: i64, at in 1_usize..10) {
        let digits = i.unsigned_abs().to_string();
        let at = at.min(digits.len());
        let sign = if i < 0 { "-" } else { "" };
        let grouped = format!("{sign}{}_{}", &digits[..at], &digits[at..]);
        prop_assert_eq!(i64::KIND.parse(&grouped), Some(Value::from(i)));
        prop_assert_eq!(i64::KIND.parse(&format!("_{digits}")), None);
    }

    #[test]
    fn lists_are_taken_as_written(mut list in prop::collection::vec(any::<i16>(), 1..20), space in " {0,2}") {
        let written: Vec<String> = list.iter().map(i16::to_string).collect();
        let found = given("int", &written.join(&format!("{space},{space}")));
        let expected: Vec<Value> = list.iter().copied().map(Value::from).collect();
        list.sort_unstable();
        if list.windows(2).any(|pair| pair[0] == pair[1]) {
            prop_assert!(found.unwrap_err().contains("is listed twice"));
        } else {
            prop_assert_eq!(found, Ok(expected));
        }
    }

    #[test]
    fn ranges_are_those_of_a_loop(low in -300_i16..300, high in -300_i16..300, step in 1_i16..40, samples in 2_usize..40, equals: bool) {
        let range = format!("{low}..{}{high}", if equals { "=" } else { "" });
        if low > high {
            prop_assert!(given("int", &range).unwrap_err().contains("above the high bound"));
            return Ok(());
        }
        let every: Vec<Value> = (low..=high).map(Value::from).collect();
        prop_assert_eq!(given("int", &range), Ok(every));
        let stepped: Vec<Value> = (low..=high).step_by(step.unsigned_abs().into()).map(Value::from).collect();
        prop_assert_eq!(given("int", &format!("{range}/{step}")), Ok(stepped));
        if low < high {
            let found = given("int", &format!("{range}:{samples}")).unwrap();
            let count = usize::try_from(high - low).unwrap() + 1;
            prop_assert_eq!(found.len(), samples.min(count));
            prop_assert_eq!(found.first(), Some(&Value::from(low)));
            prop_assert_eq!(found.last(), Some(&Value::from(high)));
        }
    }

    #[test]
    fn beyond_the_type_is_refused(i in any::<i64>().prop_filter("fits", |i| i16::try_from(*i).is_err())) {
        let error = given("int", &i.to_string()).unwrap_err();
        prop_assert_eq!(error, format!("input values `int={i}`: `{i}` is not an integer from -32768 to 32767 (i16)"));
    }

    #[test]
    fn no_duration_is_below_zero(seconds in -1e300..-1e-300_f64, step: bool) {
        let written = if step { format!("{seconds}..1") } else { format!("0,{seconds}") };
        let error = given("span", &written).unwrap_err();
        prop_assert_eq!(
            error,
            format!("input values `span={written}`: `{seconds}` is not a duration of 0 or more in whole nanoseconds, such as 250ms or 1.5 (seconds)")
        );
    }

    #[test]
    fn no_duration_has_parts_of_a_nanosecond(whole in 0_u32..1_000_000, part in "[0-9]{1,6}[1-9]", unit in 0_usize..3) {
        let written = match unit {
            0 => format!("{whole}.{part}e-9"),
            1 => format!("0.000{whole:06}{part}"),
            _ => format!("{whole}.{part}ns"),
        };
        let error = given("span", &written).unwrap_err();
        prop_assert!(error.contains("in whole nanoseconds"), "{error}");
        let whole = format!("{whole}e-9");
        prop_assert!(given("span", &whole).is_ok(), "{whole}");
    }

    #[test]
    fn only_variants_name_variants(text in "[A-Za-z]{1,6}|Quick|Radix") {
        let found = given("variant", &text);
        if PLAIN.iter().any(|variant| variant.name == text) {
            prop_assert_eq!(found, Ok(vec![Value::from(text)]));
        } else {
            let error = found.unwrap_err();
            let plain = format!("input values `variant={text}`: `{text}` is not one of Quick, Radix");
            let advice = error.strip_prefix(&plain);
            prop_assert!(advice.is_some_and(|rest| rest.is_empty() || rest.starts_with("; did you mean `")), "{error}");
        }
    }
}

/// Moments beyond the calendar are shown as a number of nanoseconds.
fn jiff_cannot_show(moment: &Value) -> bool {
    moment.to_string().contains("ns since 1970")
}
