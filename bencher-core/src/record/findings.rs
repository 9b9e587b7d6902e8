//! What a sweep found, in words: the best points, and which inputs matter.

use std::fmt::{self, Write as _};

use crate::dataset::{Dataset, Dim, DimRole, MainEffect, Optimum, PointValue, digits, quantity};
use crate::var::Direction;

/// One finding about a result of a sweep.
///
/// See [`findings`] for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What the finding tells.
    pub kind: FindingKind,
    /// The result.
    pub result: String,
    /// The finding in words, without the name of the result.
    pub text: String,
}

/// What a [`Finding`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// The best point, or the best alternative for each setting.
    Best,
    /// How much each input matters.
    Matters,
}

impl FindingKind {
    /// The word before a finding.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Matters => "matters",
        }
    }
}

/// `elapsed: Quick at all 3 values of len`
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.result, self.text)
    }
}

/// The most settings, or rivals, that a finding names.
const MOST_NAMED: usize = 4;
/// The most rivals of the best point that a finding names.
const MOST_RIVALS: usize = 2;
/// Inputs that explain less than this share of the differences are not named.
const LEAST_SHARE: f64 = 0.001;

/// What a dataset says of each result with a [direction](Direction): the best point with its bounds, and by how much the
/// inputs matter.
///
/// If the sweep has both inputs that are numbers and others, such as sizes and codecs, the numbers are taken as settings
/// and the others as alternatives: the finding is the best alternative at each setting. Where the bounds of two points
/// overlap, it says that the values do not decide between them ([`Dataset::optimum`]).
///
/// ```
/// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
/// # use bencher_core::value::{Kind, Value};
/// use bencher_core::record::findings;
/// use bencher_core::var::Direction;
/// let codec = Dim::input("codec", Kind::Category, vec!["Lz4".into(), "Zstd".into()]);
/// let block = Dim::input("block", Kind::Uint(64), vec![Value::from(1), Value::from(64)]);
/// let ratio = VariableInfo { direction: Direction::Minimize, ..VariableInfo::new("ratio", Kind::Float(64)) };
/// let mut codecs = Dataset::new("Codecs", vec![codec, block, Dim::repeats(1)], vec![ratio])?;
/// for (flat, ratio) in [(0, 0.6), (1, 0.5), (2, 0.5), (3, 0.25)] {
///     codecs.variable_mut(0).ok_or("no variable")?.record(flat, &Value::Float(ratio), CellState::Measured)?;
/// }
/// let found: Vec<String> = findings(&codecs).iter().map(ToString::to_string).collect();
/// assert_eq!(found[0], "ratio: Zstd at both values of block (ahead by 20 % to 2 times)");
/// assert!(found[1].starts_with("ratio: codec 5"), "the codec explains half of the differences");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn findings(dataset: &Dataset) -> Vec<Finding> {
    let directed = dataset.variables().iter();
    let directed = directed.filter(|variable| variable.info.direction != Direction::None);
    let mut found = Vec::new();
    for variable in directed {
        let result = &variable.info.name;
        let mut add = |kind, text: Option<String>| {
            found.extend(text.map(|text| Finding {
                kind,
                result: result.clone(),
                text,
            }));
        };
        let sweep = Inputs::of(dataset);
        let units = &variable.info.units;
        add(FindingKind::Best, sweep.best(result, units));
        add(FindingKind::Matters, sweep.effects(result));
    }
    found
}

/// The inputs of a dataset that have several levels.
struct Inputs<'d> {
    dataset: &'d Dataset,
    /// Numbers: sizes, levels, counts.
    settings: Vec<&'d Dim>,
    /// Inputs without numbers: what is compared at each setting.
    alternatives: Vec<&'d Dim>,
}

impl<'d> Inputs<'d> {
    fn of(dataset: &'d Dataset) -> Self {
        let swept = dataset.dims().iter();
        let swept = swept.filter(|dim| dim.role != DimRole::Repeat && dim.len() > 1);
        let (settings, alternatives) = swept.partition(|dim| dim.is_numeric());
        Self {
            dataset,
            settings,
            alternatives,
        }
    }

