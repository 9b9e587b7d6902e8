//! The common parts of charts of all kinds.

use bencher_core::dataset::{CellState, Dim, DimRole, SIDE_BY_SIDE};
use bencher_core::value::Kind;

use crate::chart::{
    Axis, Chart, ChartKind, Gap, GapKind, Marks, Panel, Point, PointSign, Ticks, text,
};
use crate::deduce::facets::Facets;
use crate::deduce::grid::{Grid, Samples};
use crate::deduce::shape::{Shape, Sort};

/// The meaning of a band of `n` repeats.
pub(super) const STD: &str = "mean ± 1 standard deviation of the repeats (n − 1)";
/// The meaning of the bounds of measured times.
pub(super) const BOUNDS: &str =
    "centre of the rounds (Hodges-Lehmann) with its 95 % bounds of this run";
/// The meaning of the bounds of a proportion.
pub(super) const PROPORTION: &str = "share of true with its 95 % bounds (Wilson)";

/// A chart with one panel for every place, each drawn by `marks` from the offset of its cells.
pub(super) fn chart(
    kind: ChartKind,
    shape: &Shape,
    (x, y): (Axis, Axis),
    facets: Facets,
    marks: impl Fn(usize) -> Marks,
) -> Chart {
    let panels: Vec<Panel> = facets
        .places
        .into_iter()
        .map(|place| Panel {
            marks: marks(place.offset),
            facets: place.facets,
        })
        .collect();
    let mut notes: Vec<String> = facets.note.into_iter().collect();
    notes.extend(Panel::names_note(&panels));
    notes.extend(fixed_note(shape));
    notes.extend(time_note(shape));
    notes.extend(earlier_note(shape));
    notes.extend(absences_note(shape, kind));
    let mut title = title(shape);
    if shape.variable.info.timed
        && let Some(workers) = shape.dataset.attributes.get(SIDE_BY_SIDE)
    {
        // Pictures have no notes, and these times must not look like others.
        title.push_str(" (taken side by side)");
        notes.push(format!(
            "Measured by {workers} workers in parallel, which disturb each other."
        ));
    }
    Chart {
        id: String::new(),
        result: shape.variable.info.name.clone(),
        kind,
        alt: format!(
            "{} of {title}{}",
            capital(kind.name()),
            match panels.len() {
                1 => String::new(),
                n => format!(", in {n} panels"),
            }
        ),
        title,
        x,
        y,
        color: None,
        depth: None,
        legend: None,
        reference: None,
        spread: None,
        columns: facets.columns,
        panels,
        notes,
        answer: Vec::new(),
    }
}

/// The unit of the share of true among truth values.
const SHARE: &str = "share of true";

/// The axis of the result's values.
pub(super) fn value_axis(shape: &Shape) -> Axis {
    let info = &shape.variable.info;
    match shape.sort {
        Sort::Truth if shape.repeated() => Axis::linear(&info.name, SHARE),
        _ => Axis {
            // A mean of f32 is none.
            kind: if shape.repeated() {
                Kind::Float(64)
            } else {
                info.kind
            },
            ..Axis::linear(&info.name, &info.units)
        },
    }
}

/// The meaning of the spread of means; `None` without repeats.
pub(in crate::deduce) fn spread(shape: &Shape) -> Option<String> {
    shape.repeated().then(|| match shape.sort {
        Sort::Truth => PROPORTION.to_owned(),
        _ if shape.dataset.is_centred(shape.variable) => BOUNDS.to_owned(),
        _ => match few_repeats(shape) {
            Some(few) => format!("{STD}; of {few} it says little"),
            None => STD.to_owned(),
        },
    })
}

/// Repeats whose deviation or quartiles say little, as a count: the bounds of a deviation of four reach from half to four
/// times of it.
pub(super) fn few_repeats(shape: &Shape) -> Option<String> {
    (2..5)
        .contains(&shape.repeats)
        .then(|| text::count(shape.repeats, "repeat"))
}

/// Which samples a distribution is of, where the centre that is named elsewhere is of others.
pub(super) fn rounds_note(shape: &Shape) -> Option<String> {
    let note =
        "All rounds are shown; the centre that tables and text name is of the rounds that count.";
    (shape.repeated() && shape.dataset.is_centred(shape.variable)).then(|| note.to_owned())
}

