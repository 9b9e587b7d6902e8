//! What makes some values of a sweep doubtful, counted.

use std::fmt;

use crate::dataset::{CellState, Dataset, Dim, DimRole, PointNumbers, Variable};
use crate::stats::separate_modes;
use crate::value::Kind;
use crate::var::Direction;

use super::alternatives::Inputs;

/// Something that makes some values of a sweep doubtful.
///
/// See [`caveats`] for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caveat {
    /// What is doubtful.
    pub kind: CaveatKind,
    /// The result; empty for samples that failed, which have no results at all.
    pub result: String,
    /// How many samples, points or settings it affects.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// How many in words: `3 of 27 points below resolution`.
    pub text: String,
}

/// What is doubtful about the values that a [`Caveat`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CaveatKind {
    /// Samples failed or timed out.
    Failed,
    /// The bounds do not decide which point is the best.
    Undecided,
    /// Points are too short to separate from the measurement overhead.
    BelowResolution,
    /// The repeats of points have several modes, or a long tail.
    Modes,
    /// Points have too few repeats for bounds.
    WithoutBounds,
    /// Points have no value for another reason: not run yet, or not set.
    WithoutValue,
}

/// `elapsed: 3 of 27 points below resolution`
impl fmt::Display for Caveat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.result.is_empty() {
            write!(f, "{}: ", self.result)?;
        }
        f.write_str(&self.text)
    }
}

/// A line for each result: its first caveat, and the texts of all of them.
///
/// ```
/// use bencher_core::record::{Caveat, CaveatKind, caveats_by_result};
/// let of = |kind, text: &str| Caveat { kind, result: "elapsed".to_owned(), count: 1, of: 4, text: text.to_owned() };
/// let all = [
///     of(CaveatKind::Undecided, "best not decided"),
///     of(CaveatKind::WithoutBounds, "1 of 4 points without bounds"),
/// ];
/// let lines = caveats_by_result(&all);
/// assert_eq!(lines[0].1, "elapsed: best not decided, 1 of 4 points without bounds");
/// ```
pub fn caveats_by_result(caveats: &[Caveat]) -> Vec<(&Caveat, String)> {
    let of_result = caveats.chunk_by(|one, other| one.result == other.result);
    let lines = of_result.filter_map(|all| {
        let (first, others) = all.split_first()?;
        let mut line = first.to_string();
        for other in others {
            line.push_str(", ");
            line.push_str(&other.text);
        }
        Some((first, line))
    });
    lines.collect()
}

/// What makes values of a dataset doubtful: failed samples first, then, for each result, undecided settings, points
/// below resolution, with several modes, without bounds, or without a value. Empty where nothing does.
///
/// Points that a constraint skips are not counted. A timed result needs bounds at every point, another result where its
/// repeats differ.
///
/// ```
/// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
/// # use bencher_core::value::{Kind, Value};
/// use bencher_core::record::caveats;
/// let len = Dim::input("len", Kind::Uint(64), vec![Value::from(1), Value::from(64), Value::from(4096)]);
/// let moves = VariableInfo::new("moves", Kind::Float(64));
/// let mut sorting = Dataset::new("Sorting", vec![len, Dim::repeats(2)], vec![moves])?;
/// let moves = sorting.variable_mut(0).ok_or("no variable")?;
/// for (flat, count) in [(0, 5.0), (1, 5.0), (2, 90.0), (3, 92.0)] {
///     moves.record(flat, &Value::Float(count), CellState::Measured)?;
/// }
/// moves.record_absent(4, CellState::Failed, None)?;
/// moves.record_absent(5, CellState::Failed, None)?;
/// let found: Vec<String> = caveats(&sorting).iter().map(ToString::to_string).collect();
/// assert_eq!(found, ["2 of 6 samples failed", "moves: 1 of 3 points without bounds"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn caveats(dataset: &Dataset) -> Vec<Caveat> {
    let mut found: Vec<Caveat> = failed(dataset).into_iter().collect();
    let inputs = Inputs::of(dataset);
    for variable in dataset.variables() {
        if variable.info.direction != Direction::None {
            found.extend(undecided(&inputs, variable));
        }
        found.extend(of_points(dataset, variable));
    }
    found
}

