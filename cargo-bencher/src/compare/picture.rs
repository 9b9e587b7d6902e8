//! The effects of a comparison as a small picture, in SVG.

use std::fmt::Write as _;

use bencher_core::dataset::digits;
use bencher_core::regression::{
    Effect, PointComparison, ResultComparison, RunComparison, Scale, SweepComparison, Threshold,
    Verdict,
};

/// The most points that are drawn.
const MOST: usize = 20;
/// The height of a row, and the widths of the three columns: names, effects, numbers.
const ROW: f64 = 22.0;
const NAMES: f64 = 230.0;
const PLOT: f64 = 280.0;
const NUMBERS: f64 = 220.0;
const TOP: f64 = 30.0;
/// Of the circle at a centre.
const RADIUS: f64 = 3.5;
/// The most characters of a name.
const NAME: usize = 36;
/// Effects beyond this share are drawn at the edge.
const FARTHEST: f64 = 3.0;

/// Colours with a contrast of 4 or more on white and on the dark pages of GitHub (#0d1117).
const INK: &str = "#737b85";
const WORSE: &str = "#d1483b";
const BETTER: &str = "#3679b8";

/// One point of the picture; all numbers are shares: 0.02 for 2 %.
struct Mark {
    name: String,
    text: String,
    verdict: Verdict,
    centre: f64,
    bounds: Option<(f64, f64)>,
    band: (f64, f64),
}

/// The picture of the points with an effect, the worst first; none where there is no such point.
pub(super) fn picture(found: &RunComparison) -> Option<String> {
    let has_sweeps = found.sweeps.len() > 1;
    let results = found.results();
    let mut marks: Vec<Mark> = results
        .flat_map(|(sweep, result)| {
            let points = result.points.iter();
            points.filter_map(move |point| {
                let sweep = has_sweeps.then_some(sweep);
                mark(sweep, result, point, found.options.threshold)
            })
        })
        .collect();
    if marks.is_empty() {
        return None;
    }
    let all = marks.len();
    marks.sort_by(|one, other| {
        let by_size = other.centre.abs().total_cmp(&one.centre.abs());
        rank(one.verdict).cmp(&rank(other.verdict)).then(by_size)
    });
    marks.truncate(MOST);
    let of_all = if all > MOST {
        format!(" ({MOST} of {all} points)")
    } else {
        String::new()
    };
    let heading = format!(
        "Effects with their bounds, the worst first{of_all}; the band is the threshold of {} %",
        digits(found.options.threshold.share() * 100.0, 3)
    );
    Some(drawn(&heading, &marks))
}