/// The mean of the samples with its bounds, or why there is none.
pub(in crate::deduce) fn point(shape: &Shape, x: f64, samples: &Samples) -> Point {
    let y = samples.mean();
    let bounds = bounds(shape, samples);
    Point {
        x,
        place: None,
        y,
        bounds,
        outer: None,
        sign: if samples.has_modes {
            PointSign::SeveralModes
        } else {
            PointSign::Plain
        },
        samples: samples.count(),
        row: None,
        absent: samples.absent,
        gap: samples.gap_of_mean(),
    }
}

/// The bounds of the mean of some samples, as [`spread`] names them; `None` without repeats.
pub(super) fn bounds(shape: &Shape, samples: &Samples) -> Option<(f64, f64)> {
    let bounds = if shape.sort == Sort::Truth {
        bencher_core::stats::proportion_bounds(&samples.values)
    } else {
        samples.bounds()
    };
    bounds
        .filter(|_| shape.repeated())
        .filter(|(low, high)| low.is_finite() && high.is_finite())
}

/// The levels of an input, with the offset of each; one unnamed level without an input.
pub(super) fn levels(shape: &Shape, grid: &Grid, axis: Option<usize>) -> Vec<(String, usize)> {
    let Some(dim) = axis.and_then(|axis| shape.dim(axis)) else {
        return vec![(String::new(), 0)];
    };
    text::levels(dim)
        .into_iter()
        .enumerate()
        .map(|(position, level)| (level, grid.offset(axis, position)))
        .collect()
}

/// The lowest and the highest of some numbers.
pub(in crate::deduce) fn range(numbers: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let ends = |(low, high): (f64, f64), x: f64| (low.min(x), high.max(x));
    let (low, high) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), ends);
    (low <= high).then_some((low, high))
}

/// How many times as large as the least value the greatest one is where an axis is logarithmic: two decades. On a linear
/// one, most of such values would lie on each other at its foot.
const WIDE: f64 = 100.0;

/// Sets the range over all panels of the values that an axis measures, and makes it logarithmic where all values are above
/// zero and they span two decades or more. Where bars begin, zero is among the values.
pub(in crate::deduce) fn fit_values(axis: &mut Axis, numbers: &[f64]) {
    let Some((low, high)) = range(numbers.iter().copied()) else {
        return;
    };
    axis.range = Some((low, high));
    // A share has both ends in view.
    if low > 0.0 && high / low >= WIDE && axis.units != SHARE {
        axis.ticks = Ticks::Log;
    }
}

/// Says that the axis of the values is logarithmic, and why.
pub(in crate::deduce) fn log_note(chart: &mut Chart) {
    let values = match chart.kind {
        ChartKind::Ecdf => &chart.x,
        _ => &chart.y,
    };
    let (true, Some((low, high))) = (values.is_log(), values.range) else {
        return;
    };
    let decades = text::with_digits(high.log10() - low.log10(), 2);
    chart.notes.push(format!(
        "The axis of {} is logarithmic: its values span {decades} decades.",
        values.name
    ));
}

/// Says how many samples have no value.
pub(super) fn absence_note(chart: &mut Chart, gaps: &[(u32, Gap)]) {
    for (count, gap) in gaps {
        chart.notes.push(format!(
            "{} {}.",
            text::count(*count as usize, "sample"),
            text::clip(&gap.text(), 200)
        ));
    }
}

/// `result vs input1 vs input2`, in declared order.
fn title(shape: &Shape) -> String {
    let mut names = vec![shape.variable.info.name.as_str()];
    let inputs = shape.inputs();
    names.extend(
        inputs
            .iter()
            .filter_map(|axis| Some(shape.dim(*axis)?.name.as_str())),
    );
    names.join(" vs ")
}

