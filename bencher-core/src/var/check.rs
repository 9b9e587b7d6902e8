//! The rules of a domain over constant expressions, checked at compile time.
//!
//! A derive sees the tokens of a literal, but not the value of `1 << 4` or of a `const`. It generates a constant that
//! calls one of these functions, spanned on the expression. Each function is `track_caller`, so that the compiler
//! points to the expression. Their parameters are comparisons that hold for a wrong value. With NaN none of them holds,
//! so that only [`finite`] reports it. The texts follow [`DomainError`](super::DomainError), which checks other
//! expressions at run time.

use super::{MAX_SUBSAMPLING_DIVISIONS, Schema};
use crate::value::Kind;

/// Checks that the variables of a sweep, including its nested structs, have different names.
#[track_caller]
pub const fn distinct(schema: &Schema) {
    let mut n = 0;
    while n < schema.inputs.len() + schema.results.len() {
        let mut other = n + 1;
        while other < schema.inputs.len() + schema.results.len() {
            assert!(
                !same(name(schema, n), name(schema, other)),
                "two fields of this sweep have one name: one here and one in a nested struct, or one in \
                 each of two; rename one"
            );
            other += 1;
        }
        n += 1;
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "bounded just above, and run by the compiler"
)]
const fn name(schema: &Schema, n: usize) -> &'static str {
    if n < schema.inputs.len() {
        schema.inputs[n].name
    } else {
        schema.results[n - schema.inputs.len()].name
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "bounded just above, and run by the compiler"
)]
const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut n = 0;
    while n < a.len() {
        if a[n] != b[n] {
            return false;
        }
        n += 1;
    }
    true
}

/// The unit of a variable; seconds for a time, under any name of its type.
#[track_caller]
pub const fn units(kind: Kind, timed: bool, units: &'static str) -> &'static str {
    if !is_in_seconds(kind, timed) {
        return units;
    }
    assert!(
        units.is_empty() || same(units, "s"),
        "times are in seconds, and `units` converts nothing: leave it out or write `units = \"s\"`; \
         tables and plots choose the prefix"
    );
    "s"
}

/// Whether values are times, which are in seconds.
pub(crate) const fn is_in_seconds(kind: Kind, timed: bool) -> bool {
    timed || matches!(kind, Kind::Seconds)
}

/// Checks that a bound, a step or a default is a finite number.
#[track_caller]
pub const fn finite(is_finite: bool) {
    assert!(is_finite, "this is NaN or infinite; give a finite number");
}

/// Checks that the bounds are in order.
#[track_caller]
pub const fn order(low_is_above_high: bool) {
    assert!(
        !low_is_above_high,
        "the low bound is above the high bound; swap them"
    );
}

/// Checks that a logarithmic scale starts above zero.
#[track_caller]
pub const fn logarithm(low_is_zero_or_below: bool) {
    assert!(
        !low_is_zero_or_below,
        "a logarithmic scale needs a low bound above zero"
    );
}

/// Checks that a step is above zero.
#[track_caller]
pub const fn step(is_zero_or_below: bool) {
    assert!(!is_zero_or_below, "the step must be above zero");
}

/// Checks that there is at least one sample.
#[track_caller]
pub const fn samples(samples: usize) {
    assert!(
        samples > 0,
        "zero samples leave nothing to run; give 1 or more"
    );
}

/// Checks that several samples fit between the bounds.
#[track_caller]
pub const fn width(samples: usize, bounds_are_equal: bool) {
    assert!(
        samples <= 1 || !bounds_are_equal,
        "more than 1 sample does not fit bounds of zero width; give 1 sample or wider bounds"
    );
}

/// Checks that the default is within the bounds.
#[track_caller]
pub const fn default(is_outside: bool) {
    assert!(
        !is_outside,
        "the default is outside the bounds; choose one within, or widen them"
    );
}

/// Checks that a level is in the table.
#[track_caller]
pub const fn divisions(divisions: u8) {
    assert!(
        divisions >= 1 && divisions <= MAX_SUBSAMPLING_DIVISIONS,
        "subsampling divisions go from 1 to 12"
    );
}

/// Checks that two exponents are in order, and that the type holds the higher power.
#[track_caller]
pub const fn exponents(low: u32, high: u32, highest: u32) {
    assert!(
        low <= high,
        "the low exponent is above the high exponent; swap them"
    );
    assert!(
        high <= highest,
        "the highest power of two does not fit the field's type"
    );
}
