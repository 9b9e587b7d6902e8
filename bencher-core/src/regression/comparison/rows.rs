//! The rows of a printed comparison: what deserves attention first, what is the same folded.

use std::cmp::Ordering;

use crate::console::visible;
use crate::dataset::{digits, quantity};
use crate::regression::advice::Advice;
use crate::regression::family::ErrorControl;
use crate::regression::reason::Reason;
use crate::regression::verdict::{Judgement, Scale, Verdict};

use super::{GroupComparison, PointComparison, ResultComparison, RunComparison, VerdictCounts};

/// One point in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) point: String,
    pub(super) base: String,
    pub(super) candidate: String,
    pub(super) effect: String,
    pub(super) verdict: String,
}

impl Row {
    pub(super) fn cells(&self) -> [&str; 5] {
        [
            &self.point,
            &self.base,
            &self.candidate,
            &self.effect,
            &self.verdict,
        ]
    }
}

/// The headings of the rows.
pub(super) const HEADINGS: [&str; 5] = ["point", "base", "candidate", "effect", "verdict"];

impl ResultComparison {
    /// The points worth a row, the worst first; all of them where that is asked for.
    pub(super) fn rows(&self, all: bool) -> Vec<Row> {
        let is_shown = |point: &&PointComparison| {
            let Judgement {
                verdict, reason, ..
            } = point.judgement;
            let is_open = verdict == Verdict::Undecided && !reason.is_without_comparison();
            all || is_open || matches!(verdict, Verdict::Worse | Verdict::Better)
        };
        let mut points: Vec<&PointComparison> = self.points.iter().filter(is_shown).collect();
        points.sort_by(|one, other| by_attention(&one.judgement, &other.judgement));
        points.iter().map(|point| self.row(point)).collect()
    }

    /// One point in a line: `len=10: 2.1 ms → 2.4 ms, 1.14 (1.09 … 1.19), slower`.
    pub(crate) fn point_line(&self, point: &PointComparison) -> String {
        let row = self.row(point);
        let values = format!("{} → {}", row.base, row.candidate);
        format!("{}: {values}, {}, {}", row.point, row.effect, row.verdict)
    }

    fn row(&self, point: &PointComparison) -> Row {
        let value = |value: Option<f64>| {
            value.map_or_else(|| "-".to_owned(), |value| quantity(value, &self.units))
        };
        Row {
            point: point_text(&point.at),
            base: value(point.base),
            candidate: value(point.candidate),
            effect: point
                .judgement
                .effect
                .map_or_else(|| "-".to_owned(), |effect| effect.text(&self.units)),
            verdict: self.verdict_text(&point.judgement, point.advice.as_ref()),
        }
    }

    /// The verdict with its reason, where that is not plain.
    fn verdict_text(&self, judgement: &Judgement, advice: Option<&Advice>) -> String {
        let word = judgement.verdict.word(self.direction, self.is_time);
        match (judgement.verdict, judgement.reason, advice) {
            (Verdict::Undecided, Reason::IntervalTooWide, Some(advice)) => {
                let pairs = advice.pairs_to_decide;
                let pairs = pairs.map(|pairs| format!("about {pairs} pairs would decide"));
                let share = advice.detectable;
                let share = share.map(|share| format!("{} % would show", digits(share * 100.0, 2)));
                let known: Vec<String> = pairs.into_iter().chain(share).collect();
                if known.is_empty() {
                    format!("{word}: {}", judgement.reason)
                } else {
                    format!("{word}: {}", known.join(", "))
                }
            }
            (_, Reason::WithinThreshold | Reason::BeyondThreshold, _) => word.to_owned(),
            (Verdict::Worse | Verdict::Better | Verdict::Same, Reason::Exact, _) => {
                format!("{word} (exact)")
            }
            (_, reason, _) => format!("{word}: {reason}"),
        }
    }

    /// A group in words: `all 25 points: 1.01 (1.002 … 1.02), slower`.
    pub(super) fn group_text(&self, group: &GroupComparison) -> String {
        let points = match &group.level {
            Some((input, level)) => {
                format!(
                    "{} points at {}={}",
                    group.points,
                    visible(input),
                    visible(level)
                )
            }
            None => format!("all {} points", group.points),
        };
        let effect = group.judgement.effect;
        let effect = effect.map_or_else(|| "-".to_owned(), |effect| effect.text(&self.units));
        let verdict = self.verdict_text(&group.judgement, None);
        format!("{points}: {effect}, {verdict}")
    }

