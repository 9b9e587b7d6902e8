use std::fmt::Write as _;

use crate::dataset::{CellState, Dataset, Dim, DimRole, UnitScale, Variable, digits};
use crate::value::{Kind, Value};

/// The results as a table of text: a row for every point, repeats as mean ± standard deviation, those of
/// a measured time as their centre ± half the distance of its bounds at 95 %, in percent; at most `rows`
/// rows.
///
/// The deviation is that of a sample (`n - 1`); numbers are rounded to four significant digits, the
/// deviation to two. A column of results has one prefix, which suits its largest number: seconds
/// may be shown as `[ms]`.
///
/// ```
/// use bencher_core::bench::result_table;
/// use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
/// use bencher_core::value::{Kind, Value};
/// let len = Dim::input("len", Kind::Uint(64), vec![Value::from(10), Value::from(20)]);
/// let moves = VariableInfo::new("moves", Kind::Float(64));
/// let mut sorting = Dataset::new("Sorting", vec![len, Dim::repeats(2)], vec![moves])?;
/// let moves = sorting.variable_mut(0).ok_or("no variable")?;
/// moves.record(0, &Value::Float(1.0), CellState::Measured)?;
/// moves.record(1, &Value::Float(3.0), CellState::Measured)?;
/// let table = result_table(&sorting, 30);
/// let rows: Vec<Vec<_>> = table.lines().map(|row| row.split_whitespace().collect()).collect();
/// assert_eq!(rows[0], ["len", "moves"]);
/// assert_eq!(rows[2], ["10", "2", "±", "1.4"]);
/// assert_eq!(rows[3], ["20", "(pending)"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn result_table(dataset: &Dataset, rows: usize) -> String {
    let roles = dataset.dims().iter().map(|dim| dim.role == DimRole::Input);
    let turned = if roles.is_sorted_by(|a, b| a >= b) {
        None
    } else {
        let inputs = dataset
            .dims()
            .iter()
            .filter(|dim| dim.role == DimRole::Input);
        let names: Vec<&str> = inputs.map(|dim| dim.name.as_str()).collect();
        dataset.transpose(&names).ok()
    };
    let dataset = turned.as_ref().unwrap_or(dataset);
    let scales: Vec<UnitScale> = dataset.variables().iter().map(scale_of).collect();
    let points: Vec<usize> = dataset
        .dims()
        .iter()
        .enumerate()
        .filter(|(_, dim)| dim.role == DimRole::Input)
        .map(|(axis, _)| axis)
        .collect();
    let repeats: usize = dataset
        .dims()
        .iter()
        .filter(|dim| dim.role != DimRole::Input)
        .map(Dim::len)
        .product();
    let labels = dataset.variables().iter().zip(&scales).map(|(var, scale)| {
        let name = &var.info.name;
        if is_centred(var, repeats) {
            return name.clone();
        }
        match scale.units() {
            "" => name.clone(),
            units => format!("{name} [{units}]"),
        }
    });
    let mut table: Vec<Vec<String>> = vec![
        points
            .iter()
            .filter_map(|axis| dataset.dims().get(*axis))
            .map(Dim::label)
            .chain(labels)
            .collect(),
    ];
    let count = dataset.len().checked_div(repeats).unwrap_or(0);
    let (head, tail) = head_and_tail(count, rows);
    let shown = (0..head).chain(count - tail..count);
    for (n, point) in shown.enumerate() {
        if n == head && tail > 0 {
            table.push(vec!["…".to_owned(); table.first().map_or(0, Vec::len)]);
        }
        // Repeats are behind the inputs, so those of a point stand side by side.
        let position = dataset.position(point * repeats).unwrap_or_default();
        let mut row: Vec<String> = points
            .iter()
            .filter_map(|axis| {
                let value = dataset
                    .dims()
                    .get(*axis)?
                    .values
                    .get(*position.get(*axis)?)?;
                Some(short(value))
            })
            .collect();
        row.extend(
            dataset
                .variables()
                .iter()
                .zip(&scales)
                .map(|(var, scale)| summary(dataset, var, scale, point * repeats, repeats)),
        );
        table.push(row);
    }
    finished(&table, count, rows)
}

