//! Which alternative is the best at which setting, in words.

use std::fmt::Write as _;

use crate::dataset::{COMPARED, Dataset, Dim, DimRole, Optimum, PointValue, digits};
use crate::value::Kind;

/// The most settings, or rivals, that a finding names.
pub(super) const MOST_NAMED: usize = 4;

/// The inputs of a dataset that have several levels.
pub(super) struct Inputs<'d> {
    dataset: &'d Dataset,
    /// Where alternatives are compared: sizes, levels, counts, workloads.
    settings: Vec<&'d Dim>,
    /// What is compared at each setting.
    alternatives: Vec<&'d Dim>,
}

impl<'d> Inputs<'d> {
    pub(super) fn of(dataset: &'d Dataset) -> Self {
        let swept = dataset.dims().iter();
        let swept = swept.filter(|dim| dim.role != DimRole::Repeat && dim.len() > 1);
        let swept: Vec<&Dim> = swept.collect();
        let compared = dataset.attributes.get(COMPARED);
        let compared = compared.filter(|name| swept.iter().any(|dim| dim.name == **name));
        let is_setting = |dim: &&Dim| match compared {
            Some(name) => dim.name != *name,
            None => dim.is_numeric(),
        };
        let (settings, alternatives) = swept.into_iter().partition(is_setting);
        Self {
            dataset,
            settings,
            alternatives,
        }
    }

    /// Whether alternatives are compared at each setting.
    pub(super) fn has_settings(&self) -> bool {
        !self.settings.is_empty() && !self.alternatives.is_empty()
    }

    /// The best alternative of each setting, or the best of all points; `None` where the sweep has a single point, or
    /// no point has a value.
    pub(super) fn groups(&self, result: &str) -> Option<Vec<Optimum>> {
        if !self.has_settings() {
            let found = self.dataset.optimum(result).ok()??;
            let all = found.points + found.below_resolution + found.skipped + found.missing;
            let is_single = all < 2;
            return (!is_single).then(|| vec![found]);
        }
        let names: Vec<&str> = self.settings.iter().map(|dim| dim.name.as_str()).collect();
        let groups = self.dataset.optimum_by(result, &names).ok()?;
        (!groups.is_empty()).then_some(groups)
    }

    /// How many settings have no value of any alternative.
    fn lost_settings(&self, result: &str) -> usize {
        let names: Vec<&str> = self.settings.iter().map(|dim| dim.name.as_str()).collect();
        let lost = self.dataset.groups_without_value(result, &names);
        lost.unwrap_or(0)
    }

    /// The best of all points, whatever the settings.
    pub(super) fn optimum(&self, result: &str) -> Option<Optimum> {
        self.dataset.optimum(result).ok()?
    }

