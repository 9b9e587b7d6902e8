//! Bounds of many lines: as bars that stand side by side, because more than a few bands hide each other.

use super::{Axis, Chart, ChartKind, Marks, Series, Ticks};

/// The largest number of lines whose bands a reader can tell apart.
const BANDS: usize = 4;
/// Bars that a line has about.
const BARS: usize = 12;
/// The distance of the bars of two lines at one place, as a share of the axis.
const STEP: f64 = 0.008;
/// The same between levels, as a share of the distance of two levels.
const LEVEL_STEP: f64 = 0.08;
/// How much of the distance of two places all bars of a place may take.
const TAKEN: f64 = 0.6;

/// Where the points of lines and their bars are drawn.
pub(crate) struct Dodge<'a> {
    axis: &'a Axis,
    /// Whether bounds are bars, and not bands.
    pub(crate) has_bars: bool,
    /// The distance of two lines at one place: in levels, or as a share of the axis. 0 where they are not moved.
    step: f64,
    lines: usize,
    /// One of how many points has a bar.
    every: usize,
}

impl Dodge<'_> {
    /// The horizontal place of a point of the n-th line.
    pub(crate) fn x(&self, line: usize, x: f64) -> f64 {
        let aside = (line as f64 - (self.lines.saturating_sub(1)) as f64 / 2.0) * self.step;
        let moved = match (&self.axis.ticks, self.axis.range) {
            (Ticks::Levels(_), _) => x + aside,
            (Ticks::Log, Some((low, high))) => x * (aside * (high.ln() - low.ln())).exp(),
            (_, Some((low, high))) => x + (high / 2.0 - low / 2.0) * aside * 2.0,
            (_, None) => x,
        };
        if self.step > 0.0 && moved.is_finite() {
            moved
        } else {
            x
        }
    }

    /// Whether the point at a position of the n-th line has a bar.
    pub(crate) fn has_bar(&self, line: usize, at: usize) -> bool {
        at % self.every == line % self.every
    }
}

impl Chart {
    /// Where the points of its lines and their bars are drawn.
    pub(crate) fn dodge(&self) -> Dodge<'_> {
        let is_crowded = self.is_crowded();
        let lines = self.panels.iter().map(|panel| lines_of(&panel.marks).len());
        let lines = lines.max().unwrap_or(0);
        let longest = self.panels.iter().flat_map(|panel| lines_of(&panel.marks));
        let longest = longest.map(|one| one.points.len()).max().unwrap_or(0);
        Dodge {
            axis: &self.x,
            has_bars: is_crowded || self.kind.has_error_bars(),
            step: if is_crowded { self.step(lines) } else { 0.0 },
            lines,
            every: if is_crowded {
                longest.div_ceil(BARS).max(1)
            } else {
                1
            },
        }
    }

    /// Says how the bounds of many lines are drawn.
    pub(crate) fn describe_bars(&mut self) {
        if !self.is_crowded() {
            return;
        }
        let bars = match self.dodge().every {
            1 => "as bars".to_owned(),
            every => format!("as bars at one of {every} points"),
        };
        if let Some(spread) = &mut self.spread {
            *spread = format!(
                "{spread}, {bars}; lines are moved aside a little, so that no bar hides another"
            );
        }
    }

    /// The horizontal ends of what is drawn of lines, with room beside it.
    pub(crate) fn padded_across(&self) -> Option<(f64, f64)> {
        let dodge = self.dodge();
        self.x.padded(0.02 + dodge.step * dodge.lines as f64 / 2.0)
    }

    /// Whether any panel has more bands than a reader tells apart. Percentiles have two for each line, which no bar shows.
    fn is_crowded(&self) -> bool {
        let is_bounded = |one: &&Series| one.points.iter().any(|point| point.bounds.is_some());
        let bands = |marks: &Marks| lines_of(marks).iter().filter(is_bounded).count();
        let is_of_points = matches!(
            self.kind,
            ChartKind::Line | ChartKind::Curve | ChartKind::Interaction | ChartKind::Ratio
        );
        is_of_points && self.panels.iter().any(|panel| bands(&panel.marks) > BANDS)
    }

    /// The distance of two lines that leaves the places on the axis apart.
    fn step(&self, lines: usize) -> f64 {
        let lines = lines.max(1) as f64;
        if self.is_on_levels() {
            return LEVEL_STEP.min(TAKEN / lines);
        }
        let series = self.panels.iter().flat_map(|panel| lines_of(&panel.marks));
        let points = series.flat_map(|one| &one.points);
        let mut shares: Vec<f64> = points.map(|point| self.x.share(point.x)).collect();
        shares.retain(|share| share.is_finite());
        shares.sort_by(f64::total_cmp);
        let distances = shares.windows(2).filter_map(|pair| match pair {
            [left, right] if right - left > 1e-9 => Some(right - left),
            _ => None,
        });
        let nearest = distances.fold(1.0, f64::min);
        STEP.min(nearest * TAKEN / lines)
    }
}

