//! The values of all runs, as the script of the page reads them.

use bencher_core::dataset::{CellState, Dim, UnitScale};
use bencher_core::value::Value;
use bencher_core::var::Scale;
use serde_json::{Value as Json, json};

use crate::over_time::{
    MOST_NUMBERS, PointOfRun, ResultRuns, RunState, SweepRuns, kept_runs, percentiles,
};

/// The runs whose values the page carries point by point.
pub(super) fn kept(sweep: &SweepRuns) -> Vec<usize> {
    let numbers = sweep.results.iter().map(|result| {
        let bounds = if has_bounds(result) { 3 } else { 1 };
        sweep.points().saturating_mul(bounds)
    });
    kept_runs(sweep.runs.len(), numbers.sum(), MOST_NUMBERS)
}

/// One sweep: its runs, its inputs, and each value of the kept runs once.
pub(super) fn sweep(sweep: &SweepRuns, kept: &[usize]) -> Json {
    let runs = sweep.runs.iter().map(|run| {
        let state = match run.state {
            RunState::Good => 0,
            RunState::Failed(_) => 1,
            RunState::Accepted(_) => 2,
        };
        json!({ "number": run.number, "event": run.event, "text": run.text(), "state": state })
    });
    let results = sweep.results.iter().map(|one| result(one, sweep, kept));
    json!({
        "runs": runs.collect::<Vec<Json>>(),
        "kept": kept,
        "inputs": sweep.inputs.iter().map(input).collect::<Vec<Json>>(),
        "results": results.collect::<Vec<Json>>(),
    })
}

pub(in super::super) fn input(dim: &Dim) -> Json {
    let levels: Vec<String> = dim.values.iter().map(|value| dim.text(value)).collect();
    let numbers: Option<Vec<f64>> = dim
        .is_numeric()
        .then(|| dim.values.iter().map(Value::as_f64).collect())
        .flatten();
    json!({
        "name": dim.name,
        "units": dim.units,
        "levels": levels,
        "numbers": numbers,
        "log": dim.scale == Scale::Log,
    })
}

fn result(result: &ResultRuns, sweep: &SweepRuns, kept: &[usize]) -> Json {
    let mut json = values(result, kept);
    json["marks"] = result
        .marks
        .iter()
        .map(|mark| json!({ "run": mark.run, "text": mark.text, "worse": mark.is_worse }))
        .collect();
    if sweep.points() == 1 {
        json["between"] = json!(result.between_runs);
    } else {
        let (found, is_relative) = percentiles(result, &sweep.runs);
        let of_run = found.iter().map(|run| match run {
            Some(run) => json!([
                number(Some(run.least)),
                number(Some(run.lower)),
                number(Some(run.median)),
                number(Some(run.upper)),
                number(Some(run.greatest)),
                run.points
            ]),
            None => Json::Null,
        });
        json["percentiles"] = of_run.collect();
        json["relative"] = json!(is_relative);
    }
    json
}

/// The values of a result in the kept runs, with their bounds, and with a state where there is none.
pub(in super::super) fn values(result: &ResultRuns, kept: &[usize]) -> Json {
    let rows = || kept.iter().filter_map(|run| result.values.get(*run));
    let grid = |value: &dyn Fn(&PointOfRun) -> Option<f64>| -> Vec<Vec<Json>> {
        let row = |points: &Vec<PointOfRun>| {
            let numbers = points.iter().map(|point| number(value(point)));
            numbers.collect()
        };
        rows().map(row).collect()
    };
    let mut json = json!({
        "name": result.info.name,
        "worse": result.worse(),
        "scales": scales(result),
        "values": grid(&|point| point.value),
        "states": rows().map(|points| states(points)).collect::<Vec<String>>(),
    });
    if has_bounds(result) {
        json["low"] = json!(grid(&|point| Some(point.bounds?.0)));
        json["high"] = json!(grid(&|point| Some(point.bounds?.1)));
    }
    json
}

fn has_bounds(result: &ResultRuns) -> bool {
    let mut points = result.values.iter().flatten();
    points.any(|point| point.bounds.is_some())
}

/// A number as the page carries it: in the seven digits that a figure needs; a whole number in full.
pub(super) fn rounded(x: f64) -> f64 {
    if x.fract() == 0.0 {
        return x;
    }
    format!("{x:.6e}").parse().unwrap_or(x)
}

