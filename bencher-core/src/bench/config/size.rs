use std::fmt;
use std::str::FromStr;

/// A number of bytes, written with its unit: `10GB`, `512 MiB`, `1.5 TB`.
///
/// Units are B, kB, MB, GB, TB (powers of 1000) and KiB, MiB, GiB, TiB (powers of 1024); upper and lower case are
/// equal.
///
/// ```
/// use bencher_core::bench::ByteSize;
/// let size: ByteSize = "1.5 GB".parse()?;
/// assert_eq!(size, ByteSize(1_500_000_000));
/// assert_eq!(size.to_string(), "1500MB");
/// assert!("10".parse::<ByteSize>().is_err(), "of what?");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

const UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("B", 1),
];

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let error = || {
            format!(
                "`{text}` is not a size with its unit, such as 10GB or 512MiB (units: B, kB, MB, \
                 GB, TB, KiB, MiB, GiB, TiB)"
            )
        };
        if text.trim_start().starts_with('-') {
            return Err(format!("`{text}` is too small: it must be at least 0B"));
        }
        let end = text
            .find(|c: char| c.is_ascii_alphabetic())
            .ok_or_else(error)?;
        let (number, unit) = text.split_at(end);
        let (_, unit) = UNITS
            .into_iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(unit.trim()))
            .ok_or_else(error)?;
        let number = number.trim();
        let bytes = match number.parse::<u64>() {
            Ok(whole) => whole.checked_mul(unit),
            Err(_) => number
                .parse::<f64>()
                .ok()
                .map(|part| part * unit as f64)
                // 2^53: every whole number below is exact.
                .filter(|bytes| (0.0..9_007_199_254_740_992.0).contains(bytes))
                .map(|bytes| {
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "in range"
                    )]
                    let bytes = bytes.round() as u64;
                    bytes
                }),
        };
        bytes.map(Self).ok_or_else(error)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = |&(_, unit): &(&str, u64)| self.0 >= unit && self.0.is_multiple_of(unit);
        let (name, unit) = UNITS
            .into_iter()
            .find(|unit| exact(unit))
            .unwrap_or(("B", 1));
        write!(f, "{}{name}", self.0 / unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes() {
        let read = |text: &str| text.parse::<ByteSize>().map(|size| size.0);
        assert_eq!(read("10GB"), Ok(10_000_000_000));
        assert_eq!(read("1 kib"), Ok(1024));
        assert_eq!(read("0B"), Ok(0));
        assert_eq!(read("0.5MiB"), Ok(524_288));
        for wrong in [
            "",
            "GB",
            "10",
            "-1GB",
            "nanGB",
            "infGB",
            "1e400GB",
            "99999999TiB",
            "10 XB",
            "1GB2",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn the_text_is_exact(bytes: u64) {
            prop_assert_eq!(ByteSize(bytes).to_string().parse(), Ok(ByteSize(bytes)));
        }
    }
}