    /// `None` where the sweep has a single point, or no point has a value.
    fn best(&self, result: &str, units: &str) -> Option<String> {
        if self.settings.is_empty() || self.alternatives.is_empty() {
            let found = self.dataset.optimum(result).ok()??;
            let is_single = found.points + found.below_resolution + found.missing < 2;
            return best_point(&found, units).filter(|_| !is_single);
        }
        let names: Vec<&str> = self.settings.iter().map(|dim| dim.name.as_str()).collect();
        let groups = self.dataset.optimum_by(result, &names).ok()?;
        (!groups.is_empty()).then(|| self.best_alternatives(&groups))
    }

    /// The text of the alternatives of a point: the value of a single one alone.
    fn alternative(&self, point: &PointValue) -> String {
        Self::texts(point, &self.alternatives)
    }

    fn texts(point: &PointValue, dims: &[&Dim]) -> String {
        let texts = dims.iter().filter_map(|dim| {
            let (_, value) = point.at.iter().find(|(name, _)| *name == dim.name)?;
            let text = dim.text(value);
            Some(match dims {
                [_] => text,
                _ => format!("{}={text}", dim.name),
            })
        });
        texts.collect::<Vec<String>>().join(", ")
    }

    /// Which alternative is the best at which settings.
    fn best_alternatives(&self, groups: &[Optimum]) -> String {
        let mut winners: Vec<(String, Vec<&Optimum>)> = Vec::new();
        let (mut equal, mut undecided) = (Vec::new(), Vec::new());
        for group in groups {
            if group.below_resolution > 0 || !group.is_decided() {
                let is_tie = group.below_resolution == 0 && group.is_tie();
                if is_tie { &mut equal } else { &mut undecided }.push(group);
                continue;
            }
            let name = self.alternative(&group.best);
            match winners.iter_mut().find(|(known, _)| *known == name) {
                Some((_, of)) => of.push(group),
                None => winners.push((name, vec![group])),
            }
        }
        winners.sort_by_key(|(_, of)| std::cmp::Reverse(of.len()));
        let mut parts: Vec<String> = winners
            .iter()
            .take(MOST_NAMED)
            .map(|(name, of)| format!("{name} at {}{}", self.at(of, groups.len()), ahead(of)))
            .collect();
        if winners.len() > MOST_NAMED {
            parts.push(format!("{} others elsewhere", winners.len() - MOST_NAMED));
        }
        for (word, some) in [("equal", equal), ("not decided", undecided)] {
            if !some.is_empty() {
                let at = self.at(&some, groups.len());
                parts.push(format!("{word} at {at} ({})", self.rivals(&some)));
            }
        }
        parts.join("; ")
    }