fn failed(dataset: &Dataset) -> Option<Caveat> {
    let states: Vec<&[CellState]> = dataset.variables().iter().map(Variable::states).collect();
    let has = |flat: usize, state| states.iter().any(|of| of.get(flat) == Some(&state));
    let late = (0..dataset.len()).filter(|flat| has(*flat, CellState::TimedOut));
    let late = late.count();
    let failed = (0..dataset.len())
        .filter(|flat| has(*flat, CellState::TimedOut) || has(*flat, CellState::Failed));
    let count = failed.count();
    let of = states_that_ran(&states, dataset.len());
    let timed_out = match late {
        0 => String::new(),
        late => format!(" ({late} timed out)"),
    };
    (count > 0).then(|| Caveat {
        kind: CaveatKind::Failed,
        result: String::new(),
        count,
        of,
        text: format!("{} failed{timed_out}", share(count, of, "sample")),
    })
}

/// How many samples ran, or are of the store: those that any result has, and those that failed.
fn states_that_ran(states: &[&[CellState]], len: usize) -> usize {
    let ran = |flat: &usize| {
        states.iter().any(|of| {
            let state = of.get(*flat).copied();
            !matches!(
                state,
                None | Some(CellState::Pending | CellState::Skipped | CellState::Missing)
            )
        })
    };
    (0..len).filter(ran).count()
}

/// `3 of 27 points`, `the only point`.
fn share(count: usize, of: usize, noun: &str) -> String {
    match of {
        1 => format!("the only {noun}"),
        2 if count == of => format!("both {noun}s"),
        _ if count == of => format!("all {of} {noun}s"),
        _ => format!("{count} of {of} {noun}s"),
    }
}

fn undecided(inputs: &Inputs, variable: &Variable) -> Option<Caveat> {
    let groups = inputs.groups(&variable.info.name)?;
    let open = groups
        .iter()
        .filter(|group| !group.is_decided() && !group.is_tie());
    let (count, of) = (open.count(), groups.len());
    (count > 0).then(|| Caveat {
        kind: CaveatKind::Undecided,
        result: variable.info.name.clone(),
        count,
        of,
        text: if of > 1 {
            let settings = inputs.settings_name();
            let some = match of {
                2 if count == of => "both".to_owned(),
                _ if count == of => format!("all {of}"),
                _ => format!("{count} of {of}"),
            };
            format!("best not decided at {some} {settings}")
        } else {
            "best not decided".to_owned()
        },
    })
}

fn of_points(dataset: &Dataset, variable: &Variable) -> Vec<Caveat> {
    let kind = variable.info.kind;
    if !(kind.is_numeric() || kind == Kind::Bool) {
        return Vec::new();
    }
    let is_timed = dataset.is_centred(variable);
    let states = PointStates::of(dataset, variable);
    let mut counts = [0_usize; 4];
    let [below, modes, without_bounds, without_value] = &mut counts;
    let mut of = 0;
    for (number, (_, point)) in dataset.point_numbers(variable).enumerate() {
        if states.is_skipped(number) {
            continue;
        }
        of += 1;
        if point.is_below_resolution {
            *below += 1;
        } else if point.repeats.is_empty() {
            *without_value += usize::from(point.failed == 0);
        } else {
            let has_modes = if is_timed {
                point.time.as_ref().is_some_and(|time| time.mode.is_some())
            } else {
                separate_modes(&point.repeats).is_some()
            };
            *modes += usize::from(has_modes);
            *without_bounds += usize::from(lacks_bounds(&point, is_timed, kind));
        }
    }
    let kinds = [
        (CaveatKind::BelowResolution, "below resolution"),
        (CaveatKind::Modes, "with several modes"),
        (CaveatKind::WithoutBounds, "without bounds"),
        (CaveatKind::WithoutValue, "without a value"),
    ];
    let caveats = kinds.into_iter().zip(counts);
    let caveats = caveats.filter(|(_, count)| *count > 0);
    let caveats = caveats.map(|((kind, text), count)| Caveat {
        kind,
        result: variable.info.name.clone(),
        count,
        of,
        text: format!("{} {text}", share(count, of, "point")),
    });
    caveats.collect()
}

/// Whether a point has a value whose bounds are unknown though it may vary.
fn lacks_bounds(point: &PointNumbers, is_timed: bool, kind: Kind) -> bool {
    let varies = point.repeats.windows(2).any(|pair| match pair {
        [one, other] => one.total_cmp(other).is_ne(),
        _ => false,
    });
    // The share of true has bounds from one repeat on.
    let needs_them = kind != Kind::Bool && (is_timed || varies);
    needs_them
        && point
            .summary()
            .is_none_or(|found| found.lower.is_none() || found.upper.is_none())
}