    /// The text of the alternatives of a point: the value of a single one alone, where it says what it is of.
    fn alternative(&self, point: &PointValue) -> String {
        let texts = Self::texts(point, &self.alternatives);
        match self.alternatives.as_slice() {
            // A name that cannot be seen needs that of its input.
            [one] if texts.trim().is_empty() => format!("{}=\"{texts}\"", one.name),
            [one] if one.kind == Kind::Bool || one.is_numeric() => format!("{}={texts}", one.name),
            [_] => texts,
            _ => format!("({texts})"),
        }
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
    pub(super) fn best_alternatives(&self, groups: &[Optimum], result: &str) -> String {
        let lost = self.lost_settings(result);
        let all = groups.len() + lost;
        let mut alone: Vec<(String, Vec<&Optimum>)> = Vec::new();
        let mut winners: Vec<(String, Vec<&Optimum>)> = Vec::new();
        let mut tied_winners: Vec<(String, Vec<&Optimum>)> = Vec::new();
        let mut undecided: Vec<&Optimum> = Vec::new();
        let mut equal: Vec<&Optimum> = Vec::new();
        for group in groups {
            // Without a rival that has a value, none is beaten.
            if group.points == 1 && group.missing > 0 && group.below_resolution == 0 {
                let name = self.alternative(&group.best);
                match alone.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, of)) => of.push(group),
                    None => alone.push((name, vec![group])),
                }
                continue;
            }
            if group.is_tie() && group.next.is_none() {
                equal.push(group);
                continue;
            }
            if group.is_tie() {
                let tied = std::iter::once(&group.best).chain(&group.undecided);
                let tied: Vec<String> = tied.map(|point| self.alternative(point)).collect();
                let name = joined(&tied);
                match tied_winners.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, of)) => of.push(group),
                    None => tied_winners.push((name, vec![group])),
                }
                continue;
            }
            if !group.is_decided() || group.below_resolution > 0 {
                undecided.push(group);
                continue;
            }
            let name = self.alternative(&group.best);
            match winners.iter_mut().find(|(known, _)| *known == name) {
                Some((_, of)) => of.push(group),
                None => winners.push((name, vec![group])),
            }
        }
        crate::sort::by_key(&mut winners, |(_, of)| std::cmp::Reverse(of.len()));
        let mut parts: Vec<String> = winners
            .iter()
            .take(MOST_NAMED)
            .map(|(name, of)| {
                let at = self.at(of, all);
                format!("{name} is best at {at}{}", ahead(of))
            })
            .collect();
        if winners.len() > MOST_NAMED {
            parts.push(format!("{} others elsewhere", winners.len() - MOST_NAMED));
        }
        for (names, of) in tied_winners.iter().take(MOST_NAMED) {
            parts.push(format!("{names} are equally good at {}", self.at(of, all)));
        }
        if tied_winners.len() > MOST_NAMED {
            parts.push(format!("{} other ties", tied_winners.len() - MOST_NAMED));
        }
        if !equal.is_empty() {
            parts.push(format!("no difference at {}", self.at_none(&equal, all)));
        }
        if !undecided.is_empty() {
            let mut rivals: Vec<String> = Vec::new();
            for group in &undecided {
                let of_group = std::iter::once(&group.best).chain(&group.undecided);
                for name in of_group.map(|point| self.alternative(point)) {
                    if !rivals.contains(&name) {
                        rivals.push(name);
                    }
                }
            }
            let mut text = format!("not decided at {}", self.at_none(&undecided, all));
            let more = rivals.len().saturating_sub(MOST_NAMED);
            rivals.truncate(MOST_NAMED);
            if more > 0 {
                rivals.push(format!("{more} more"));
            }
            let _ = match rivals.as_slice() {
                [one] => write!(text, " between {one} and points below resolution"),
                several => write!(text, " between {}", joined(several)),
            };
            if undecided.iter().any(|group| group.best.lower.is_none()) {
                text.push_str(" (too few repeats for bounds)");
            }
            parts.push(text);
        }
        parts.extend(self.without_rivals(&alone, groups, lost));
        parts.join("; ")
    }

    /// Which alternatives have no rival with a value, which settings no value at all, and how many points have none.
    fn without_rivals(
        &self,
        alone: &[(String, Vec<&Optimum>)],
        groups: &[Optimum],
        lost: usize,
    ) -> Vec<String> {
        let all = groups.len() + lost;
        let mut parts = Vec::new();
        for (name, of) in alone.iter().take(MOST_NAMED) {
            parts.push(format!("only {name} has a value at {}", self.at(of, all)));
        }
        if alone.len() > MOST_NAMED {
            let others: usize = alone.iter().skip(MOST_NAMED).map(|(_, of)| of.len()).sum();
            let what = self.settings_name();
            parts.push(format!("only one has a value at {others} other {what}"));
        }
        if lost > 0 {
            let what = self.settings_name();
            parts.push(format!("no value at {lost} of {all} {what}"));
        }
        let missing: usize = groups
            .iter()
            .filter(|group| group.points > 1)
            .map(|group| group.missing)
            .sum();
        parts.extend(without_value(missing));
        parts
    }

    /// `values of len`, `combinations of len and pattern`.
    pub(super) fn settings_name(&self) -> String {
        let names: Vec<String> = self.settings.iter().map(|dim| dim.name.clone()).collect();
        match names.as_slice() {
            [one] => format!("values of {one}"),
            _ => format!("combinations of {}", joined(&names)),
        }
    }

    /// The settings of some of all groups.
    fn at(&self, some: &[&Optimum], all: usize) -> String {
        let what = self.settings_name();
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

    /// The settings at which something is not so: "not at all" would say more than that.
    fn at_none(&self, some: &[&Optimum], all: usize) -> String {
        if some.len() == all && all > 1 {
            return match all {
                2 => format!("either of the {}", self.settings_name()),
                _ => format!("any of the {all} {}", self.settings_name()),
            };
        }
        self.at(some, all)
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
}

/// `A, B and C`.
fn joined(texts: &[String]) -> String {
    match texts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Says how many points have no value: each of them might be better.
pub(super) fn without_value(missing: usize) -> Option<String> {
    match missing {
        0 => None,
        1 => Some("1 point has no value".to_owned()),
        n => Some(format!("{n} points have no value")),
    }
}

/// From here on, a factor reads better than a percentage.
const FACTOR: f64 = 1.1;

/// By how much the next value is behind the best: ` (4.9 % behind)`; nothing where a ratio means nothing.
pub(super) fn behind(best: f64, next: f64) -> String {
    let factor = (next / best).max(best / next);
    if !(best > 0.0 && next > 0.0 && factor.is_finite()) {
        return String::new();
    }
    if factor < FACTOR {
        format!(" ({} % behind)", digits((factor - 1.0) * 100.0, 2))
    } else {
        format!(" (behind by a factor of {})", digits(factor, 3))
    }
}

/// By how much the best of each group is ahead of the next one: ` (ahead of the next by a factor of 1.2 to 2)`.
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
    let least = factors.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = factors.iter().copied().fold(0.0, f64::max);
    let texts = |of: fn(f64) -> String| {
        let (least, greatest) = (of(least), of(greatest));
        if least == greatest {
            least
        } else {
            format!("{least} to {greatest}")
        }
    };
    if greatest < FACTOR {
        let share = texts(|factor| digits((factor - 1.0) * 100.0, 2));
        format!(" (ahead of the next by {share} %)")
    } else {
        // A factor that would read as 1 is none.
        let factor = texts(|factor| digits(factor, if factor < 1.005 { 5 } else { 3 }));
        format!(" (ahead of the next by a factor of {factor})")
    }
}