fn lines_of(marks: &Marks) -> &[Series] {
    match marks {
        Marks::Lines(series) => series,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Point;

    /// Lines over 1, 10 and 100 with bounds.
    fn chart(lines: usize, ticks: Ticks) -> Chart {
        let points = [1.0, 10.0, 100.0].map(|x| Point {
            bounds: Some((1.0, 3.0)),
            ..Point::new(x, Some(2.0))
        });
        let series = |n: usize| Series {
            name: n.to_string(),
            points: points.to_vec(),
        };
        let x = Axis {
            ticks,
            range: Some((1.0, 100.0)),
            ..Axis::linear("len", "")
        };
        let marks = Marks::Lines((0..lines).map(series).collect());
        let mut chart = Chart::new("Costs", (x, Axis::linear("cost", "s")), marks);
        chart.kind = ChartKind::Curve;
        chart
    }

    #[test]
    fn a_few_lines_keep_their_bands_and_their_places() {
        let mut few = chart(4, Ticks::Log);
        assert!(!few.dodge().has_bars);
        assert!((few.dodge().x(3, 10.0) - 10.0).abs() < 1e-12);
        few.describe_bars();
        assert_eq!(few.spread, None);
    }

    #[test]
    fn many_lines_stand_side_by_side_around_their_place() {
        for ticks in [Ticks::Log, Ticks::Linear] {
            let many = chart(7, ticks);
            let dodge = many.dodge();
            assert!(dodge.has_bars && dodge.has_bar(3, 2));
            let places: Vec<f64> = (0..7).map(|line| dodge.x(line, 10.0)).collect();
            assert!(
                (places[3] - 10.0).abs() < 1e-9,
                "the middle one is not moved"
            );
            assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
            // Each is nearer to its own place than to the next.
            assert!(places[0] > 5.5 && places[6] < 31.0, "{places:?}");
        }
    }

    #[test]
    fn long_lines_have_bars_at_places_of_their_own() {
        let mut many = chart(7, Ticks::Linear);
        if let Marks::Lines(series) = &mut many.panels[0].marks {
            for one in series {
                let first = one.points[0].clone();
                one.points = (0..120)
                    .map(|x| Point {
                        x: f64::from(x),
                        ..first.clone()
                    })
                    .collect();
            }
        }
        let dodge = many.dodge();
        let bars = |line: usize| (0..120).filter(|at| dodge.has_bar(line, *at)).count();
        assert_eq!((bars(0), bars(6)), (12, 12));
        assert!((0..120).all(|at| !(dodge.has_bar(0, at) && dodge.has_bar(1, at))));
        many.spread = Some("mean".to_owned());
        many.describe_bars();
        let spread = many.spread.clone().unwrap();
        assert!(spread.contains("one of 10 points"), "{spread}");
        let (low, high) = many.padded_across().unwrap();
        let ends = (dodge_end(&many, 0, 1.0), dodge_end(&many, 6, 100.0));
        assert!(low < ends.0 && ends.1 < high, "{low} {ends:?} {high}");
    }

    fn dodge_end(chart: &Chart, line: usize, x: f64) -> f64 {
        chart.dodge().x(line, x)
    }
}
