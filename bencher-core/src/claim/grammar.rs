//! The text of a claim: `[STATISTIC] OPERATOR VALUE [UNIT]`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::dataset::converted;
use crate::value::{Kind, Value};

use super::error::ClaimError;

/// An assertion on a result: `< 0.7`, `median <= 5 ms`, `p95 < 2 KiB`, `== true`.
///
/// ```
/// use bencher_core::claim::{ClaimStatistic, ResultClaim};
/// let claim: ResultClaim = "p99.9 <= 5 ms".parse()?;
/// assert_eq!(claim.statistic(), ClaimStatistic::Quantile(0.999));
/// assert_eq!(claim.to_string(), "p99.9 <= 5 ms");
/// let error = "avg < 3".parse::<ResultClaim>().unwrap_err();
/// assert!(error.to_string().starts_with("there is no statistic `avg`"));
/// # Ok::<(), bencher_core::claim::ClaimError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ResultClaim {
    text: String,
    statistic: ClaimStatistic,
    pub(super) operator: Operator,
    value: ClaimValue,
}

/// Which number of a point a claim is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ClaimStatistic {
    /// Not written: every sample; of a measured time, and of a value computed from one, the centre.
    Unwritten,
    /// `worst`: every sample, every round of a time.
    Worst,
    /// `mean`: the mean of the samples, the share of truth values that are true, the centre of a time.
    Mean,
    /// `median`, `p95`: a quantile of the samples, as a share above 0 and below 1.
    Quantile(f64),
}

/// A comparison with the value of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Less,
    AtMost,
    Greater,
    AtLeast,
    Equal,
    Different,
}

/// What a claim compares with, as it was written.
#[derive(Clone, Debug, PartialEq)]
enum ClaimValue {
    Truth(bool),
    Number {
        number: f64,
        /// The number, where it is written as a whole one.
        integer: Option<i128>,
        unit: String,
    },
}

/// The right side of a claim about one result, in the unit of the result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limit {
    pub(super) operator: Operator,
    pub(super) number: f64,
    integer: Option<i128>,
}

impl Operator {
    /// The longest first.
    const ALL: [Self; 6] = [
        Self::AtMost,
        Self::AtLeast,
        Self::Equal,
        Self::Different,
        Self::Less,
        Self::Greater,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Equal => "==",
            Self::Different => "!=",
        }
    }

    /// Whether the comparison is with an end of the values.
    pub(super) const fn is_ordered(self) -> bool {
        !matches!(self, Self::Equal | Self::Different)
    }

    /// Whether larger values are nearer to a violation.
    pub(super) const fn is_upper(self) -> bool {
        matches!(self, Self::Less | Self::AtMost)
    }

    /// Whether a value that stands so to the limit satisfies it. A value without an order, which NaN is, does not.
    fn accepts(self, order: Option<Ordering>) -> bool {
        let Some(order) = order else {
            return self == Self::Different;
        };
        match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Equal => order.is_eq(),
            Self::Different => order.is_ne(),
        }
    }
}

impl Limit {
    /// Whether a value satisfies the claim. Whole numbers are compared exactly.
    pub(super) fn accepts(&self, value: &Value) -> bool {
        let order = match (value, self.integer) {
            (Value::Int(value), Some(limit)) => Some(value.cmp(&limit)),
            // Larger than every `i128`.
            (Value::Big(_), Some(_)) => Some(Ordering::Greater),
            _ => return value.as_f64().is_some_and(|x| self.accepts_number(x)),
        };
        self.operator.accepts(order)
    }

    /// Whether a number satisfies the claim.
    pub(super) fn accepts_number(&self, x: f64) -> bool {
        self.operator.accepts(x.partial_cmp(&self.number))
    }
}

impl ResultClaim {
    /// Which number of a point it is about.
    pub const fn statistic(&self) -> ClaimStatistic {
        self.statistic
    }

    /// Whether it is about every sample, if the result is no time.
    pub(crate) const fn is_of_samples(&self) -> bool {
        matches!(
            self.statistic,
            ClaimStatistic::Unwritten | ClaimStatistic::Worst
        )
    }