fn mark(
    sweep: Option<&SweepComparison>,
    result: &ResultComparison,
    point: &PointComparison,
    threshold: Threshold,
) -> Option<Mark> {
    let effect = point.judgement.effect?;
    let share = |x: f64| match effect.scale {
        Scale::Ratio => x - 1.0,
        // A share of nothing has no place.
        Scale::Difference { base } => x / base.abs(),
    };
    let Effect { lower, upper, .. } = effect;
    let (low, high) = effect.band(threshold);
    let centre = share(effect.centre);
    let at: Vec<String> = point
        .at
        .iter()
        .map(|(name, text)| format!("{name}={text}"))
        .collect();
    let parts = [
        sweep.map(|sweep| sweep.title.clone()),
        Some(result.name.clone()),
        Some(at.join(", ")).filter(|at| !at.is_empty()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    Some(Mark {
        name: parts.join(": "),
        text: effect.text(&result.units),
        verdict: point.judgement.verdict,
        centre,
        bounds: lower
            .zip(upper)
            .map(|(lower, upper)| (share(lower), share(upper))),
        band: (share(low), share(high)),
    })
    .filter(|mark| mark.centre.is_finite())
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Worse => 0,
        Verdict::Undecided => 1,
        Verdict::Better => 2,
        Verdict::Same => 3,
    }
}

/// The shares at the edges of the plot: room for all bounds, unless they are far away.
fn range(marks: &[Mark]) -> (f64, f64) {
    let ends = marks.iter().flat_map(|mark| {
        let (low, high) = mark.bounds.unwrap_or((mark.centre, mark.centre));
        [low, high, mark.centre, mark.band.0, mark.band.1]
    });
    let ends: Vec<f64> = ends.filter(|end| !end.is_nan()).collect();
    let low = ends.iter().copied().fold(0.0, f64::min).max(-1.0);
    let high = ends.iter().copied().fold(0.0, f64::max).min(FARTHEST);
    let margin = (high - low) * 0.04;
    (low - margin, high + margin)
}

fn drawn(heading: &str, marks: &[Mark]) -> String {
    let (low, high) = range(marks);
    let x = |share: f64| NAMES + PLOT * (share.clamp(low, high) - low) / (high - low);
    let bottom = TOP + ROW * marks.len() as f64;
    let (width, height) = (NAMES + PLOT + NUMBERS, bottom + 24.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"12\" fill=\"{INK}\">\n<title>{heading}</title>\n<text x=\"0\" \
         y=\"14\">{heading}</text>\n"
    );
    for (row, mark) in marks.iter().enumerate() {
        let (left, right) = (x(mark.band.0), x(mark.band.1));
        let _ = writeln!(
            svg,
            "<rect x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{ROW}\" fill-opacity=\"0.18\"/>",
            TOP + ROW * row as f64,
            right - left
        );
    }
    for (share, text) in ticks(low, high) {
        let (at, opacity) = (x(share), if share == 0.0 { 1.0 } else { 0.25 });
        let _ = writeln!(
            svg,
            "<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{bottom}\" stroke=\"{INK}\" stroke-opacity=\"{opacity}\"/>\
             <text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{text}</text>",
            bottom + 16.0
        );
    }
    for (row, mark) in marks.iter().enumerate() {
        let y = TOP + ROW * (row as f64 + 0.5);
        let (colour, fill) = match mark.verdict {
            Verdict::Worse => (WORSE, WORSE),
            Verdict::Better => (BETTER, BETTER),
            Verdict::Same => (INK, INK),
            Verdict::Undecided => (INK, "none"),
        };
        let centre = x(mark.centre);
        if let Some((lower, upper)) = mark.bounds {
            let mut path = String::new();
            for (bound, side) in [(x(lower), -RADIUS), (x(upper), RADIUS)] {
                // A stroke across each bound, and a line to the circle, unless that covers it.
                let _ = write!(path, "M{bound:.1} {:.1}v10", y - 5.0);
                if (bound - centre).abs() > RADIUS {
                    let _ = write!(path, "M{bound:.1} {y}H{:.1}", centre + side);
                }
            }
            let _ = writeln!(
                svg,
                "<path d=\"{path}\" stroke=\"{colour}\" stroke-width=\"1.5\" fill=\"none\"/>"
            );
        }
        let _ = writeln!(
            svg,
            "<circle cx=\"{:.1}\" cy=\"{y}\" r=\"{RADIUS}\" stroke=\"{colour}\" stroke-width=\"2\" fill=\"{fill}\"/>\n<text x=\"0\" \
             y=\"{:.1}\">{}<title>{}</title></text>\n<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{colour}\">{}</text>",
            centre,
            y + 4.0,
            escaped(&shortened(&mark.name)),
            escaped(&mark.name),
            NAMES + PLOT + 10.0,
            y + 4.0,
            escaped(&mark.text)
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// Four to eight round shares within the range, with their texts.
fn ticks(low: f64, high: f64) -> Vec<(f64, String)> {
    let rough = (high - low) * 100.0 / 6.0;
    let power = 10_f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    let step = steps
        .into_iter()
        .find(|step| *step >= rough)
        .unwrap_or(power);
    let (first, last) = ((low * 100.0 / step).ceil(), (high * 100.0 / step).floor());
    let mut ticks = Vec::new();
    let mut tick = first;
    while tick <= last && ticks.len() < 12 {
        let percent = tick * step;
        let sign = if percent > 0.0 { "+" } else { "" };
        // Not "-0".
        let percent = percent + 0.0;
        ticks.push((percent / 100.0, format!("{sign}{} %", digits(percent, 3))));
        tick += 1.0;
    }
    ticks
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    let start: String = name.chars().take(NAME - 1).collect();
    format!("{start}…")
}

/// A text in which nothing is a mark of XML, and that XML allows.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use bencher_core::regression::{
        CompareOptions, Family, Judgement, ResultComparison, Rule, SweepComparison,
    };
    use bencher_core::var::Direction;

    use super::*;

    fn point(n: usize, percent: f64) -> PointComparison {
        let log = |percent: f64| (percent / 100.0).ln_1p();
        let bounds = (log(percent - 1.0), log(percent + 1.0));
        let rule = Rule {
            threshold: Threshold::POINT,
            direction: Direction::Minimize,
            misrate: 0.05,
        };
        let effect = Effect::of_log_ratio(log(percent), Some(bounds));
        PointComparison {
            at: vec![("<n>".to_owned(), n.to_string())],
            base: Some(1.0),
            candidate: Some(1.0),
            judgement: Judgement::of_effect(effect, 20, &rule),
            advice: None,
        }
    }

    fn comparison(points: Vec<PointComparison>) -> RunComparison {
        RunComparison {
            base: "a".to_owned(),
            candidate: "b".to_owned(),
            pairs: Some(20),
            options: CompareOptions::default(),
            family: Family::new(points.len()),
            sweeps: vec![SweepComparison {
                bench: "Work".to_owned(),
                title: "Work".to_owned(),
                tag: String::new(),
                results: vec![ResultComparison {
                    name: "elapsed".to_owned(),
                    units: "s".to_owned(),
                    direction: Direction::Minimize,
                    is_time: true,
                    points,
                    groups: Vec::new(),
                }],
            }],
            notes: Vec::new(),
        }
    }

    /// Worse, undecided, better, same; the larger effect first.
    #[test]
    fn the_worst_twenty_points_are_drawn_in_order() {
        let percents = [0.0, 5.0, -10.0, 30.0, 2.0, 0.5];
        let points = percents.into_iter().enumerate();
        let mut points: Vec<_> = points.map(|(n, percent)| point(n, percent)).collect();
        let svg = picture(&comparison(points.clone())).unwrap();
        let place = |n: usize| svg.find(&format!("elapsed: &lt;n&gt;={n}<")).unwrap();
        assert!([3, 1, 4, 2, 5, 0].map(place).is_sorted(), "{svg}");
        assert_eq!(svg.matches("<circle").count(), 6);
        points.extend((6..30).map(|n| point(n, 0.0)));
        let svg = picture(&comparison(points)).unwrap();
        assert_eq!(svg.matches("<circle").count(), 20);
        assert!(svg.contains("(20 of 30 points)"), "{svg}");
        assert_eq!(picture(&comparison(Vec::new())), None);
    }

    /// A far effect is drawn at the edge, and leaves room for the others.
    #[test]
    fn far_effects_stay_in_the_picture() {
        let svg = picture(&comparison(vec![point(0, 1e9), point(1, 5.0)])).unwrap();
        for place in svg.split("cx=\"").skip(1) {
            let x: f64 = place.split('"').next().unwrap().parse().unwrap();
            assert!((NAMES..=NAMES + PLOT).contains(&x), "{svg}");
        }
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn ticks_are_round_and_within_the_range() {
        let texts = |low, high| -> Vec<String> {
            ticks(low, high).into_iter().map(|(_, text)| text).collect()
        };
        assert_eq!(texts(-0.03, 0.061), ["-2 %", "0 %", "+2 %", "+4 %", "+6 %"]);
        assert_eq!(
            texts(-0.002, 0.01).first().map(String::as_str),
            Some("-0.2 %")
        );
    }
}
