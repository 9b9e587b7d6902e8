//! Places the names of levels along an axis, so that no name overlaps another or leaves the picture.

#![cfg_attr(
    not(all(feature = "html", feature = "png", feature = "gnuplot")),
    allow(dead_code, reason = "each renderer takes what it needs")
)]

use std::collections::BTreeSet;

use bencher_core::dataset::digits;

use crate::chart::{Axis, labels};

/// The longest name, in characters.
pub(crate) const LONGEST: usize = 24;
/// The shortest that a name is cut to.
const SHORTEST: usize = 6;
/// Width of most characters, as a share of the font's size.
const WIDTH: f64 = 0.64;
/// Height of a line, as a share of the font's size.
const LINE: f64 = 1.3;
/// The share of a picture's height that names below it may have.
const BELOW: f64 = 0.35;

/// The names along a horizontal axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Names {
    /// A name for every level.
    pub(crate) labels: Vec<String>,
    /// Every n-th level has its name written.
    pub(crate) step: usize,
    /// Whether the names run from the bottom to the top.
    pub(crate) turned: bool,
}

impl Names {
    /// The names of an axis' levels along `wide` points of a picture that is `high` points high, in a
    /// font of some size.
    pub(crate) fn along(axis: &Axis, wide: f64, high: f64, size: f64) -> Self {
        let full = full(axis);
        let slot = wide / full.len().max(1) as f64;
        let names = labels(&full, LONGEST);
        let widest = names
            .iter()
            .map(|name| width(name, size))
            .fold(0.0, f64::max);
        if widest + size <= slot {
            return Self {
                labels: names,
                step: 1,
                turned: false,
            };
        }
        Self {
            labels: labels(&full, fitting(high * BELOW, size)),
            step: ratio(size * LINE, slot),
            turned: true,
        }
    }

    /// The names of an axis' levels up `high` points, of a picture that is `wide` points wide.
    pub(crate) fn up(axis: &Axis, high: f64, wide: f64, size: f64) -> Self {
        let full = full(axis);
        let slot = high / full.len().max(1) as f64;
        Self {
            labels: labels(&full, fitting(wide * BELOW, size)),
            step: ratio(size * LINE, slot),
            turned: false,
        }
    }

    /// The names that are written, with the position of their level.
    pub(crate) fn written(&self) -> impl Iterator<Item = (usize, &str)> {
        let names = self.labels.iter().map(String::as_str).enumerate();
        names.step_by(self.step.max(1))
    }

    /// The name of every level, empty where it is not written.
    pub(crate) fn in_slots(&self) -> Vec<String> {
        let slots = self.labels.iter().enumerate();
        let name = |(n, name): (usize, &String)| {
            if n % self.step.max(1) == 0 {
                name.clone()
            } else {
                String::new()
            }
        };
        slots.map(name).collect()
    }
}

/// How many points a text is wide, or a little less than that.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    let width = |c: char| if is_wide(c) { 1.05 } else { WIDTH };
    text.chars().map(width).sum::<f64>() * size
}

/// How many characters have room, within what can be read.
pub(crate) fn fitting(room: f64, size: f64) -> usize {
    count(room / (size * WIDTH)).clamp(SHORTEST, LONGEST)
}

/// As much of a text as has room; an axis or a legend without a name stays so.
pub(crate) fn fit(text: &str, room: f64, size: f64) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut longest = count(room / (size * WIDTH)).max(SHORTEST);
    loop {
        let label = labels(&[text], longest).pop().unwrap_or_default();
        if longest <= SHORTEST || width(&label, size) <= room {
            return label;
        }
        longest -= 1;
    }
}

/// A text in lines that have room, at most `most`; the last ends in a sign where words are left out.
pub(crate) fn wrap(text: &str, room: f64, size: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let text = crate::chart::text::clip(text, 1000);
    for word in text.split_whitespace() {
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if width(&longer, size) <= room || line.is_empty() {
            line = longer;
            continue;
        }
        if lines.len() + 1 == most {
            lines.push(clipped(&format!("{longer} …"), room, size));
            return lines;
        }
        lines.push(clipped(&line, room, size));
        word.clone_into(&mut line);
    }
    if !line.is_empty() {
        lines.push(clipped(&line, room, size));
    }
    lines
}

/// As much of a text's beginning as has room.
fn clipped(text: &str, room: f64, size: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut short: Vec<char> = text.chars().collect();
    while short.len() > 1 && width(&short.iter().collect::<String>(), size) + size > room {
        short.pop();
    }
    let short: String = short.into_iter().collect();
    format!("{}…", short.trim_end_matches([' ', '…', ',', ';']))
}

