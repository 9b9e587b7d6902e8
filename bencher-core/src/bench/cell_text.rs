//! The text of a cell in a table of results, which sums up the repeats of a point.

use std::fmt::Write as _;

use crate::dataset::{CellState, Dataset, UnitScale, Variable, digits, significant};
use crate::stats::{PointTime, Summary};
use crate::value::{Kind, Value};

use super::table::short;
use super::warnings::MANY_MOVED;

/// From this many rounds on, the median has bounds of 95 %, where all times are known.
const ENOUGH: usize = 6;

/// The explanations of cells for the lines below the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a sign of its own")]
pub(super) struct Footnotes {
    /// A time has bounds.
    bounds: bool,
    /// Too few rounds count for bounds.
    too_few: bool,
    /// A bound lies among rounds that have no time.
    unknown_bound: bool,
    /// A centre is that of the lowest of several modes.
    modes: bool,
    /// The bounds of a time reach to its fastest round.
    one_sided: bool,
    /// Many slices do not count for a time.
    partial: bool,
    /// A time holds that of other programs, too.
    preempted: bool,
    /// The system moved the program to another core in many rounds.
    moved: bool,
    /// A core was slowed down because of heat in a round.
    throttled: bool,
    /// A result that is no time varies.
    deviation: bool,
    /// A point has rounds of an earlier run.
    pub(super) earlier_rounds: bool,
}

impl Footnotes {
    /// A line for each sign that the table has.
    pub(super) fn lines(self) -> Vec<&'static str> {
        let all = [
            (
                self.bounds,
                "±: the 95 % bounds of this run; runs differ from each other by more",
            ),
            (
                self.too_few && !self.unknown_bound,
                "± ?: fewer than six rounds (or processes) count, too few for bounds",
            ),
            (
                self.unknown_bound && !self.too_few,
                "± ?: a bound is unknown, because some rounds are below resolution or timed out",
            ),
            (
                self.too_few && self.unknown_bound,
                "± ?: fewer than six rounds (or processes) count, too few for bounds; or a bound \
                 is unknown, because some rounds are below resolution or timed out",
            ),
            (
                self.modes,
                "(mode of N %): the rounds have several modes or a long tail; the time shown is \
                 the lowest mode, which has N % of the rounds",
            ),
            (
                self.one_sided,
                "(one-sided): the rounds have a tail of slow ones, so the most frequent time may \
                 be below the centre shown; the bounds extend down to the fastest round",
            ),
            (
                self.partial,
                "(of N % of the slices): this time is of these slices only; the other calls took \
                 longer (an upper mode or outliers), or were preempted while calls differ in \
                 length, so the mean of all calls is larger",
            ),
            (
                self.preempted,
                "(preempted): other programs ran on the core during every call, so the time \
                 includes theirs",
            ),
            (
                self.moved,
                "(N of M moved): the system moved the program to another core in N of M rounds, so \
                 their caches were cold",
            ),
            (
                self.throttled,
                "(N of M throttled): a core was slowed down because of heat in N of M rounds, so \
                 their times are too long",
            ),
            (
                self.deviation,
                "(sd N): the standard deviation of the repeats; ± would be the 95 % bounds of a time",
            ),
            (self.earlier_rounds, "*: includes rounds of an earlier run"),
        ];
        all.into_iter()
            .filter_map(|(is_used, line)| is_used.then_some(line))
            .collect()
    }
}

/// The repeats of one point of a result.
pub(super) struct PointCells<'d> {
    pub(super) dataset: &'d Dataset,
    pub(super) variable: &'d Variable,
    /// The one scale of the column.
    pub(super) scale: &'d UnitScale,
    /// Where the repeats begin in the variable, and how many there are.
    pub(super) first: usize,
    pub(super) repeats: usize,
    /// Whether any result of the dataset is a measured time.
    pub(super) has_times: bool,
}

