use std::cmp::Ordering;
use std::fmt;

use syn::{Expr, Lit, UnOp};

/// A literal's value, with the minus before it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    /// An integer. Zero is never negative.
    Int {
        /// Whether it lies below zero.
        negative: bool,
        /// Its distance from zero.
        magnitude: u128,
        /// The type after the digits, if any.
        suffix: String,
    },
    /// A float.
    Float {
        /// The number.
        value: f64,
        /// The type after the digits, if any.
        suffix: String,
    },
    /// `true` or `false`.
    Bool(bool),
    /// A string.
    Text(String),
    /// A string that is a time span, or a moment: its nanoseconds, and how it was written.
    Time(i128, String),
    /// A character, a byte string, ...
    Other,
}

impl Literal {
    /// The literal that an expression is; `None` for a computed value.
    pub(crate) fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Group(group) => Self::of(&group.expr),
            Expr::Paren(paren) => Self::of(&paren.expr),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
                Self::of(&unary.expr)?.negated()
            }
            Expr::Lit(lit) => Self::of_lit(&lit.lit),
            _ => None,
        }
    }

    fn of_lit(lit: &Lit) -> Option<Self> {
        Some(match lit {
            // More than 128 bits is left to the compiler, which says so.
            Lit::Int(int) => Self::Int {
                negative: false,
                magnitude: int.base10_parse().ok()?,
                suffix: int.suffix().to_owned(),
            },
            Lit::Float(float) => Self::Float {
                value: float.base10_parse().ok()?,
                suffix: float.suffix().to_owned(),
            },
            Lit::Bool(bool) => Self::Bool(bool.value),
            Lit::Str(text) => Self::Text(text.value()),
            _ => Self::Other,
        })
    }

    fn negated(self) -> Option<Self> {
        match self {
            Self::Int {
                negative,
                magnitude,
                suffix,
            } => Some(Self::Int {
                negative: !negative && magnitude != 0,
                magnitude,
                suffix,
            }),
            Self::Float { value, suffix } => Some(Self::Float {
                value: -value,
                suffix,
            }),
            _ => None,
        }
    }

    /// The type that the literal names itself, as in `1u8`.
    pub(crate) fn suffix(&self) -> Option<&str> {
        match self {
            Self::Int { suffix, .. } | Self::Float { suffix, .. } if !suffix.is_empty() => {
                Some(suffix)
            }
            _ => None,
        }
    }

    /// Which of two numbers is greater; `None` where the two have no common order.
    pub(crate) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (
                Self::Int {
                    negative,
                    magnitude,
                    ..
                },
                Self::Int {
                    negative: other_negative,
                    magnitude: other_magnitude,
                    ..
                },
            ) => Some(match (negative, other_negative) {
                (false, false) => magnitude.cmp(other_magnitude),
                (true, true) => other_magnitude.cmp(magnitude),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
            }),
            (Self::Float { value, .. }, Self::Float { value: other, .. }) => {
                value.partial_cmp(other)
            }
            (Self::Time(time, _), Self::Time(other, _)) => Some(time.cmp(other)),
            _ => None,
        }
    }

    /// Whether two literals are one value.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            // Of the two zeros each is a value.
            (Self::Float { value: a, .. }, Self::Float { value: b, .. }) => a.total_cmp(b).is_eq(),
            _ => self.order(other) == Some(Ordering::Equal),
        }
    }

    /// Whether it is a number above zero; `None` for no number.
    pub(crate) fn is_positive(&self) -> Option<bool> {
        match self {
            Self::Int {
                negative,
                magnitude,
                ..
            } => Some(!negative && *magnitude > 0),
            Self::Float { value, .. } => Some(*value > 0.0),
            Self::Time(time, _) => Some(*time > 0),
            _ => None,
        }
    }

    /// The whole number from zero that it is.
    pub(crate) fn as_unsigned(&self) -> Option<u128> {
        match self {
            Self::Int {
                negative: false,
                magnitude,
                ..
            } => Some(*magnitude),
            _ => None,
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int {
                negative,
                magnitude,
                ..
            } => {
                write!(f, "{}{magnitude}", if *negative { "-" } else { "" })
            }
            Self::Float { value, .. } => write!(f, "{value:?}"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Text(text) | Self::Time(_, text) => write!(f, "{text:?}"),
            Self::Other => f.write_str("this"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Option<Literal> {
        Literal::of(&syn::parse_str(text).unwrap())
    }

    #[test]
    fn reads_numbers() {
        assert_eq!(literal("(-1_000)").unwrap().to_string(), "-1000");
        assert_eq!(literal("-0").unwrap(), literal("0").unwrap());
        assert_eq!(literal("0x10u8").unwrap().suffix(), Some("u8"));
        assert_eq!(literal("1 << 4"), None);
        assert_eq!(literal("LIMIT"), None);
    }

    #[test]
    fn orders_numbers() {
        let order = |a: &str, b: &str| literal(a).unwrap().order(&literal(b).unwrap());
        assert_eq!(order("-2", "-1"), Some(Ordering::Less));
        assert_eq!(order("-2", "1"), Some(Ordering::Less));
        assert_eq!(order("0x10", "16"), Some(Ordering::Equal));
        assert_eq!(order("1e3", "2.5"), Some(Ordering::Greater));
        assert_eq!(order("1", "2.5"), None);
        let same = |a: &str, b: &str| literal(a).unwrap().same(&literal(b).unwrap());
        assert!(same("0.5", "5e-1") && same("0", "-0") && !same("0.0", "-0.0"));
    }
}
