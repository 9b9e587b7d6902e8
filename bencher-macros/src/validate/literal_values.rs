use std::cmp::Ordering;

use crate::parse::Literal;

/// The values as far as literals show them, for what else must lie among them.
pub(super) enum LiteralValues {
    Nothing,
    List(Vec<Literal>),
    Bounds(Literal, Literal),
    Exponents(u128, u128),
}

impl LiteralValues {
    /// Why a default is none of these values.
    pub(super) fn excludes(&self, default: &Literal) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::List(values) => {
                let listed = values.iter().any(|value| value.same(default));
                (!listed).then(|| "not in the list".to_owned())
            }
            Self::Bounds(low, high) => {
                let outside = default.order(low) == Some(Ordering::Less)
                    || default.order(high) == Some(Ordering::Greater);
                outside.then(|| format!("outside the bounds {low} to {high}"))
            }
            Self::Exponents(low, high) => {
                let number = default.as_unsigned()?;
                let reached = number.is_power_of_two()
                    && (*low..=*high).contains(&u128::from(number.trailing_zeros()));
                (!reached).then(|| format!("not a power of two from 2^{low} to 2^{high}"))
            }
        }
    }
}
