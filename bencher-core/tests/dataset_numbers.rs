//! Operations that compute cells against a naive model: statistics and formulas.

#![expect(
    clippy::float_cmp,
    reason = "what must be equal is exact; the rest has `close`"
)]

mod dataset_common;

use std::collections::BTreeMap;

use bencher_core::dataset::{Aggregate, CellState, Dataset, Dim, Formula, Statistic, VariableInfo};
use bencher_core::stats;
use bencher_core::value::{Kind, Value};
use dataset_common::datasets;
use dataset_common::model::{Cell, Key, borrowed, model, names, some_dims, text, without};
use proptest::prelude::*;

/// The number that a cell holds.
fn number(cell: &Cell) -> Option<f64> {
    cell.value.as_ref().and_then(Value::as_f64)
}

fn close(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

/// A statistic as its definition has it.
type Naive<'a> = Box<dyn Fn(&[f64]) -> Option<f64> + 'a>;

/// The state, number and reason of a reduced cell.
type Reduced = (CellState, Option<f64>, Option<String>);

/// What a reduction must give: the cells of each group, in row-major order, made into one.
fn reduced(
    dataset: &Dataset,
    dims: &[&str],
    statistic: &dyn Fn(&[f64]) -> Option<f64>,
    is_ordered: bool,
) -> BTreeMap<String, BTreeMap<Key, Reduced>> {
    let mut result = BTreeMap::new();
    for variable in dataset.variables() {
        let name = &variable.info.name;
        let mut groups: BTreeMap<Key, Vec<Cell>> = BTreeMap::new();
        for (flat, row) in dataset.long_table().rows().enumerate() {
            let texts = row.coordinates.iter().map(|value| text(value));
            let key: Key = names(dataset).into_iter().zip(texts).collect();
            let cell = variable.cell(flat).unwrap();
            let cell = Cell {
                state: cell.state,
                value: cell.value,
                reason: cell.reason.map(str::to_owned),
            };
            groups.entry(without(&key, dims)).or_default().push(cell);
        }
        if !variable.is_numeric() {
            continue;
        }
        let one = |cells: Vec<Cell>| {
            let mut numbers: Vec<f64> = cells.iter().filter_map(number).collect();
            let in_state = |state| cells.iter().filter(|cell| cell.state == state).count();
            let is_ordered = is_ordered && variable.info.timed;
            let below = in_state(CellState::BelowResolution);
            let late = usize::from(is_ordered) * in_state(CellState::TimedOut);
            let valued = |cell: &&Cell| cell.value.is_some();
            if numbers.is_empty() {
                return (cells[0].state, None, cells[0].reason.clone());
            }
            let some = numbers.len() < cells.len();
            let reason = some.then(|| format!("of {} of {} cells", numbers.len(), cells.len()));
            if below > 0 && below >= numbers.len() + late {
                let reason = format!("{below} of {} cells are below resolution", cells.len());
                return (CellState::BelowResolution, None, Some(reason));
            }
            if is_ordered {
                numbers.extend(vec![f64::NEG_INFINITY; below]);
                numbers.extend(vec![f64::INFINITY; late]);
            }
            let Some(x) = statistic(&numbers) else {
                return (CellState::Missing, None, None);
            };
            if is_ordered && below > 0 && x == f64::NEG_INFINITY {
                return (CellState::BelowResolution, None, reason);
            }
            if below > 0 && late > 0 && x.is_nan() {
                return (CellState::Missing, None, reason);
            }
            if late > 0 && x == f64::INFINITY {
                return (CellState::TimedOut, None, reason);
            }
            let cached = cells
                .iter()
                .filter(valued)
                .all(|cell| cell.state == CellState::Cached);
            let state = if cached {
                CellState::Cached
            } else {
                CellState::Measured
            };
            (state, Some(x), reason)
        };
        let groups = groups.into_iter().map(|(key, cells)| (key, one(cells)));
        result.insert(name.clone(), groups.collect());
    }
    result
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// A quantile by its definition.
fn naive_quantile(values: &[f64], p: f64) -> f64 {
    if values.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    let sorted = sorted(values);
    let h = p * (sorted.len() - 1) as f64;
    let below = (0..sorted.len()).rev().find(|n| *n as f64 <= h).unwrap();
    let low = sorted[below];
    match sorted.get(below + 1) {
        Some(high) if *high != low && h != below as f64 => match h - below as f64 {
            share if low.is_infinite() || high.is_infinite() => low * (1.0 - share) + high * share,
            share => low + (high - low) * share,
        },
        _ => low,
    }
}

/// The least or the greatest value; NaN where one is, as numpy's `min` has it.
fn naive_extreme(values: &[f64], of_two: fn(f64, f64) -> f64) -> Option<f64> {
    let nan = values.iter().copied().find(|x| x.is_nan());
    nan.or_else(|| values.iter().copied().reduce(of_two))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reductions(dataset in datasets(), bits in any::<u8>(), p in 0.0..=1.0_f64) {
        let dims = some_dims(&dataset, bits);
        let dims = borrowed(&dims);
        let total = |values: &[f64]| values.iter().sum::<f64>();
        let mean = move |values: &[f64]| total(values) / values.len() as f64;
        let var = move |values: &[f64], ddof: usize| {
            let squares = values.iter().map(|x| (x - mean(values)).powi(2)).sum::<f64>();
            (values.len() > ddof).then(|| squares / (values.len() - ddof) as f64)
        };
        let cases: Vec<(Dataset, Naive<'_>)> = vec![
            (dataset.mean(&dims).unwrap(), Box::new(move |values| Some(mean(values)))),
            (dataset.sum(&dims).unwrap(), Box::new(move |values| Some(total(values)))),
            (dataset.median(&dims).unwrap(), Box::new(|values| Some(naive_quantile(values, 0.5)))),
            (dataset.quantile(&dims, p).unwrap(), Box::new(move |values| Some(naive_quantile(values, p)))),
            (dataset.min(&dims).unwrap(), Box::new(|values| naive_extreme(values, f64::min))),
            (dataset.max(&dims).unwrap(), Box::new(|values| naive_extreme(values, f64::max))),
            (dataset.var(&dims, 0).unwrap(), Box::new(move |values| var(values, 0))),
            (dataset.var(&dims, 1).unwrap(), Box::new(move |values| var(values, 1))),
            (dataset.std(&dims, 1).unwrap(), Box::new(move |values| var(values, 1).map(f64::sqrt))),
        ];
        for (n, (result, statistic)) in cases.into_iter().enumerate() {
            // The median, a quantile, and the extremes.
            let expected = reduced(&dataset, &dims, &*statistic, (2..6).contains(&n));
            let found = model(&result);
            prop_assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
            for (name, expected) in expected {
                let found = &found[&name];
                // A dimension of no length leaves groups that no cell belongs to.
                let missing = found.values().all(|cell| cell.state == CellState::Missing);
                prop_assert!(found.len() == expected.len() || (dataset.is_empty() && missing));
                for (key, (state, x, reason)) in expected {
                    let cell = &found[&key];
                    prop_assert_eq!((cell.state, &cell.reason), (state, &reason), "case {}", n);
                    let same = match (number(cell), x) {
                        // Sums of both infinities, and of numbers that overflow, differ by order.
                        // The squares of very small ones are nothing to the plain formula.
                        (Some(a), Some(b)) => {
                            let is_small = a.abs() < 1e-150 && b.abs() < 1e-150;
                            close(a, b) || !b.is_finite() || b.abs() > 1e150 || is_small
                        }
                        (a, b) => a.is_none() && b.is_none(),
                    };
                    prop_assert!(same, "case {}: {:?} is not {:?}", n, cell, x);
                }
            }
        }
        let counts = model(&dataset.count(&dims).unwrap());
        for (name, cells) in model(&dataset) {
            let mut expected: BTreeMap<Key, i128> =
                counts[&name].keys().map(|key| (key.clone(), 0)).collect();
            for (key, cell) in cells {
                *expected.get_mut(&without(&key, &dims)).unwrap() += i128::from(cell.value.is_some());
            }
            for (key, count) in expected {
                prop_assert_eq!(&counts[&name][&key].value, &Some(Value::Int(count)));
            }
        }
    }

    #[test]
    fn aggregation_is_reduction_of_inputs(dataset in datasets(), last in 0..5_usize) {
        let inputs: Vec<String> = names(&dataset).into_iter().filter(|name| name != "repeat").collect();
        let first = inputs.iter().skip(1).cloned().collect::<Vec<_>>();
        let mean = dataset.aggregate(&Aggregate::AllButFirst, Statistic::Mean).unwrap();
        prop_assert_eq!(mean, dataset.mean(&borrowed(&first)).unwrap());
        let result = dataset.aggregate(&Aggregate::Last(last), Statistic::Median);
        if last == 0 || last > inputs.len() {
            prop_assert!(result.is_err());
        } else {
            let dims = borrowed(&inputs[inputs.len() - last..]);
            prop_assert_eq!(result.unwrap(), dataset.median(&dims).unwrap());
        }
        let all = Aggregate::named(names(&dataset));
        for (statistic, expected) in [
            (Statistic::Sum, dataset.sum(&borrowed(&names(&dataset)))),
            (Statistic::Min, dataset.min(&borrowed(&names(&dataset)))),
            (Statistic::Max, dataset.max(&borrowed(&names(&dataset)))),
        ] {
            prop_assert_eq!(dataset.aggregate(&all, statistic).unwrap(), expected.unwrap());
        }
        prop_assert!(dataset.aggregate(&Aggregate::named(["nothing"]), Statistic::Mean).is_err());
    }

    #[test]
    fn derived_cells(dataset in datasets(), wide in any::<bool>()) {
        let mut numeric: Vec<String> = dataset.variables().iter()
            .filter(|var| var.is_numeric())
            .map(|var| var.info.name.clone())
            .collect();
        numeric.extend(dataset.dims().iter().filter(|dim| dim.is_numeric()).map(|dim| dim.name.clone()));
        numeric.truncate(if wide { 4 } else { 1 });
        let mut derived = dataset.clone();
        let info = VariableInfo::new("derived", Kind::Float(64));
        derived.derive(info, &borrowed(&numeric), |numbers| numbers.iter().sum::<f64>() + 1.0).unwrap();
        let before = model(&dataset);
        for row in derived.long_table().rows() {
            let texts = row.coordinates.iter().map(|value| text(value));
            let key: Key = names(&dataset).into_iter().zip(texts).collect();
            let operands: Vec<(Option<Cell>, Option<f64>)> = numeric.iter().map(|name| {
                match before.get(name) {
                    Some(cells) => (Some(cells[&key].clone()), number(&cells[&key])),
                    None => {
                        let axis = dataset.axis(name).unwrap();
                        let number = row.coordinates[axis].as_f64();
                        let shown = |x: f64| match dataset.dims()[axis].kind {
                            #[expect(clippy::cast_possible_truncation, reason = "it holds an f32")]
                            Kind::Float(32) => (x as f32).to_string().parse().unwrap(),
                            _ => x,
                        };
                        (None, number.map(shown))
                    }
                }
            }).collect();
            let cell = row.cells.last().unwrap();
            if let Some((Some(absent), _)) = operands.iter().find(|(_, x)| x.is_none()) {
                prop_assert_eq!((cell.state, cell.reason), (absent.state, absent.reason.as_deref()));
                prop_assert_eq!(&cell.value, &None);
                continue;
            }
            let others: Vec<&Cell> = dataset.variables().iter()
                .map(|var| &before[&var.info.name][&key])
                .collect();
            let is_left_out = others.iter().all(|cell| cell.state == CellState::Skipped);
            if let Some(first) = others.first().filter(|_| is_left_out && operands.iter().all(|(cell, _)| cell.is_none())) {
                prop_assert_eq!((cell.state, cell.reason), (first.state, first.reason.as_deref()));
                prop_assert_eq!(&cell.value, &None);
                continue;
            }
            let numbers: Vec<f64> = operands.iter().filter_map(|(_, x)| *x).collect();
            let expected = numbers.iter().sum::<f64>() + 1.0;
            if expected.is_nan() {
                prop_assert_eq!(cell.state, CellState::Missing);
                continue;
            }
            prop_assert!(cell.value.as_ref().and_then(Value::as_f64) == Some(expected));
            let states: Vec<CellState> =
                operands.iter().filter_map(|(cell, _)| cell.as_ref().map(|cell| cell.state)).collect();
            let cached = !states.is_empty() && states.iter().all(|state| *state == CellState::Cached);
            let state = if cached { CellState::Cached } else { CellState::Measured };
            prop_assert_eq!(cell.state, state);
        }
        for (name, cells) in before {
            prop_assert_eq!(&model(&derived)[&name], &cells, "the others stay");
        }
    }

    #[test]
    fn formulas_of_any_text(text in "[a-c0-9+*/^()., -]{0,24}|[µ(min,max)e.]{0,12}") {
        match Formula::parse(&text) {
            Ok(formula) => {
                let operands = vec![0.5; formula.names().len()];
                formula.evaluate(&operands);
                prop_assert!(formula.check(formula.names().iter().map(String::as_str)).is_ok());
            }
            Err(error) => prop_assert!(error.position >= 1 && error.position <= text.chars().count() + 1),
        }
    }

    #[test]
    fn arrays_come_back(dataset in datasets()) {
        for variable in dataset.variables() {
            let Some(view) = variable.array::<f64>() else { continue };
            let mut info = variable.info.clone();
            "copy".clone_into(&mut info.name);
            let owned = variable.clone().into_array::<f64>().unwrap();
            prop_assert_eq!(view.shape(), owned.shape());
            let copy = bencher_core::dataset::Variable::from_array_with_gaps(info, owned).unwrap();
            for flat in 0..dataset.len() {
                let (cell, copy) = (variable.number(flat), copy.number(flat));
                prop_assert_eq!(cell.filter(|x| !x.is_nan()), copy);
            }
        }
    }
}

#[test]
fn the_naive_quantile_is_numpys() {
    // np.quantile([3, 1, 2, 10], [0.1, 0.25, 0.9]) of numpy 2.4.
    let values = [3.0, 1.0, 2.0, 10.0];
    for (p, expected) in [(0.1, 1.3), (0.25, 1.75), (0.9, 7.9)] {
        assert!(close(naive_quantile(&values, p), expected));
        assert!(close(stats::quantile(&values, p).unwrap(), expected));
    }
    let dims: [Dim; 0] = [];
    assert_eq!(Dataset::new("", dims.to_vec(), vec![]).unwrap().len(), 1);
}
