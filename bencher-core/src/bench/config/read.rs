//! The values of options, from their texts.

use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use super::RunConfig;
use super::option::Change;

/// A change, as [`RunOption::read`](super::RunOption::read) gives it.
#[expect(clippy::unnecessary_wraps, reason = "every reading ends with it")]
pub(super) fn change(change: impl Fn(&mut RunConfig) + 'static) -> Result<Change, String> {
    Ok(Box::new(change))
}

/// The one value there is, or the last of several.
pub(super) fn one(values: &[OsString]) -> Result<&str, String> {
    utf8(values.last().map_or(OsStr::new(""), OsString::as_os_str))
}

fn utf8(value: &OsStr) -> Result<&str, String> {
    value
        .to_str()
        .ok_or_else(|| format!("`{}` is not UTF-8", value.display()))
}

/// Every value.
pub(super) fn all(values: &[OsString]) -> Result<Vec<String>, String> {
    let texts = values.iter().map(|value| utf8(value).map(str::to_owned));
    texts.collect()
}

/// A folder by its path.
pub(super) fn folder(values: &[OsString]) -> Result<Option<PathBuf>, String> {
    match values.last() {
        Some(path) if path.is_empty() => Err("the path of the folder is empty".to_owned()),
        path => Ok(path.map(PathBuf::from)),
    }
}

/// The switch that a value sets.
pub(super) fn switch(values: &[OsString]) -> Result<bool, String> {
    yes_or_no(one(values)?)
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err(format!("`{text}` is neither true nor false")),
    }
}

/// A time, as `90s`, `10m` or `1h 30m`.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    let time = text.parse::<jiff::SignedDuration>().ok();
    time.and_then(|time| Duration::try_from(time).ok())
        .filter(|time| !time.is_zero())
        .ok_or_else(|| {
            format!("`{text}` is not a time above zero with its unit, such as 30s, 10m or 1h")
        })
}

/// A share from 0 to 1, as `0.01` or `1%`.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let share = match text.trim().strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
        None => text.trim().parse::<f64>(),
    };
    share
        .ok()
        .filter(|share| (0.0..1.0).contains(share))
        .ok_or_else(|| format!("`{text}` is not a share from 0 to 1, such as 0.01 or 1%"))
}

/// A whole number in a range.
pub(super) fn whole<T>(text: &str, range: RangeInclusive<T>) -> Result<T, String>
where
    T: FromStr + PartialOrd + Display + Bounded,
{
    let error = || {
        let (start, end) = (range.start(), range.end());
        let numbers = if *end == T::MAX {
            format!("of at least {start}")
        } else {
            format!("from {start} to {end}")
        };
        let start = start.to_string().parse::<i128>();
        match (text.trim().parse::<i128>(), start) {
            (Ok(number), Ok(start)) if number < start => {
                format!("`{text}` is too small: it must be at least {start}")
            }
            (Ok(_), _) if *end == T::MAX => format!("`{text}` is too large"),
            _ => format!("`{text}` is not a whole number {numbers}"),
        }
    };
    let number = text.trim().parse::<T>().map_err(|_| error())?;
    range.contains(&number).then_some(number).ok_or_else(error)
}

/// The greatest value of a type, which bounds no range.
pub(super) trait Bounded {
    const MAX: Self;
}

macro_rules! bounded {
    ($($type:ty),*) => {$(
        impl Bounded for $type {
            const MAX: Self = <$type>::MAX;
        }
    )*};
}

bounded!(u8, u32, u64, usize);

/// A whole number, or two with `..` between them: from where, and to where.
pub(super) fn steps<T>(text: &str, range: RangeInclusive<T>) -> Result<(Option<T>, T), String>
where
    T: FromStr + PartialOrd + Display + Bounded + Copy,
{
    let Some((from, to)) = text.split_once("..") else {
        return Ok((None, whole(text, range)?));
    };
    let to = to.strip_prefix('=').unwrap_or(to);
    let from = whole(from, range.clone())?;
    let to = whole(to, range)?;
    if from > to {
        return Err(format!(
            "`{text}` goes from high to low; write {to}..{from}"
        ));
    }
    Ok((Some(from), to))
}

/// One of the allowed texts.
pub(super) fn choice<T: Copy>(values: &[OsString], known: &[(&str, T)]) -> Result<T, String> {
    let text = one(values)?;
    let found = known.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        format!("`{text}` is not one of {}", names.join(", "))
    })
}