impl PointCells<'_> {
    fn cells(&self) -> std::ops::Range<usize> {
        self.first..self.first + self.repeats
    }

    fn state(&self, flat: usize) -> CellState {
        let state = self.variable.states().get(flat).copied();
        state.unwrap_or(CellState::Pending)
    }

    /// A cell, the mean of the repeats with their standard deviation, or the centre of times with its bounds.
    pub(super) fn text(&self, footnotes: &mut Footnotes) -> String {
        if self.dataset.is_centred(self.variable) {
            let cells: Vec<usize> = self.cells().collect();
            let time = self.dataset.point_time(self.variable, &cells);
            if time.is_below_resolution {
                return format!("({})", CellState::BelowResolution);
            }
            if time.is_timed_out {
                return format!("({})", CellState::TimedOut);
            }
            if let Some(found) = self.dataset.summary_of_time(&time) {
                return self.time_text(&time, &found, footnotes);
            }
        }
        let present = self
            .cells()
            .filter(|flat| self.state(*flat).has_value())
            .count();
        if present == 0 {
            return format!("({})", self.state(self.first));
        }
        let mut text = self.value_text(footnotes);
        self.tell_missing(&mut text, present);
        text
    }

    fn time_text(&self, time: &PointTime, found: &Summary, footnotes: &mut Footnotes) -> String {
        let mut text = centre_text(found, &self.variable.info.units);
        if found.half_width().is_some() {
            footnotes.bounds = true;
        } else {
            let is_unknown = time.below + time.timed_out > 0 && found.count >= ENOUGH;
            footnotes.unknown_bound |= is_unknown;
            footnotes.too_few |= !is_unknown;
        }
        if let Some(mode) = time.mode {
            footnotes.modes = true;
            let _ = write!(text, " (mode of {:.0} %)", mode.share() * 100.0);
        }
        if time.is_partial() {
            footnotes.partial = true;
            let _ = write!(text, " (of {:.0} % of the slices)", time.slices * 100.0);
        }
        if time.is_one_sided && found.half_width().is_some() {
            footnotes.one_sided = true;
            text.push_str(" (one-sided)");
        }
        if time.is_preempted {
            footnotes.preempted = true;
            text.push_str(" (preempted");
            if let Some(busy) = self.busy_text(found.centre) {
                let _ = write!(text, ", {busy}");
            }
            text.push(')');
        }
        let (cells, rounds): (Vec<usize>, _) = (self.cells().collect(), time.rounds.len());
        let (moved, throttled) = self.variable.moved_and_throttled(&cells);
        if moved > 0 && moved as f64 >= MANY_MOVED * rounds as f64 {
            footnotes.moved = true;
            let _ = write!(text, " ({moved} of {rounds} moved)");
        }
        if throttled > 0 {
            footnotes.throttled = true;
            let _ = write!(text, " ({throttled} of {rounds} throttled)");
        }
        let known = time
            .rounds
            .iter()
            .filter(|round| round.seconds().is_some())
            .count();
        if time.below > 0 {
            let _ = write!(
                text,
                " ({} of {} below resolution)",
                time.below,
                known + time.below
            );
        } else {
            self.tell_missing(&mut text, known);
        }
        text
    }

    /// How long the round nearest to a time was on a core; times alone say so.
    fn busy_text(&self, centre: f64) -> Option<&str> {
        let preempted = self
            .cells()
            .filter(|flat| self.state(*flat) == CellState::Preempted);
        let away = |flat: usize| Some((self.variable.number(flat)? - centre).abs());
        let nearest = preempted
            .filter_map(|flat| Some((flat, away(flat)?)))
            .min_by(|(_, a), (_, b)| a.total_cmp(b));
        let reason = self.variable.cell(nearest?.0)?.reason?;
        // Other notes have signs of their own.
        reason.split("; ").next()
    }

    /// How many of several truth values are true: all of three are no certainty.
    fn truths_text(&self) -> Option<String> {
        let is_truth = self.variable.info.kind == Kind::Bool && self.repeats > 1;
        let truth = |flat: usize| match self.variable.cell(flat)?.value? {
            Value::Bool(truth) => Some(truth),
            _ => None,
        };
        let truths: Vec<bool> = self.cells().filter_map(truth).collect();
        let count = truths.iter().filter(|truth| **truth).count();
        is_truth.then(|| format!("{count} of {} true", truths.len()))
    }

    fn value_text(&self, footnotes: &mut Footnotes) -> String {
        if let Some(text) = self.truths_text() {
            return text;
        }
        let is_scaled = self.scale.units() != self.variable.info.units;
        let values: Vec<Value> = self
            .cells()
            .filter_map(|flat| self.variable.cell(flat)?.value)
            .map(|value| match value.as_f64() {
                Some(x) if is_scaled => Value::Float(self.scale.apply(x)),
                _ => value,
            })
            .collect();
        let numbers: Vec<f64> = self
            .cells()
            .filter_map(|flat| Some(self.scale.apply(self.variable.number(flat)?)))
            .collect();
        let first = values.first().map(short).unwrap_or_default();
        let is_same = values.windows(2).all(|pair| pair.first() == pair.last());
        let deviation = crate::stats::std(&numbers, 1)
            // Whole numbers may differ by less than a float tells.
            .filter(|deviation| !is_same && *deviation > 0.0);
        let Some((mean, deviation)) = crate::stats::mean(&numbers).zip(deviation) else {
            if is_same {
                return first;
            }
            let equal = values.iter().filter(|value| Some(*value) == values.first());
            return format!(
                "{first} ({} of {}, others differ)",
                equal.count(),
                values.len()
            );
        };
        let mean = digits(mean, meaningful(mean, deviation));
        footnotes.deviation = true;
        format!("{mean} (sd {})", digits(deviation, 2))
    }

    fn tell_missing(&self, text: &mut String, present: usize) {
        // A timed point has as many rounds as it needs, or as its budget gave; no more are missing.
        let not_wanted = |flat: &usize| match self.state(*flat) {
            CellState::Skipped => true,
            CellState::Pending => self.has_times,
            _ => false,
        };
        let wanted = self.repeats - self.cells().filter(not_wanted).count();
        if present < wanted {
            let _ = write!(text, " ({present} of {wanted})");
        }
    }
}