pub(in super::super) fn number(x: Option<f64>) -> Json {
    let Some(x) = x.filter(|x| x.is_finite()).map(rounded) else {
        return Json::Null;
    };
    // Without a decimal point; beyond this, not all whole numbers are floats.
    if x.fract() == 0.0 && x.abs() < 9e15 {
        #[expect(clippy::cast_possible_truncation, reason = "whole, and within i64")]
        return json!(x as i64);
    }
    json!(x)
}

/// A letter for each point: `.` where it has a value.
fn states(points: &[PointOfRun]) -> String {
    let letter = |point: &PointOfRun| match (point.value, point.state) {
        (Some(_), _) => '.',
        (None, CellState::Failed) => 'f',
        (None, CellState::TimedOut) => 't',
        (None, CellState::BelowResolution) => 'b',
        (None, CellState::Skipped) => 's',
        (None, CellState::Pending) => 'p',
        (None, _) => 'm',
    };
    points.iter().map(letter).collect()
}

/// The units of a result by magnitude, the smallest first: from where each holds, its factor, its name.
fn scales(result: &ResultRuns) -> Vec<(f64, f64, String)> {
    let values = result.values.iter().flatten();
    let magnitudes = values.filter_map(|point| Some(point.value?.abs()));
    let (low, high) = magnitudes
        .filter(|x| *x > 0.0)
        .fold((f64::INFINITY, 0.0_f64), |(low, high), x| {
            (low.min(x), high.max(x))
        });
    let units = &result.info.units;
    let at = |magnitude: f64| {
        let scale = UnitScale::for_magnitude(units, magnitude);
        (magnitude, scale.apply(1.0), scale.units().to_owned())
    };
    let mut found = vec![at(low)];
    if !low.is_finite() {
        return vec![(0.0, 1.0, units.clone())];
    }
    // Prefixes begin at powers of 1000 or of 1024.
    let thresholds = (-30..=30).map(|n| 10_f64.powi(n));
    let binary = (0..=90).map(|n| 2_f64.powi(n));
    let mut steps: Vec<f64> = thresholds
        .chain(binary)
        .filter(|x| *x > low && *x <= high * 2.0)
        .collect();
    steps.sort_by(f64::total_cmp);
    for step in steps {
        let next = at(step);
        if found.last().is_none_or(|last| last.2 != next.2) {
            found.push(next);
        }
    }
    if let Some(first) = found.first_mut() {
        first.0 = 0.0;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use bencher_core::dataset::VariableInfo;
    use bencher_core::value::Kind;

    fn values(units: &str, values: &[f64]) -> ResultRuns {
        let mut info = VariableInfo::new("y", Kind::Float(64));
        units.clone_into(&mut info.units);
        let point = |x: &f64| PointOfRun {
            value: Some(*x),
            ..PointOfRun::default()
        };
        ResultRuns::new(info, vec![values.iter().map(point).collect()])
    }

    #[test]
    fn units_change_with_the_magnitude() {
        let names = |units: &str, of: &[f64]| -> Vec<(f64, String)> {
            let scales = scales(&values(units, of));
            scales.into_iter().map(|one| (one.0, one.2)).collect()
        };
        let own = |list: &[(f64, &str)]| -> Vec<(f64, String)> {
            list.iter()
                .map(|(x, name)| (*x, (*name).to_owned()))
                .collect()
        };
        assert_eq!(
            names("s", &[2e-7, 3e-3]),
            own(&[(0.0, "ns"), (1e-6, "µs"), (1e-3, "ms")])
        );
        assert_eq!(
            names("B", &[100.0, 5000.0]),
            own(&[(0.0, "B"), (1024.0, "KiB")])
        );
        assert_eq!(names("moves", &[0.0, 4.0]), own(&[(0.0, "moves")]));
        assert_eq!(names("s", &[0.0]), own(&[(0.0, "s")]));
    }

    #[test]
    fn numbers_are_short_and_whole_ones_exact() {
        assert_eq!(number(Some(1.0 / 3.0)).to_string(), "0.3333333");
        assert_eq!(
            number(Some(1_234_567_890_123.0)).to_string(),
            "1234567890123"
        );
        assert_eq!(number(Some(f64::NAN)), Json::Null);
    }

    #[test]
    fn absent_values_have_a_letter() {
        let point = |state| PointOfRun {
            state,
            ..PointOfRun::default()
        };
        let all = CellState::ALL.map(point);
        assert_eq!(states(&all), "pmmmsftbm");
    }
}