/// The names of the levels, of numbers in as few digits as tell them apart.
fn full(axis: &Axis) -> Vec<String> {
    let names = (0..axis.level_names().len()).map(|n| axis.name_of(n as f64));
    let names: Vec<String> = names.collect();
    rounded(&names).unwrap_or(names)
}

/// Long decimal numbers, rounded as far as they stay apart; `None` where names are no such numbers.
fn rounded(names: &[String]) -> Option<Vec<String>> {
    const LONG: usize = 8;
    const DIGITS: std::ops::RangeInclusive<usize> = 4..=12;
    if names.iter().all(|name| name.len() < LONG) {
        return None;
    }
    let number = |name: &String| name.parse::<f64>().ok().filter(|x| x.is_finite());
    let numbers: Vec<f64> = names.iter().map(number).collect::<Option<_>>()?;
    if numbers.iter().all(|x| x.fract() == 0.0) {
        // Every digit of a count may count.
        return None;
    }
    DIGITS.into_iter().find_map(|count| {
        let short = numbers.iter().map(|x| digits(*x, count));
        let short: Vec<String> = short.collect();
        let distinct: BTreeSet<&String> = short.iter().collect();
        (distinct.len() == short.len()).then_some(short)
    })
}

/// Whether a character is as wide as it is high.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x1100..=0x115f | 0x25a0..=0x25ff | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1_f000..)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small count"
)]
fn count(x: f64) -> usize {
    x.max(0.0) as usize
}

fn ratio(line: f64, slot: f64) -> usize {
    count((line / slot).ceil()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_have_the_digits_that_tell_them_apart() {
        let names = |texts: &[&str]| {
            let axis = Axis::levels("n", texts.iter().map(|&text| text.to_owned()).collect());
            Names::up(&axis, 500.0, 500.0, 11.0).labels
        };
        assert_eq!(
            names(&["0", "0.8333333333333334", "1.6666666666666667"]),
            ["0", "0.8333", "1.667"]
        );
        assert_eq!(
            names(&["1.000001", "1.000002"]),
            ["1.000001", "1.000002"],
            "they would be one number"
        );
        assert_eq!(names(&["100000001", "2"]), ["100000001", "2"]);
        assert_eq!(names(&["0.8333333333333334", "none"])[1], "none");
    }

    fn axis(count: usize, name: &str) -> Axis {
        Axis::levels("n", (0..count).map(|n| format!("{name}{n}")).collect())
    }

    #[test]
    fn twenty_long_names_are_all_written_and_more_have_a_step() {
        let names = Names::along(&axis(20, "quick-sort-variant-"), 500.0, 600.0, 11.0);
        assert_eq!((names.step, names.turned), (1, true));
        assert_eq!(names.written().count(), 20);
        let names = Names::along(&axis(4, "a"), 500.0, 600.0, 11.0);
        assert_eq!((names.step, names.turned), (1, false));
        let names = Names::along(&axis(10_000, "a"), 500.0, 600.0, 11.0);
        assert!(names.turned && names.written().count() <= 500 / 14);
        assert_eq!(names.in_slots().len(), 10_000);
        let slots = names.in_slots();
        let written = slots.iter().filter(|name| !name.is_empty());
        assert_eq!(written.count(), names.written().count());
    }

    #[test]
    fn no_name_takes_more_than_its_share_of_the_picture() {
        for high in [50.0, 150.0, 600.0] {
            let names = Names::along(&axis(9, &"x".repeat(50)), 200.0, high, 11.0);
            let longest = names.labels.iter().map(|name| width(name, 11.0));
            let most = (high * BELOW).max(SHORTEST as f64 * 11.0 * WIDTH) + 0.01;
            assert!(longest.fold(0.0, f64::max) <= most, "{names:?}");
        }
        assert!(width(&fit(&"日".repeat(90), 100.0, 10.0), 10.0) <= 100.0);
        assert_eq!(fit("short", 100.0, 10.0), "short");
    }

    #[test]
    fn texts_are_wrapped_between_words_and_end_in_a_sign() {
        // Ten characters of 6.4 points have room.
        let wrapped = |text, most| wrap(text, 64.0, 10.0, most);
        assert_eq!(wrapped("one two three", 3), ["one two", "three"]);
        assert_eq!(wrapped("one two three four", 1), ["one two…"]);
        assert_eq!(wrapped("", 3), [] as [&str; 0]);
        assert_eq!(wrapped("abcdefghijklmnop q", 2), ["abcdefgh…", "q"]);
        let long = "word ".repeat(90);
        let lines = wrapped(&long, 3);
        assert!(lines.len() == 3 && lines[2].ends_with('…'), "{lines:?}");
    }
}