/// The samples as a table of text: a row for every point and repeat, at most `rows` rows.
///
/// ```
/// use bencher_core::bench::sample_table;
/// use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
/// use bencher_core::value::{Kind, Value};
/// let len = Dim::input("len", Kind::Uint(64), vec![Value::from(10)]);
/// let moves = VariableInfo::new("moves", Kind::Float(64));
/// let mut sorting = Dataset::new("Sorting", vec![len, Dim::repeats(2)], vec![moves])?;
/// let moves = sorting.variable_mut(0).ok_or("no variable")?;
/// moves.record(0, &Value::Float(1.5), CellState::Measured)?;
/// let table = sample_table(&sorting, 30);
/// let rows: Vec<Vec<_>> = table.lines().map(|row| row.split_whitespace().collect()).collect();
/// assert_eq!(rows[0], ["len", "repeat", "moves"]);
/// assert_eq!(rows[2], ["10", "1", "1.5"]);
/// assert_eq!(rows[3], ["10", "2", "(pending)"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sample_table(dataset: &Dataset, rows: usize) -> String {
    let dims = dataset.dims().iter().map(Dim::label);
    let columns = dims.chain(dataset.variables().iter().map(Variable::label));
    let mut table: Vec<Vec<String>> = vec![columns.collect()];
    let count = dataset.len();
    let (head, tail) = head_and_tail(count, rows);
    for (n, row) in dataset.long_table().rows().enumerate() {
        if n == head && tail > 0 {
            table.push(vec!["…".to_owned(); table.first().map_or(0, Vec::len)]);
        }
        if n < head || n >= count - tail {
            let coordinates = row.coordinates.iter().map(|value| short(value));
            let cells = row.cells.iter().map(|cell| match &cell.value {
                Some(value) => short(value),
                None => format!("({})", cell.state),
            });
            table.push(coordinates.chain(cells).collect());
        }
    }
    finished(&table, count, rows)
}

/// How many of `count` rows stand before and after a gap, where only `rows` are shown.
fn head_and_tail(count: usize, rows: usize) -> (usize, usize) {
    if count <= rows {
        return (count, 0);
    }
    let head = rows - rows / 3;
    (head, rows - head)
}

fn finished(table: &[Vec<String>], count: usize, rows: usize) -> String {
    let mut text = aligned(table);
    if count > rows {
        let _ = writeln!(text, "({count} rows, {rows} shown; `--rows N` shows more)");
    }
    text
}

/// The one scale of a column of results.
fn scale_of(var: &Variable) -> UnitScale {
    let numbers = (0..var.states().len()).filter_map(|flat| var.number(flat));
    let largest = numbers
        .filter(|x| x.is_finite())
        .fold(0.0_f64, |largest, x| largest.max(x.abs()));
    let counted = var.is_numeric() && var.info.kind != Kind::Bool;
    UnitScale::for_magnitude(&var.info.units, if counted { largest } else { 0.0 })
}

/// A cell, or the mean ± standard deviation of the repeats of a point.
fn summary(
    dataset: &Dataset,
    var: &Variable,
    scale: &UnitScale,
    first: usize,
    repeats: usize,
) -> String {
    let scaled = scale.units() != var.info.units;
    let numbers: Vec<f64> = (first..first + repeats)
        .filter_map(|flat| Some(scale.apply(var.number(flat)?)))
        .collect();
    let present = (first..first + repeats)
        .filter(|flat| {
            var.states()
                .get(*flat)
                .is_some_and(|state| state.has_value())
        })
        .count();
    let cells: Vec<Value> = (first..first + repeats)
        .filter_map(|flat| var.cell(flat)?.value)
        .map(|value| match value.as_f64() {
            Some(x) if scaled => Value::Float(scale.apply(x)),
            _ => value,
        })
        .collect();
    // A timed point has as many rounds as it needs, or as its budget gave: no more are left out.
    let in_rounds = dataset.variables().iter().any(|var| var.info.timed);
    let left_out = (first..first + repeats)
        .filter(|flat| match var.states().get(*flat) {
            Some(CellState::Skipped) => true,
            Some(CellState::Pending) => in_rounds,
            _ => false,
        })
        .count();
    let centred = is_centred(var, repeats).then(|| dataset.summary_of(var, first..first + repeats));
    let mut text = if let Some(found) = centred.flatten() {
        timed(&found, &var.info.units)
    } else if present == 0 {
        let state = var
            .states()
            .get(first)
            .copied()
            .unwrap_or(CellState::Pending);
        return format!("({state})");
    } else if repeats == 1 || numbers.is_empty() {
        cells.first().map(short).unwrap_or_default()
    } else {
        let first_value = cells.first().map(short).unwrap_or_default();
        let same = cells.windows(2).all(|pair| pair.first() == pair.last());
        let mean = crate::stats::mean(&numbers).unwrap_or(f64::NAN);
        match crate::stats::std(&numbers, 1).filter(|_| !same) {
            Some(std) => format!(
                "{} ± {}",
                digits(mean, meaningful(mean, std)),
                digits(std, 2)
            ),
            None => first_value,
        }
    };
    let wanted = repeats - left_out;
    if present < wanted {
        let _ = write!(text, " ({present} of {wanted})");
    }
    text
}

