//! Decimal numbers as they are written, which binary floats only approximate.

use super::{Kind, Value};

/// The number `mantissa * 10^exponent`, exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) mantissa: i128,
    pub(crate) exponent: i32,
}

impl Decimal {
    /// A decimal from its text: digits with a point, a sign and an exponent as they may be.
    ///
    /// `None` where it is no number, or has more digits than 38.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (digits, exponent) = match digits.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
            None => (digits, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        if all().next().is_none() || !all().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let mut mantissa = 0_i128;
        let mut exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        let mut zeros = 0_u32;
        // Zeros wait until another digit follows, so that those at the end only raise the exponent.
        for digit in all() {
            if digit == b'0' {
                zeros += 1;
                continue;
            }
            if mantissa != 0 {
                mantissa = mantissa.checked_mul(10_i128.checked_pow(zeros)?)?;
            }
            mantissa = mantissa
                .checked_mul(10)?
                .checked_add(i128::from(digit - b'0'))?;
            zeros = 0;
        }
        exponent = exponent.checked_add(i32::try_from(zeros).ok()?)?;
        if mantissa == 0 {
            exponent = 0;
        }
        Some(Self {
            mantissa: if negative { -mantissa } else { mantissa },
            exponent,
        })
    }

    /// The decimal that a float stands for: its shortest digits that read back, in the width of the kind.
    pub(crate) fn of(kind: Kind, x: f64) -> Option<Self> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "canonical f32 values are exact"
        )]
        let text = match kind {
            Kind::Float(32) => format!("{:e}", x as f32),
            _ => format!("{x:e}"),
        };
        Self::parse(&text)
    }

    /// The float of the kind that is nearest to it.
    pub(crate) fn nearest(self, kind: Kind) -> f64 {
        nearest(kind, &format!("{}e{}", self.mantissa, self.exponent)).unwrap_or(f64::NAN)
    }

    /// Two decimals as multiples of one power of ten.
    pub(crate) fn aligned(self, other: Self) -> Option<(i128, i128, i32)> {
        let exponent = match (self.mantissa, other.mantissa) {
            (0, _) => other.exponent,
            (_, 0) => self.exponent,
            _ => self.exponent.min(other.exponent),
        };
        let scaled = |number: Self| {
            if number.mantissa == 0 {
                return Some(0);
            }
            let by = u32::try_from(number.exponent.checked_sub(exponent)?).ok()?;
            number.mantissa.checked_mul(10_i128.checked_pow(by)?)
        };
        Some((scaled(self)?, scaled(other)?, exponent))
    }

    /// The integer that it is, if it is one.
    pub(crate) fn whole(self) -> Option<Value> {
        if self.mantissa == 0 {
            return Some(Value::Int(0));
        }
        let by = 10_u128.checked_pow(u32::try_from(self.exponent).ok()?)?;
        match i128::try_from(by)
            .ok()
            .and_then(|by| self.mantissa.checked_mul(by))
        {
            Some(whole) => Some(Value::Int(whole)),
            None => {
                let positive = u128::try_from(self.mantissa).ok()?;
                Some(Value::from(positive.checked_mul(by)?))
            }
        }
    }
}

/// The float of a kind that is nearest to a text; one of 32 bits is read as such, without a detour.
pub(crate) fn nearest(kind: Kind, text: &str) -> Option<f64> {
    match kind {
        Kind::Float(32) => text.parse::<f32>().ok().map(f64::from),
        _ => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WIDE: Kind = Kind::Float(64);

    fn decimal(mantissa: i128, exponent: i32) -> Decimal {
        Decimal { mantissa, exponent }
    }

    #[test]
    fn reads_what_is_written() {
        for (text, expected) in [
            ("0", decimal(0, 0)),
            ("-0.000", decimal(0, 0)),
            ("1", decimal(1, 0)),
            ("+1200", decimal(12, 2)),
            ("-0.0105e-3", decimal(-105, -7)),
            (".5", decimal(5, -1)),
            ("7.", decimal(7, 0)),
            ("1e400", decimal(1, 400)),
            ("9007199254740993.0", decimal(9_007_199_254_740_993, 0)),
        ] {
            assert_eq!(Decimal::parse(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "-",
            ".",
            "e5",
            "1e",
            "1e5.0",
            "0x10",
            "1_0",
            "NaN",
            "inf",
            "1e9999999999",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
        assert_eq!(Decimal::parse(&"9".repeat(39)), None);
    }

    #[test]
    fn whole_numbers_are_exact() {
        let whole = |text: &str| Decimal::parse(text).and_then(Decimal::whole);
        assert_eq!(
            whole("9007199254740993.0"),
            Some(Value::from(9_007_199_254_740_993_u64))
        );
        assert_eq!(whole("-12e3"), Some(Value::from(-12_000)));
        assert_eq!(whole("2e38"), Some(Value::from(2 * 10_u128.pow(38))));
        assert_eq!(whole("1e39"), None);
        assert_eq!(whole("-2e38"), None);
        assert_eq!(whole("0.5"), None);
    }

    #[test]
    fn two_on_one_scale() {
        let aligned = |a: &str, b: &str| Decimal::parse(a)?.aligned(Decimal::parse(b)?);
        assert_eq!(aligned("1", "0.25"), Some((100, 25, -2)));
        assert_eq!(aligned("0", "1e300"), Some((0, 1, 300)));
        assert_eq!(aligned("1e30", "1e-30"), None);
    }

    proptest! {
        #[test]
        fn a_float_comes_back(x in -1e300_f64..1e300, narrow in -1e30_f32..1e30) {
            prop_assert_eq!(Decimal::of(WIDE, x).unwrap().nearest(WIDE).to_bits(), x.to_bits());
            let kind = Kind::Float(32);
            let narrow = f64::from(narrow);
            prop_assert_eq!(Decimal::of(kind, narrow).unwrap().nearest(kind).to_bits(), narrow.to_bits());
        }
    }
}
