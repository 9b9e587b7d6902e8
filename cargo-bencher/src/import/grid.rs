//! A dataset of rows that name their inputs, with the repeats of equal ones.

use std::collections::HashMap;
use std::sync::Arc;

use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
use bencher_core::value::{Kind, Value};

/// The most cells of a grid: rows that form none would span one that is nearly empty.
const MOST: usize = 10_000_000;

/// An input and its value in each row.
pub(super) struct Input {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) units: String,
    pub(super) values: Vec<Value>,
}

/// A result and its value in each row, where it has one.
pub(super) struct Measured {
    pub(super) info: VariableInfo,
    pub(super) values: Vec<Option<Value>>,
}

/// The dataset of all rows.
///
/// # Errors
/// Where the inputs span a grid that is too large, or names are equal.
pub(super) fn dataset(
    title: &str,
    inputs: &[Input],
    results: Vec<Measured>,
    rows: usize,
) -> Result<Dataset, String> {
    let mut dims = Vec::new();
    let mut points = vec![0_usize; rows];
    let mut count = 1_usize;
    for input in inputs {
        let (levels, positions) = levels(input);
        count = count.saturating_mul(levels.len());
        check_size(count, rows)?;
        for (point, position) in points.iter_mut().zip(positions) {
            *point = *point * levels.len() + position;
        }
        let mut dim = Dim::input(input.name.as_str(), input.kind, levels);
        dim.units.clone_from(&input.units);
        dims.push(dim);
    }
    let mut seen: HashMap<usize, usize> = HashMap::new();
    let mut repeats = Vec::with_capacity(rows);
    for point in &points {
        let repeat = seen.entry(*point).or_default();
        repeats.push(*repeat);
        *repeat += 1;
    }
    let most = seen.values().copied().max().unwrap_or(0);
    check_size(count.saturating_mul(most), rows)?;
    dims.push(Dim::repeats(u32::try_from(most).unwrap_or(u32::MAX)));
    let infos = results.iter().map(|result| result.info.clone()).collect();
    let mut dataset = Dataset::new(title, dims, infos).map_err(|error| error.to_string())?;
    let mut is_filled = vec![false; count * most];
    for (point, repeat) in points.iter().zip(&repeats) {
        if let Some(filled) = is_filled.get_mut(point * most + repeat) {
            *filled = true;
        }
    }
    let reason: Arc<str> = "no row has these inputs".into();
    for (index, result) in results.iter().enumerate() {
        let Some(variable) = dataset.variable_mut(index) else {
            continue;
        };
        let empty = is_filled.iter().enumerate().filter(|(_, filled)| !**filled);
        for (flat, _) in empty {
            let absent = variable.record_absent(flat, CellState::Missing, Some(reason.clone()));
            absent.map_err(|error| error.to_string())?;
        }
        let rows = points.iter().zip(&repeats).zip(&result.values);
        for ((point, repeat), value) in rows {
            let flat = point * most + repeat;
            let recorded = match value {
                Some(value) => variable.record(flat, value, CellState::Measured),
                None => variable.record_absent(flat, CellState::Missing, None),
            };
            recorded.map_err(|error| error.to_string())?;
        }
    }
    Ok(dataset)
}

/// The levels of an input, numbers in their order, and the position of each row's value.
fn levels(input: &Input) -> (Vec<Value>, Vec<usize>) {
    let mut levels: Vec<Value> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let key = |value: &Value| input.kind.text(value);
    for value in &input.values {
        known.entry(key(value)).or_insert_with(|| {
            levels.push(value.clone());
            0
        });
    }
    if input.kind.is_numeric() {
        levels.sort_by(|a, b| match (a, b) {
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            _ => {
                let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
                number(a).total_cmp(&number(b))
            }
        });
    }
    for (at, level) in levels.iter().enumerate() {
        known.insert(key(level), at);
    }
    let positions = input.values.iter();
    let positions = positions.map(|value| known.get(&key(value)).copied().unwrap_or(0));
    (levels, positions.collect())
}

fn check_size(cells: usize, rows: usize) -> Result<(), String> {
    if cells <= MOST {
        return Ok(());
    }
    Err(format!(
        "the inputs span a grid of {cells} samples, but there are {rows} rows; name fewer columns as inputs"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(values: &[i64]) -> Input {
        Input {
            name: "n".to_owned(),
            kind: Kind::Int(64),
            units: String::new(),
            values: values.iter().copied().map(Value::from).collect(),
        }
    }

    #[test]
    fn rows_of_equal_inputs_are_repeats() {
        let values = [5, 6, 7].map(|n| Some(Value::from(n))).to_vec();
        let info = VariableInfo::new("x", Kind::Int(64));
        let results = vec![Measured { info, values }];
        let found = dataset("t", &[input(&[20, -3, 20])], results, 3).unwrap();
        assert_eq!(found.shape(), [2, 2]);
        let x = found.variable("x").unwrap();
        let numbers: Vec<Option<f64>> = (0..4).map(|flat| x.number(flat)).collect();
        assert_eq!(numbers, [Some(6.0), None, Some(5.0), Some(7.0)]);
        assert_eq!(x.cell(1).unwrap().reason, Some("no row has these inputs"));
    }

    #[test]
    fn rows_that_form_no_grid_are_rejected() {
        let scattered: Vec<i64> = (0..5000).collect();
        let mut other = input(&scattered);
        other.name = "m".to_owned();
        let error = dataset("t", &[input(&scattered), other], Vec::new(), 5000).unwrap_err();
        assert!(
            error.contains("a grid of 25000000 samples, but there are 5000 rows"),
            "{error}"
        );
    }
}