/// The states of the cells of each point.
struct PointStates<'d> {
    states: &'d [CellState],
    /// By how much the numbers of two repeats of a point differ.
    stride: usize,
    repeats: usize,
}

impl<'d> PointStates<'d> {
    fn of(dataset: &Dataset, variable: &'d Variable) -> Self {
        let dims = dataset.dims();
        let axis = dims.iter().position(|dim| dim.role == DimRole::Repeat);
        let later = dims.iter().skip(axis.map_or(dims.len(), |axis| axis + 1));
        Self {
            states: variable.states(),
            stride: later.map(Dim::len).product(),
            repeats: axis.and_then(|axis| dims.get(axis)).map_or(1, Dim::len),
        }
    }

    /// Whether a constraint skips the point: its first sample, since no more than one may be needed.
    fn is_skipped(&self, point: usize) -> bool {
        let stride = self.stride.max(1);
        let first = point / stride * stride * self.repeats + point % stride;
        self.states.get(first) == Some(&CellState::Skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::VariableInfo;
    use crate::value::Value;

    fn times(repeats: u32, points: &[&[f64]]) -> Dataset {
        let levels = (1..=points.len() as u64).map(Value::from).collect();
        let n = Dim::input("n", Kind::Uint(64), levels);
        let info = VariableInfo {
            direction: Direction::Minimize,
            timed: true,
            units: "s".to_owned(),
            ..VariableInfo::new("elapsed", Kind::Float(64))
        };
        let mut dataset =
            Dataset::new("Sweep", vec![n, Dim::repeats(repeats)], vec![info]).unwrap();
        for (point, values) in points.iter().enumerate() {
            for (repeat, x) in values.iter().enumerate() {
                let flat = point * repeats as usize + repeat;
                let variable = dataset.variable_mut(0).unwrap();
                let state = CellState::Measured;
                variable.record(flat, &Value::Float(*x), state).unwrap();
            }
        }
        dataset
    }

    fn texts(dataset: &Dataset) -> Vec<String> {
        caveats(dataset).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_time_of_one_round_has_no_bounds() {
        let of = times(1, &[&[1.0], &[2.0]]);
        assert_eq!(
            texts(&of),
            [
                "elapsed: best not decided",
                "elapsed: both points without bounds"
            ]
        );
    }

    #[test]
    fn well_measured_times_have_no_caveats() {
        let one: Vec<f64> = (0..16).map(|n| 1.0 + f64::from(n % 5) * 1e-3).collect();
        let other: Vec<f64> = one.iter().map(|x| x * 2.0).collect();
        assert_eq!(texts(&times(16, &[&one, &other])), [""; 0]);
    }

    /// Also of a result that is no time.
    #[test]
    fn repeats_of_several_modes_are_doubtful() {
        let one: Vec<f64> = (0..16).map(|n| 1.0 + f64::from(n) * 1e-3).collect();
        let shift = |n: usize| if n.is_multiple_of(3) { 9.0 } else { 2.0 };
        let two: Vec<f64> = one.iter().enumerate().map(|(n, x)| x * shift(n)).collect();
        let mut of = times(16, &[&one, &two]);
        assert_eq!(texts(&of), ["elapsed: 1 of 2 points with several modes"]);
        of.variable_mut(0).unwrap().info.timed = false;
        assert!(texts(&of).contains(&"elapsed: 1 of 2 points with several modes".to_owned()));
    }

    #[test]
    fn points_are_counted_by_what_they_lack() {
        let one: Vec<f64> = (0..16).map(|n| 1.0 + f64::from(n % 5) * 1e-3).collect();
        let other: Vec<f64> = one.iter().map(|x| x * 2.0).collect();
        let mut of = times(16, &[&one, &other, &[], &[], &[], &[]]);
        let variable = of.variable_mut(0).unwrap();
        let states = [
            CellState::BelowResolution,
            CellState::TimedOut,
            CellState::Skipped,
        ];
        for (point, state) in (2..).zip(states) {
            for repeat in 0..16 {
                let flat = point * 16 + repeat;
                variable.record_absent(flat, state, None).unwrap();
            }
        }
        // The last point is pending.
        assert_eq!(
            texts(&of),
            [
                "16 of 64 samples failed (16 timed out)",
                "elapsed: 1 of 5 points below resolution",
                "elapsed: 1 of 5 points without a value",
            ]
        );
    }
}
