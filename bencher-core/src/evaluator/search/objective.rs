use std::collections::BTreeMap;
use std::fmt::Display;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::value::to_json_or_text;

/// The text in place of the objective, for a job that has none.
///
/// ```
/// assert_eq!(bencher_core::evaluator::FAILURE, "F");
/// ```
pub const FAILURE: &str = "F";

/// The worth of a job: one finite number or several, with metadata.
///
/// ```
/// use bencher_core::evaluator::{IntoObjective, Objective};
/// let objective = Objective::new((0.93, 12)).with("epochs", 40);
/// assert_eq!(objective.values, [0.93, 12.0]);
/// assert_eq!(objective.metadata["epochs"], 40);
/// assert!(Objective::new(f64::NAN).into_objective().is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// The numbers of the objective.
    pub values: Vec<f64>,
    /// The metadata, by name.
    pub metadata: BTreeMap<String, Json>,
}

impl Objective {
    /// Makes an objective of one number, or of several.
    pub fn new(values: impl Numbers) -> Self {
        Self {
            values: values.numbers(),
            metadata: BTreeMap::new(),
        }
    }

    /// Adds metadata, as JSON. A value with NaN, an infinity or an integer of more than 64 bits is kept as text
    /// (`"NaN"`, `"[1.0,inf]"`), since JSON has no such numbers. A value that cannot be serialized is dropped.
    pub fn with(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        if let Ok(value) = to_json_or_text(&value) {
            self.metadata.insert(name.into(), value);
        }
        self
    }

    /// The first number, which most searches use alone.
    pub fn first(&self) -> Option<f64> {
        self.values.first().copied()
    }
}

/// A return type of a run function.
///
/// | returned | meaning |
/// |---|---|
/// | a number, `true`, `false` | that number, 1, 0 |
/// | a tuple, an array, a `Vec` of numbers | one objective for each number |
/// | an [`Objective`] | itself, with its metadata |
/// | a JSON value | a number, a list of them, `{"objective": …, "metadata": {…}}`, or the same with `output` for `objective` |
/// | `Some`, `Ok` | its content |
/// | `None`, JSON's `null`, an empty list | a failed job: it has no result |
/// | `Err` | a failed job, with the error's text |
/// | a number anywhere that is not finite | a failed job, whose error names the number |
///
/// ```
/// use bencher_core::evaluator::IntoObjective;
/// assert_eq!((1, true).into_objective()?.values, [1.0, 1.0]);
/// assert_eq!(Ok::<f64, String>(0.5).into_objective()?.values, [0.5]);
/// let output = serde_json::json!({"output": 4, "metadata": {"z": 1}}).into_objective()?;
/// assert_eq!((output.values, &output.metadata["z"]), (vec![4.0], &1.into()));
/// assert_eq!(None::<f64>.into_objective().unwrap_err(), "the job returned no result");
/// let error = (1.0, f64::NAN).into_objective().unwrap_err();
/// assert_eq!(error, "objective 2 of 2 is NaN, which is not a finite number");
/// # Ok::<(), String>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an objective",
    label = "the run function returns this",
    note = "return a number, a bool, a tuple, an array or a `Vec` of numbers, an `Objective`, or any of \
            these in an `Option` or a `Result`"
)]
pub trait IntoObjective {
    /// Converts to the objective, or to the reason why there is none.
    ///
    /// # Errors
    /// Where the result is missing, is an error, or holds a number that is not finite.
    fn into_objective(self) -> Result<Objective, String>;
}

/// A number of any kind, or a bool.
///
/// ```
/// use bencher_core::evaluator::Number;
/// assert_eq!((7_u8.number(), true.number()), (7.0, 1.0));
/// ```
pub trait Number {
    /// The nearest float.
    fn number(self) -> f64;
}

/// One number or several.
///
/// ```
/// use bencher_core::evaluator::Numbers;
/// assert_eq!((0.5, 3, true).numbers(), [0.5, 3.0, 1.0]);
/// ```
pub trait Numbers {
    /// The numbers in their order.
    fn numbers(self) -> Vec<f64>;
}