/// Whether the repeats of a result are shown as their centre: times differ by factors.
fn is_centred(var: &Variable, repeats: usize) -> bool {
    var.info.timed && repeats > 1
}

/// The centre of measured times in a unit that suits it, and within which share of it they know it.
fn timed(found: &crate::stats::Summary, units: &str) -> String {
    let scale = UnitScale::for_magnitude(units, found.centre);
    let centre = |count| {
        let number = digits(scale.apply(found.centre), count);
        format!("{number} {}", scale.units()).trim_end().to_owned()
    };
    match found.half_width() {
        Some(width) => {
            let shown = meaningful(1.0, width.max(1e-4));
            format!("{} ± {} %", centre(shown), digits(width * 100.0, 2))
        }
        None => centre(4),
    }
}

fn short(value: &Value) -> String {
    match value {
        Value::Float(x) => digits(*x, 4),
        Value::Text(text) => {
            let plain = text.chars().map(|c| if c.is_control() { '␤' } else { c });
            let long = text.chars().count() > 32;
            let shown: String = plain.take(if long { 31 } else { 32 }).collect();
            if long { shown + "…" } else { shown }
        }
        other => other.to_string(),
    }
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

/// Columns of equal width, set flush right.
fn aligned(table: &[Vec<String>]) -> String {
    let columns = table.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = table.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for (n, row) in table.iter().enumerate() {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:>width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
        if n == 0 {
            let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
            text.push_str(&rule.join("  "));
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::VariableInfo;

    fn timed(dims: Vec<Dim>, seconds: &[f64]) -> Dataset {
        let elapsed = VariableInfo {
            units: "s".to_owned(),
            ..VariableInfo::new("elapsed", Kind::Float(64))
        };
        let mut dataset = Dataset::new("Runs", dims, vec![elapsed]).unwrap();
        let elapsed = dataset.variable_mut(0).unwrap();
        for (flat, x) in seconds.iter().enumerate() {
            let value = Value::Float(*x);
            elapsed.record(flat, &value, CellState::Measured).unwrap();
        }
        dataset
    }

    fn cells(table: &str) -> Vec<Vec<&str>> {
        table
            .lines()
            .map(|row| row.split_whitespace().collect())
            .collect()
    }

    #[test]
    fn a_column_has_one_prefix() {
        let len = Dim::input("len", Kind::Uint(64), vec![10.into(), 20.into()]);
        let runs = timed(vec![len, Dim::repeats(2)], &[1e-6, 3e-6, 2.5e-3, 2.5e-3]);
        let table = result_table(&runs, 9);
        let rows = cells(&table);
        assert_eq!(rows[0], ["len", "elapsed", "[ms]"]);
        assert_eq!(rows[2], ["10", "0.002", "±", "0.0014"]);
        assert_eq!(rows[3], ["20", "2.5"]);
    }

    #[test]
    fn repeats_are_found_wherever_they_stand() {
        let len = Dim::input("len", Kind::Uint(64), vec![10.into(), 20.into()]);
        let runs = timed(vec![len, Dim::repeats(2)], &[1.0, 3.0, 5.0, 5.0]);
        let turned = runs.transpose(&["repeat"]).unwrap();
        assert_eq!(result_table(&turned, 9), result_table(&runs, 9));
    }

    #[test]
    fn rounds_that_a_timed_point_did_not_get_are_not_missing() {
        let len = Dim::input("len", Kind::Uint(64), vec![10.into(), 20.into()]);
        // The second point has one round of two; the others are pending.
        let mut runs = timed(vec![len, Dim::repeats(2)], &[1.0, 3.0, 5.0]);
        assert!(result_table(&runs, 9).contains("(1 of 2)"));
        runs.variable_mut(0).unwrap().info.timed = true;
        let table = result_table(&runs, 9);
        assert!(
            table.contains("5 s") && !table.contains(" of 2)"),
            "{table}"
        );
        let elapsed = runs.variable_mut(0).unwrap();
        elapsed
            .record_absent(3, CellState::Failed, Some("boom".into()))
            .unwrap();
        assert!(result_table(&runs, 9).contains("(1 of 2)"));
    }
}