/// Counts the samples without a value by their state, where the chart does not show it already.
fn absences_note(shape: &Shape, kind: ChartKind) -> Option<String> {
    let is_noted = matches!(
        kind,
        ChartKind::Histogram | ChartKind::Table | ChartKind::Panes
    );
    if is_noted || matches!(shape.sort, Sort::Table(_)) {
        return None;
    }
    let states = shape.variable.states();
    let stride = shape.repeat_stride();
    // A timed point has as many rounds as it needs, or as its budget gave; no more are missing.
    let is_needed = |flat: usize| {
        let first = flat - flat / stride % shape.repeats * stride;
        let open = |flat| {
            matches!(
                states.get(flat),
                Some(CellState::Skipped | CellState::Pending)
            )
        };
        !(shape.in_rounds && open(flat) && !open(first))
    };
    let is_of = |kind: GapKind, flat: usize, state: CellState| match kind {
        // These are recorded, and yet no plot can show them.
        GapKind::NotFinite => shape.variable.number(flat).is_some_and(|x| !x.is_finite()),
        kind => GapKind::of(state) == Some(kind),
    };
    let count = |kind: &GapKind| {
        let of_kind = states
            .iter()
            .enumerate()
            .filter(|(flat, state)| is_of(*kind, *flat, **state) && is_needed(*flat));
        of_kind.count()
    };
    let late = count(&GapKind::TimedOut);
    let counted = |kind: &GapKind| match (kind, count(kind)) {
        (GapKind::Failed, failed) if late > 0 => {
            Some(format!("{} failed ({late} timed out)", failed + late))
        }
        // As everywhere, samples that timed out count as failed.
        (GapKind::TimedOut, _) | (_, 0) => None,
        (GapKind::NotFinite, count) => Some(format!("{count} not finite")),
        (kind, count) => Some(format!("{count} {}", kind.name())),
    };
    let counts: Vec<String> = GapKind::ALL.iter().rev().filter_map(counted).collect();
    let snapshots = shape
        .dataset
        .dims()
        .iter()
        .any(|dim| dim.role == DimRole::Time);
    (!counts.is_empty() && !snapshots).then(|| {
        format!(
            "Without a value: {} of {}.",
            counts.join(", "),
            text::count(states.len(), "sample")
        )
    })
}

fn fixed_note(shape: &Shape) -> Option<String> {
    let parts: Vec<String> = shape
        .fixed
        .iter()
        .filter_map(|axis| shape.dim(*axis))
        .filter_map(|dim| Some((dim, dim.values.first()?)))
        .map(|(dim, value)| format!("{} = {}{}", dim.name, dim.kind.text(value), unit(dim)))
        .collect();
    (!parts.is_empty()).then(|| format!("At {}.", text::clip(&parts.join(", "), 200)))
}

fn time_note(shape: &Shape) -> Option<String> {
    let time = shape
        .dataset
        .dims()
        .iter()
        .find(|dim| dim.role == DimRole::Time && dim.len() > 1)?;
    Some(format!("The latest of {} snapshots.", time.len()))
}

/// Names the points that have rounds of an earlier run than the latest.
fn earlier_note(shape: &Shape) -> Option<String> {
    let (variable, dataset) = (shape.variable, shape.dataset);
    if !variable.info.timed {
        return None;
    }
    let earlier = (0..dataset.len()).filter(|flat| {
        let cell = variable.cell(*flat);
        cell.is_some_and(|cell| cell.is_of_earlier_run())
    });
    let mut points: Vec<String> = Vec::new();
    for position in earlier.filter_map(|flat| dataset.position(flat)) {
        let inputs = dataset.dims().iter().zip(position);
        let inputs = inputs.filter(|(dim, _)| dim.role == DimRole::Input && dim.len() > 1);
        let names: Vec<String> = inputs
            .filter_map(|(dim, at)| Some((dim, dim.values.get(at)?)))
            .map(|(dim, value)| format!("{} = {}", dim.name, dim.kind.text(value)))
            .collect();
        let name = names.join(", ");
        if points.last() != Some(&name) {
            points.push(name);
        }
    }
    points.sort_unstable();
    points.dedup();
    let count = points.len();
    (count > 0).then(|| {
        let noun = if count == 1 {
            "point has"
        } else {
            "points have"
        };
        let names = text::clip(&points.join("; "), 200);
        let at = if names.is_empty() {
            names
        } else {
            format!(" ({names})")
        };
        format!("{count} {noun} rounds of an earlier run{at}.")
    })
}

fn unit(dim: &Dim) -> String {
    match dim.units.as_str() {
        "" => String::new(),
        units => format!(" {units}"),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}
