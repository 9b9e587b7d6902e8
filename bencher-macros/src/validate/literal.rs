use syn::{Expr, Type};

use crate::errors::Errors;
use crate::parse::{Literal, SpanError, TypeName, moment, span, type_name};

/// The literal that `expr` is, if it is one of `ty`; what it is instead becomes an error on it.
pub(super) fn literal_of(expr: &Expr, ty: TypeName, errors: &mut Errors) -> Option<Literal> {
    check_literal(expr, ty, errors);
    read(expr, ty).filter(|literal| misfit(literal, ty).is_none())
}

/// The literal that `expr` is; the text of a time as what it means.
fn read(expr: &Expr, ty: TypeName) -> Option<Literal> {
    let literal = Literal::of(expr)?;
    let time = match (&literal, ty) {
        (Literal::Text(text), TypeName::Duration) => span(text).ok(),
        (Literal::Text(text), TypeName::Timestamp) => moment(text),
        _ => None,
    };
    Some(match (time, literal) {
        (Some(nanoseconds), Literal::Text(text)) => Literal::Time(nanoseconds, text),
        (_, literal) => literal,
    })
}

/// The expression that stands for a literal: that of a time is made of its numbers.
pub(super) fn spelled(expr: &Expr, literal: Option<&Literal>, ty: &Type) -> Expr {
    const BILLION: i128 = 1_000_000_000;
    let Some(Literal::Time(nanoseconds, _)) = literal else {
        return expr.clone();
    };
    let seconds = nanoseconds.div_euclid(BILLION);
    let rest = nanoseconds.rem_euclid(BILLION);
    if type_name(ty) == TypeName::Duration {
        let (seconds, rest) = (
            u64::try_from(seconds).unwrap_or(u64::MAX),
            u32::try_from(rest).unwrap_or(0),
        );
        syn::parse_quote!(<#ty>::new(#seconds, #rest))
    } else {
        let (seconds, rest) = (
            i64::try_from(seconds).unwrap_or(i64::MAX),
            i32::try_from(rest).unwrap_or(0),
        );
        syn::parse_quote!(<#ty>::constant(#seconds, #rest))
    }
}

/// An error where `expr` is a literal of another type than `ty`.
pub(super) fn check_literal(expr: &Expr, ty: TypeName, errors: &mut Errors) {
    if let Some(message) = read(expr, ty).and_then(|literal| misfit(&literal, ty)) {
        errors.on(expr, message);
    }
}

/// Why a literal is no value of a type, and what to write.
fn misfit(literal: &Literal, ty: TypeName) -> Option<String> {
    if let (Some(suffix), true) = (literal.suffix(), ty.is_number())
        && suffix != ty.to_string()
    {
        return Some(format!(
            "this is a `{suffix}`, but the field is `{ty}`: drop the suffix"
        ));
    }
    let advice = match (literal, ty) {
        (
            Literal::Int {
                negative,
                magnitude,
                ..
            },
            TypeName::Signed(_, bits),
        ) => {
            let lowest = 1_u128 << (bits - 1);
            let highest = lowest - 1;
            if *magnitude <= highest || (*negative && *magnitude == lowest) {
                return None;
            }
            return Some(format!(
                "{literal} does not fit `{ty}` (-{lowest} to {highest})"
            ));
        }
        (Literal::Int { negative: true, .. }, TypeName::Unsigned(..)) => {
            return Some(format!(
                "{literal} is below zero, but the field is `{ty}`: start at 0, or make the field \
                 a signed integer"
            ));
        }
        (Literal::Int { magnitude, .. }, TypeName::Unsigned(_, bits)) => {
            let highest = u128::MAX >> (128 - bits);
            if *magnitude <= highest {
                return None;
            }
            return Some(format!("{literal} does not fit `{ty}` (0 to {highest})"));
        }
        (Literal::Float { value, .. }, TypeName::Float(name)) => {
            if is_finite(*value, name) {
                return None;
            }
            return Some(format!(
                "{literal} does not fit `{ty}`: it would be infinite"
            ));
        }
        (Literal::Bool(_), TypeName::Bool)
        | (Literal::Text(_), TypeName::Text)
        | (Literal::Time(..), TypeName::Duration | TypeName::Timestamp)
        | (_, TypeName::Unknown) => return None,
        (Literal::Text(text), TypeName::Duration) => {
            return Some(match span(text) {
                Err(SpanError::Finer) => format!(
                    "\"{text}\" has parts of a nanosecond, but a `Duration` has whole nanoseconds: \
                     round it, or make the field a float"
                ),
                Err(SpanError::Longer) => {
                    format!(
                        "\"{text}\" does not fit `Duration`: it has more than 64 bits of seconds"
                    )
                }
                _ => format!(
                    "\"{text}\" is not a time span: write a number and ns, us, ms, s, min, h or d, \
                     as in \"250ms\""
                ),
            });
        }
        (Literal::Text(text), TypeName::Timestamp) => {
            return Some(format!(
                "\"{text}\" is not a moment: write \"2026-03-01T12:00:00Z\" or \"2026-03-01\""
            ));
        }
        (_, TypeName::Duration) => "write it with its unit, as in \"250ms\"".to_owned(),
        (_, TypeName::Timestamp) => "write it as in \"2026-03-01T12:00:00Z\"".to_owned(),
        (Literal::Int { .. }, TypeName::Float(_)) => format!("write `{literal}.0`"),
        (_, TypeName::Signed(..) | TypeName::Unsigned(..)) => {
            "write a whole number without quotes or point".to_owned()
        }
        (_, TypeName::Float(_)) => "write a number with a point, as in `1.0`".to_owned(),
        (_, TypeName::Bool) => "write `true` or `false`".to_owned(),
        (_, TypeName::Text) => "write it in quotes".to_owned(),
    };
    let what = match literal {
        Literal::Int { .. } => "an integer",
        Literal::Float { .. } => "a float",
        Literal::Bool(_) => "true or false",
        Literal::Text(_) | Literal::Time(..) => "a text",
        Literal::Other => "something else",
    };
    Some(format!("this is {what}, but the field is `{ty}`: {advice}"))
}

/// Whether a float of the type is finite: the largest `f32` prints as a number above it that rounds to it.
fn is_finite(value: f64, float: &str) -> bool {
    if float == "f32" {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the type of the field rounds in the same way"
        )]
        let narrow = value as f32;
        narrow.is_finite()
    } else {
        value.is_finite()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(literal: &str, ty: TypeName) -> bool {
        let literal = Literal::of(&syn::parse_str(literal).unwrap()).unwrap();
        misfit(&literal, ty).is_none()
    }

    #[test]
    fn knows_the_ends_of_every_type() {
        assert!(fits("255", TypeName::Unsigned("u8", 8)));
        assert!(!fits("256", TypeName::Unsigned("u8", 8)));
        assert!(!fits("-1", TypeName::Unsigned("u8", 8)));
        assert!(fits("-128", TypeName::Signed("i8", 8)));
        assert!(!fits("128", TypeName::Signed("i8", 8)));
        assert!(fits(
            "340282366920938463463374607431768211455",
            TypeName::Unsigned("u128", 128)
        ));
        assert!(fits(
            "-170141183460469231731687303715884105728",
            TypeName::Signed("i128", 128)
        ));
        assert!(!fits(
            "170141183460469231731687303715884105728",
            TypeName::Signed("i128", 128)
        ));
        assert!(fits("1e38", TypeName::Float("f32")));
        assert!(!fits("1e39", TypeName::Float("f32")));
        assert!(fits(&format!("{:e}", f32::MAX), TypeName::Float("f32")));
        assert!(fits("-3.4028235e38", TypeName::Float("f32")));
        assert!(!fits("3.4028236e38", TypeName::Float("f32")));
        assert!(fits("1.7976931348623157e308", TypeName::Float("f64")));
        assert!(!fits("1u16", TypeName::Unsigned("u8", 8)));
        assert!(fits("1u8", TypeName::Unsigned("u8", 8)));
        assert!(fits("\"a\"", TypeName::Unknown));
        assert!(!fits("'a'", TypeName::Text));
    }
}