macro_rules! numbers {
    ($number:expr; $($kind:ty)*) => {$(
        impl Number for $kind {
            fn number(self) -> f64 {
                let number: fn($kind) -> f64 = $number;
                number(self)
            }
        }
        impl Numbers for $kind {
            fn numbers(self) -> Vec<f64> {
                vec![self.number()]
            }
        }
        from_numbers!([] $kind);
    )*};
}

macro_rules! from_numbers {
    ([$($generics:tt)*] $kind:ty) => {
        impl<$($generics)*> IntoObjective for $kind {
            fn into_objective(self) -> Result<Objective, String> {
                Objective::new(self).into_objective()
            }
        }
    };
}

macro_rules! tuples {
    ($(($($name:ident)*))*) => {$(
        impl<$($name: Number),*> Numbers for ($($name,)*) {
            #[expect(non_snake_case, reason = "each is named as its type is")]
            fn numbers(self) -> Vec<f64> {
                let ($($name,)*) = self;
                vec![$($name.number()),*]
            }
        }
        from_numbers!([$($name: Number),*] ($($name,)*));
    )*};
}

numbers!(f64::from; f64 f32 i8 i16 i32 u8 u16 u32 bool);
numbers!(|number| number as f64; i64 i128 isize u64 u128 usize);
tuples!((A)(A B)(A B C)(A B C D)(A B C D E)(A B C D E F)(A B C D E F G)(A B C D E F G H));

impl<T: Number> Numbers for Vec<T> {
    fn numbers(self) -> Vec<f64> {
        self.into_iter().map(Number::number).collect()
    }
}
from_numbers!([T: Number] Vec<T>);

impl<T: Number, const N: usize> Numbers for [T; N] {
    fn numbers(self) -> Vec<f64> {
        self.into_iter().map(Number::number).collect()
    }
}
from_numbers!([T: Number, const N: usize] [T; N]);

const MISSING: &str = "the job returned no result";

impl IntoObjective for Objective {
    fn into_objective(self) -> Result<Objective, String> {
        let count = self.values.len();
        let mut numbered = self.values.iter().zip(1..);
        match numbered.find(|(value, _)| !value.is_finite()) {
            _ if count == 0 => Err(MISSING.to_owned()),
            None => Ok(self),
            Some((value, _)) if count == 1 => Err(format!(
                "the objective is {value}, which is not a finite number"
            )),
            Some((value, n)) => Err(format!(
                "objective {n} of {count} is {value}, which is not a finite number"
            )),
        }
    }
}

impl<T: IntoObjective> IntoObjective for Option<T> {
    fn into_objective(self) -> Result<Objective, String> {
        self.ok_or_else(|| MISSING.to_owned())?.into_objective()
    }
}

impl<T: IntoObjective, E: Display> IntoObjective for Result<T, E> {
    fn into_objective(self) -> Result<Objective, String> {
        self.map_err(|error| error.to_string())?.into_objective()
    }
}

impl IntoObjective for Json {
    fn into_objective(self) -> Result<Objective, String> {
        match self {
            Self::Object(mut fields) => {
                let output = fields.remove("output");
                let Some(objective) = fields.remove("objective").or(output) else {
                    return Err(
                        "the job returned an object without an `objective` or an `output`"
                            .to_owned(),
                    );
                };
                let mut objective = objective.into_objective()?;
                match fields.remove("metadata") {
                    None | Some(Self::Null) => {}
                    Some(Self::Object(metadata)) => objective.metadata.extend(metadata),
                    Some(other) => {
                        return Err(format!("its `metadata` is {other}, but must be an object"));
                    }
                }
                Ok(objective)
            }
            Self::Array(items) => {
                let numbers: Result<Vec<f64>, String> = items.iter().map(json_number).collect();
                numbers?.into_objective()
            }
            Self::Null => None::<f64>.into_objective(),
            one => json_number(&one)?.into_objective(),
        }
    }
}

fn json_number(item: &Json) -> Result<f64, String> {
    let number = item.as_f64().or_else(|| item.as_bool().map(f64::from));
    number.ok_or_else(|| format!("the job returned {item}, which is not a number"))
}