    /// The alternatives that share the first place in some groups.
    fn rivals(&self, groups: &[&Optimum]) -> String {
        let mut names: Vec<String> = Vec::new();
        for group in groups {
            let first = std::iter::once(&group.best).chain(&group.undecided);
            for name in first.map(|point| self.alternative(point)) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let more = names.len().saturating_sub(MOST_NAMED);
        names.truncate(MOST_NAMED);
        let text = names.join(", ");
        if more == 0 {
            text
        } else {
            format!("{text} and {more} more")
        }
    }

    /// The settings of some of all groups.
    fn at(&self, some: &[&Optimum], all: usize) -> String {
        let names: Vec<&str> = self.settings.iter().map(|dim| dim.name.as_str()).collect();
        let what = match names.as_slice() {
            [one] => format!("values of {one}"),
            _ => format!("combinations of {}", names.join(", ")),
        };
        if some.len() == all {
            return match all {
                1 => self.texts_of(some),
                2 => format!("both {what}"),
                _ => format!("all {all} {what}"),
            };
        }
        if some.len() <= MOST_NAMED {
            return self.texts_of(some);
        }
        format!("{} of {all} {what}", some.len())
    }

    fn texts_of(&self, groups: &[&Optimum]) -> String {
        let texts = groups
            .iter()
            .map(|group| Self::texts(&group.best, &self.settings));
        match self.settings.as_slice() {
            [one] => format!("{}={}", one.name, texts.collect::<Vec<String>>().join(", ")),
            _ => texts
                .map(|text| format!("({text})"))
                .collect::<Vec<String>>()
                .join(", "),
        }
    }

    /// How much each input matters; `None` for a single one, which has all of it.
    fn effects(&self, result: &str) -> Option<String> {
        let effects = self.dataset.main_effects(result).ok()?;
        if effects.len() < 2 {
            return None;
        }
        let named = effects.iter().filter(|effect| effect.share >= LEAST_SHARE);
        let mut parts: Vec<String> = named.map(effect_text).collect();
        let rest = 1.0 - effects.iter().map(|effect| effect.share).sum::<f64>();
        if rest >= 0.01 {
            parts.push(format!("combinations of them {}", share_text(rest)));
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

fn share_text(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        99.5..100.0 => format!("{} %", digits(percent, 3)),
        _ => format!("{} %", digits(percent, 2)),
    }
}

fn effect_text(effect: &MainEffect) -> String {
    let mut text = format!("{} {}", effect.input, share_text(effect.share));
    if effect.is_ratio
        && let Some([(_, least), (_, greatest)]) = effect.extremes()
        && least > 0.0
    {
        let _ = write!(text, " ({} times)", digits(greatest / least, 3));
    }
    text
}

/// By how much the best of each group is ahead of the next one: ` (ahead by 36 % to 45 %)`.
fn ahead(groups: &[&Optimum]) -> String {
    let factors = groups.iter().filter_map(|group| {
        let next = group.next.as_ref()?.value;
        let best = group.best.value;
        (next > 0.0 && best > 0.0).then(|| (next / best).max(best / next))
    });
    let factors: Vec<f64> = factors.filter(|x| x.is_finite()).collect();
    if factors.is_empty() || factors.len() < groups.len() {
        return String::new();
    }
    let least = lead(factors.iter().copied().fold(f64::INFINITY, f64::min));
    let greatest = lead(factors.iter().copied().fold(0.0, f64::max));
    if least == greatest {
        format!(" (ahead by {least})")
    } else {
        format!(" (ahead by {least} to {greatest})")
    }
}

/// A factor above 1: `36 %`, `2.5 times`.
fn lead(factor: f64) -> String {
    if factor < 2.0 {
        format!("{} %", digits((factor - 1.0) * 100.0, 2))
    } else {
        format!("{} times", digits(factor, 3))
    }
}

/// The best point of all; `None` where all points are equal.
fn best_point(found: &Optimum, units: &str) -> Option<String> {
    let value = value_text(&found.best, units);
    let mut text = format!("{value} at {}", found.best.label);
    if found.is_tie() {
        let equal = found.undecided.len() + 1;
        if equal == found.points {
            return None;
        }
        text = format!(
            "{value} at {equal} of {} points, such as {}",
            found.points, found.best.label
        );
    } else if !found.is_decided() {
        let named = found.undecided.iter().take(MOST_RIVALS);
        let named: Vec<String> = named
            .map(|point| format!("{} at {}", value_text(point, units), point.label))
            .collect();
        let _ = write!(text, "; not decided against {}", named.join(", "));
        let more = found.undecided.len().saturating_sub(MOST_RIVALS);
        if more > 0 {
            let _ = write!(text, " and {more} more");
        }
    }
    if found.below_resolution > 0 {
        let count = found.below_resolution;
        let points = if count == 1 { "point is" } else { "points are" };
        let _ = write!(text, "; {count} {points} below resolution");
    }
    if let Some(next) = &found.next {
        let next_value = value_text(next, units);
        let _ = write!(text, "; the next is {next_value} at {}", next.label);
    }
    Some(text)
}

/// A value with the half width of its bounds.
fn value_text(point: &PointValue, units: &str) -> String {
    let value = quantity(point.value, units);
    if point.is_exact() {
        return value;
    }
    match (point.lower, point.upper) {
        (Some(lower), Some(upper)) if point.value != 0.0 => {
            let half = (point.value - lower).max(upper - point.value);
            format!(
                "{value} ± {} %",
                digits((half / point.value).abs() * 100.0, 2)
            )
        }
        (Some(_), Some(_)) => value,
        _ => format!("{value} ± ?"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{CellState, VariableInfo};
    use crate::value::{Kind, Value};

    /// A grid of alternatives `A`, `B` at settings `n`, with the repeats of each point.
    fn sweep(settings: u64, points: &[&[f64]]) -> Dataset {
        let which = Dim::input("which", Kind::Category, vec!["A".into(), "B".into()]);
        let n = Dim::input(
            "n",
            Kind::Uint(64),
            (1..=settings).map(Value::from).collect(),
        );
        let info = VariableInfo {
            direction: Direction::Minimize,
            units: "s".to_owned(),
            ..VariableInfo::new("y", Kind::Float(64))
        };
        let repeats = points.iter().map(|of| of.len()).max().unwrap();
        let dims = vec![which, n, Dim::repeats(u32::try_from(repeats).unwrap())];
        let mut dataset = Dataset::new("Sweep", dims, vec![info]).unwrap();
        for (point, values) in points.iter().enumerate() {
            for (repeat, x) in values.iter().enumerate() {
                let variable = dataset.variable_mut(0).unwrap();
                let flat = point * repeats + repeat;
                variable
                    .record(flat, &Value::Float(*x), CellState::Measured)
                    .unwrap();
            }
        }
        dataset
    }

    fn best(dataset: &Dataset) -> String {
        let found = findings(dataset);
        assert_eq!(found[0].kind, FindingKind::Best);
        found[0].text.clone()
    }

    #[test]
    fn one_alternative_may_win_everywhere() {
        let of = sweep(3, &[&[1.0], &[2.0], &[4.0], &[1.5], &[3.0], &[6.0]]);
        assert_eq!(best(&of), "A at all 3 values of n (ahead by 50 %)");
        let found = findings(&of);
        // By hand: of the squares of the logarithms, n has 4 ln(2)² = 1.92, which 1.5 ln(1.5)² = 0.25, and nothing is left.
        assert_eq!(found[1].kind, FindingKind::Matters);
        assert_eq!(found[1].text, "n 89 % (4 times), which 11 % (1.5 times)");
    }

    #[test]
    fn winners_are_named_with_their_settings() {
        let of = sweep(3, &[&[1.0], &[2.0], &[9.0], &[1.5], &[3.0], &[6.0]]);
        assert_eq!(
            best(&of),
            "A at n=1, 2 (ahead by 50 %); B at n=3 (ahead by 50 %)"
        );
    }

    #[test]
    fn what_the_values_do_not_decide_is_said() {
        let noisy: Vec<f64> = (0..12).map(|x| 1.0 + f64::from(x % 4) * 0.1).collect();
        let near: Vec<f64> = noisy.iter().map(|x| x + 0.01).collect();
        let far: Vec<f64> = noisy.iter().map(|x| x * 3.0).collect();
        let of = sweep(2, &[&noisy, &noisy, &near, &far]);
        assert_eq!(
            best(&of),
            "A at n=2 (ahead by 3 times); not decided at n=1 (A, B)"
        );
    }

    #[test]
    fn without_alternatives_the_best_point_is_named() {
        let of = sweep(3, &[&[3.0], &[2e-3], &[4.0], &[5.0], &[5.0], &[6.0]]);
        let of = of.select("which", "A").unwrap();
        assert_eq!(best(&of), "2 ms at n=2; the next is 3 s at n=1");
        let single = of.select("n", 1_u64).unwrap();
        assert_eq!(findings(&single), []);
    }
}