    /// The right side of a claim. `is_time` says that the claim is about the centre of times if it
    /// names no statistic.
    pub(super) fn limit(
        &self,
        kind: Kind,
        units: &str,
        is_time: bool,
    ) -> Result<Limit, ClaimError> {
        let is_truth = kind == Kind::Bool;
        if !(is_truth || kind.is_numeric()) {
            return Err(ClaimError::Kind { kind: kind.name() });
        }
        let is_share = is_truth && self.statistic == ClaimStatistic::Mean;
        let is_of_samples = match self.statistic {
            ClaimStatistic::Unwritten => !is_time,
            ClaimStatistic::Worst => true,
            ClaimStatistic::Mean | ClaimStatistic::Quantile(_) => false,
        };
        let misfit = |reason| ClaimError::Operator {
            operator: self.operator.name(),
            reason,
        };
        if !is_of_samples && !self.operator.is_ordered() {
            return Err(misfit(
                "the samples give bounds of this number, which no single number equals; use `<`, `<=`, `>` or `>=`",
            ));
        }
        match (&self.value, is_truth) {
            (ClaimValue::Truth(_), false) => {
                Err(ClaimError::Mixed("the result is a number; write one"))
            }
            (ClaimValue::Truth(_), true) if !is_of_samples => Err(ClaimError::Mixed(
                "a share of truth values is a number, as in `mean >= 99 %`",
            )),
            (ClaimValue::Truth(_), true) if self.operator.is_ordered() => {
                Err(misfit("truth values have no order; use `==` or `!=`"))
            }
            (ClaimValue::Truth(truth), true) => Ok(Limit {
                operator: self.operator,
                number: f64::from(u8::from(*truth)),
                integer: None,
            }),
            (ClaimValue::Number { .. }, true) if !is_share => Err(ClaimError::Mixed(
                "the result is a truth value; write `== true`, or `mean >= 99 %` for the share that is true",
            )),
            (
                ClaimValue::Number {
                    number,
                    integer,
                    unit,
                },
                _,
            ) => {
                let has_unit = !unit.is_empty();
                let number = if has_unit {
                    converted(*number, unit, units).ok_or_else(|| ClaimError::Unit {
                        given: unit.clone(),
                        units: units.to_owned(),
                    })?
                } else {
                    *number
                };
                Ok(Limit {
                    operator: self.operator,
                    number: if kind == Kind::Float(32) {
                        nearest_f32(number)
                    } else {
                        number
                    },
                    integer: integer.filter(|_| !has_unit),
                })
            }
        }
    }
}

/// The value of the literal that a field of type `f32` would be set to.
#[expect(clippy::cast_possible_truncation, reason = "rounding is what is meant")]
fn nearest_f32(number: f64) -> f64 {
    f64::from(number as f32)
}

impl fmt::Display for ResultClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for ResultClaim {
    type Err = ClaimError;

    fn from_str(text: &str) -> Result<Self, ClaimError> {
        let at = text.find(['<', '>', '=', '!']);
        let (head, rest) = text.split_at(at.ok_or(ClaimError::NoOperator)?);
        let operator = Operator::ALL.into_iter();
        let mut operator = operator.filter_map(|one| Some((one, rest.strip_prefix(one.name())?)));
        let (operator, value) = operator.next().ok_or(ClaimError::NoOperator)?;
        let (head, value) = (head.trim(), value.trim());
        let statistic = statistic(head)?;
        let parts = [head, operator.name(), value];
        let words = parts.iter().flat_map(|part| part.split_whitespace());
        Ok(Self {
            text: words.collect::<Vec<_>>().join(" "),
            statistic,
            operator,
            value: claim_value(value)?,
        })
    }
}

fn statistic(head: &str) -> Result<ClaimStatistic, ClaimError> {
    let quantile = |percent: &str| {
        let is_plain = percent.chars().all(|c| c.is_ascii_digit() || c == '.');
        // A division by 100 would round once more.
        let share: f64 = format!("{percent}e-2").parse().ok().filter(|_| is_plain)?;
        (0.0 < share && share < 1.0).then_some(ClaimStatistic::Quantile(share))
    };
    let found = match head {
        "" => Some(ClaimStatistic::Unwritten),
        "worst" => Some(ClaimStatistic::Worst),
        "mean" => Some(ClaimStatistic::Mean),
        "median" => Some(ClaimStatistic::Quantile(0.5)),
        _ => head.strip_prefix('p').and_then(quantile),
    };
    found.ok_or_else(|| ClaimError::Statistic {
        given: head.to_owned(),
    })
}