/// The centre of measured times in a unit that suits it, and within which share of it they know it.
fn centre_text(found: &Summary, units: &str) -> String {
    let scale = UnitScale::for_magnitude(units, found.centre);
    let centre = |count| {
        let number = digits(scale.apply(found.centre), count);
        format!("{number} {}", scale.units()).trim_end().to_owned()
    };
    match found.half_width() {
        // A share of next to nothing says nothing: a difference may be near 0.
        Some(width) if width > 1.0 => {
            let bound = width * found.centre.abs();
            let scale = UnitScale::for_magnitude(units, bound);
            let (centre, bound) = (scale.apply(found.centre), scale.apply(bound));
            let text = format!(
                "{} ± {} {}",
                digits(centre, 2),
                digits(bound, 2),
                scale.units()
            );
            text.trim_end().to_owned()
        }
        Some(width) => {
            let shown = meaningful(1.0, width.max(1e-4));
            let width = significant(percent(width), 2);
            format!("{} ± {width} %", centre(shown))
        }
        None => format!("{} ± ?", centre(4)),
    }
}

/// A share in percent; what is less than a float can tell from nothing is nothing.
fn percent(share: f64) -> f64 {
    if share < 1e-12 { 0.0 } else { share * 100.0 }
}

/// The significant digits of a mean that its standard deviation leaves meaning to.
fn meaningful(mean: f64, std: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped"
    )]
    let digits = (mean.abs().log10().floor() - std.log10().floor() + 2.0).clamp(2.0, 17.0) as usize;
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_next_to_nothing_are_no_share_of_it() {
        let text = |centre: f64, lower: f64, upper: f64| {
            let found = Summary {
                centre,
                lower: Some(lower),
                upper: Some(upper),
                count: 9,
                autocorrelation: 0.0,
                noise: 0.0,
            };
            centre_text(&found, "s")
        };
        assert_eq!(text(1e-3, 0.99e-3, 1.02e-3), "1 ms ± 2 %");
        assert_eq!(text(1e-9, -4e-6, 4e-6), "0.001 ± 4 µs");
        assert_eq!(text(-1e-9, -4e-6, 3e-6), "-0.001 ± 4 µs");
    }
}