    /// The groups worth a line: all points, and the levels with a verdict of worse or better.
    pub(super) fn groups_worth_a_line(&self) -> impl Iterator<Item = &GroupComparison> {
        self.groups.iter().filter(|group| {
            let verdict = group.judgement.verdict;
            group.level.is_none() || matches!(verdict, Verdict::Worse | Verdict::Better)
        })
    }

    /// The rows that are not shown: `22 points are the same, 1 point is new`.
    pub(super) fn folded(&self) -> Option<String> {
        let count = |fits: &dyn Fn(&Judgement) -> bool| {
            let points = self.points.iter();
            points.filter(|point| fits(&point.judgement)).count()
        };
        let are = |count: usize, what: &str| {
            let (points, are) = if count == 1 {
                ("point", "is")
            } else {
                ("points", "are")
            };
            (count > 0).then(|| format!("{count} {points} {are} {what}"))
        };
        let is = |reason: Reason| move |judgement: &Judgement| judgement.reason == reason;
        let parts = [
            are(
                count(&|judgement| judgement.verdict == Verdict::Same),
                "the same",
            ),
            are(count(&is(Reason::New)), "new"),
            are(count(&is(Reason::NotMeasured)), "not measured by either"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

impl RunComparison {
    /// The sums in one sentence.
    pub(super) fn summary(&self) -> String {
        let VerdictCounts {
            worse,
            better,
            same,
            undecided,
            not_compared,
        } = self.counts();
        let points = worse + better + same + undecided;
        let not_compared = match not_compared {
            0 => String::new(),
            count => format!(", {count} not compared"),
        };
        format!(
            "{points} {}: {worse} worse, {better} better, {same} the same, {undecided} undecided{not_compared}",
            if points == 1 { "point" } else { "points" }
        )
    }

    /// What the bounds and verdicts hold for.
    pub(super) fn caption(&self) -> String {
        let percent = |share: f64| digits(share * 100.0, 3);
        let what = match self.pairs {
            Some(1) => "1 pair of processes; bounds of any run".to_owned(),
            Some(pairs) => format!("{pairs} pairs of processes; bounds of any run"),
            None => "stored runs; bounds of any run where there are bounds".to_owned(),
        };
        let control = match self.family.control() {
            ErrorControl::FamilyWise => format!(
                ", for all points together at {} %",
                percent(1.0 - self.family.rate())
            ),
            ErrorControl::FalseDiscovery => format!(
                "; on average, {} % at most of the points named worse or better are not",
                percent(self.family.rate())
            ),
        };
        let mut results = self.results();
        let has_groups = results.any(|(_, result)| result.groups_worth_a_line().next().is_some());
        let of_groups = if has_groups {
            let share = percent(self.options.group_threshold.share());
            format!(" (of groups of points up to {share} %)")
        } else {
            String::new()
        };
        let pairs = match self.pairs {
            Some(_) => "; effect: centre of the pairs' ratios",
            None => "",
        };
        format!(
            "{what}{control}; effects up to {} % count as the same{of_groups}{pairs}",
            percent(self.options.threshold.share())
        )
    }
}

/// Worse before undecided before better before the rest; within each, the larger effect first.
fn by_attention(one: &Judgement, other: &Judgement) -> Ordering {
    let rank = |judgement: &Judgement| match judgement.verdict {
        Verdict::Worse => 0,
        Verdict::Undecided => 1,
        Verdict::Better => 2,
        Verdict::Same => 3,
    };
    let size = |judgement: &Judgement| {
        judgement
            .effect
            .map_or(f64::INFINITY, |effect| match effect.scale {
                Scale::Ratio => effect.centre.ln().abs(),
                Scale::Difference { base } => (effect.centre / base).abs(),
            })
    };
    rank(one)
        .cmp(&rank(other))
        .then(size(other).total_cmp(&size(one)))
}

/// `len=1000, algo=radix`; of a sweep that varies nothing, `-`.
fn point_text(at: &[(String, String)]) -> String {
    let parts: Vec<String> = at
        .iter()
        .map(|(name, text)| format!("{}={}", visible(name), visible(text)))
        .collect();
    if parts.is_empty() {
        "-".to_owned()
    } else {
        parts.join(", ")
    }
}