fn claim_value(text: &str) -> Result<ClaimValue, ClaimError> {
    if let Ok(truth) = text.parse() {
        return Ok(ClaimValue::Truth(truth));
    }
    let wrong = || ClaimError::Value {
        given: text.to_owned(),
    };
    let is_number = |c: char| c.is_ascii_digit() || "+-._eE".contains(c);
    let end = text.find(|c| !is_number(c)).unwrap_or(text.len());
    // `5eV` is five electronvolts: what stands behind the longest number is the unit.
    let numbers = (1..=end).rev().filter_map(|end| {
        let (digits, unit) = text.split_at_checked(end)?;
        let plain = digits.replace('_', "");
        Some((plain.parse::<f64>().ok()?, plain.parse().ok(), unit.trim()))
    });
    let found = numbers.into_iter().next();
    let (number, integer, unit) = found.ok_or_else(wrong)?;
    let is_unit = |c: char| !c.is_ascii_digit() && !"<>=!".contains(c);
    if !number.is_finite() || !unit.chars().all(is_unit) {
        return Err(wrong());
    }
    Ok(ClaimValue::Number {
        number,
        integer,
        unit: unit.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(text: &str, kind: Kind, units: &str) -> Result<Limit, ClaimError> {
        text.parse::<ResultClaim>()?.limit(kind, units, false)
    }

    #[test]
    fn texts_are_read() {
        for (text, printed, number) in [
            ("<0.7", "< 0.7", 0.7),
            ("  p95  <=  1_000", "p95 <= 1_000", 1000.0),
            ("median>-2e3", "median > -2e3", -2000.0),
            ("!= 5", "!= 5", 5.0),
            ("worst < .5", "worst < .5", 0.5),
            ("mean < 3", "mean < 3", 3.0),
        ] {
            let claim: ResultClaim = text.parse().unwrap();
            assert_eq!(claim.to_string(), printed);
            let found = claim.limit(Kind::Float(64), "", false).unwrap();
            assert!((found.number - number).abs() < 1e-12, "{text}: {found:?}");
        }
        let quantile = |text: &str| text.parse::<ResultClaim>().unwrap().statistic();
        assert_eq!(quantile("p99.9 < 1"), ClaimStatistic::Quantile(0.999));
        assert_eq!(quantile("median < 1"), quantile("p50 < 1"));
    }

    #[test]
    fn units_are_converted_exactly() {
        for (text, units, number) in [
            ("< 5 ms", "s", 0.005_f64),
            ("< 5ms", "s", 0.005),
            ("< 5", "s", 5.0),
            ("> 2 KiB", "B", 2048.0),
            ("> 1 MiB/s", "B/s", 1_048_576.0),
            ("< 70 %", "", 0.7),
            ("< 5 eV", "eV", 5.0),
            ("< 5eV", "eV", 5.0),
        ] {
            let found = limit(text, Kind::Float(64), units).unwrap();
            assert_eq!(found.number.to_bits(), number.to_bits(), "{text}");
        }
        let error = limit("< 5 kg", Kind::Seconds, "s").unwrap_err();
        let text =
            "`kg` is not converted to the unit of the result, `s`; write the value in that unit";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn mistakes_are_named() {
        for (text, part) in [
            ("0.7", "as in `< 0.7`"),
            ("avg < 1", "no statistic `avg`"),
            ("p0 < 1", "no statistic `p0`"),
            ("p100 < 1", "no statistic `p100`"),
            ("p < 1", "no statistic `p`"),
            ("= 1", "as in `< 0.7`"),
            ("< fast", "`fast` is no number"),
            ("< ", "`` is no number"),
            ("< inf", "`inf` is no number"),
            ("< 1e999", "`1e999` is no number"),
            ("< 1 < 2", "`1 < 2` is no number"),
            ("< 1 2", "`1 2` is no number"),
            ("median == 1", "`==` does not fit"),
            ("== true", "the result is a number"),
        ] {
            let error = limit(text, Kind::Float(64), "").unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
        for (text, part) in [
            ("< true", "no order"),
            ("== 1", "write `== true`"),
            ("median >= 1", "write `== true`"),
            ("mean == true", "does not fit"),
        ] {
            let error = limit(text, Kind::Bool, "").unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
        let error = limit("< 1", Kind::Text, "").unwrap_err().to_string();
        assert!(error.contains("numbers and truth values"), "{error}");
        assert!(limit("mean >= 90 %", Kind::Bool, "").is_ok());
        let time: ResultClaim = "== 5 ms".parse().unwrap();
        assert!(time.limit(Kind::Seconds, "s", true).is_err());
    }

    #[test]
    fn whole_numbers_are_compared_exactly() {
        let large = 9_007_199_254_740_993_i128;
        let found = limit("== 9007199254740993", Kind::Uint(64), "").unwrap();
        assert!(found.accepts(&Value::Int(large)) && !found.accepts(&Value::Int(large - 1)));
        let found = limit("< 5", Kind::Uint(128), "").unwrap();
        assert!(!found.accepts(&Value::from(u128::MAX)));
        let found = limit("< 0.7", Kind::Float(32), "").unwrap();
        assert!(!found.accepts(&Value::from(0.7_f32)), "it is 0.7");
        let found = limit("< 1", Kind::Float(64), "").unwrap();
        assert!(!found.accepts(&Value::Float(f64::NAN)));
    }
}
