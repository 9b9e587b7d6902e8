use std::fmt::Write as _;

use crate::dataset::{Dataset, Dim, DimRole, Labels, UnitScale, Variable, digits, one_line};
use crate::value::{Kind, Value};

use super::cell_text::{Footnotes, PointCells};
use super::columns::TimeColumns;

/// The results as a table of text: a row for every point, at most `rows` rows. A cell shows the repeats as their mean,
/// with their standard deviation as `(sd N)`. A measured time, or a value computed from one, is shown as its centre ±
/// half the distance of its bounds at 95 %, in percent. `columns` selects further columns of times. Lines below the
/// table explain its signs.
///
/// Inputs are shown as they are. The deviation is the sample standard deviation (`n - 1`). Results are rounded to four
/// significant digits, deviations to two. A column of results has one prefix, which suits its largest number: seconds
/// may be shown as `[ms]`.
///
/// ```
/// use bencher_core::bench::{TimeColumns, result_table};
/// use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
/// use bencher_core::value::{Kind, Value};
/// let len = Dim::input("len", Kind::Uint(64), vec![Value::from(10), Value::from(20)]);
/// let moves = VariableInfo::new("moves", Kind::Float(64));
/// let mut sorting = Dataset::new("Sorting", vec![len, Dim::repeats(2)], vec![moves])?;
/// let moves = sorting.variable_mut(0).ok_or("no variable")?;
/// moves.record(0, &Value::Float(1.0), CellState::Measured)?;
/// moves.record(1, &Value::Float(3.0), CellState::Measured)?;
/// let table = result_table(&sorting, 30, TimeColumns::default());
/// let rows: Vec<Vec<_>> = table.lines().map(|row| row.split_whitespace().collect()).collect();
/// assert_eq!(rows[0], ["len", "moves"]);
/// assert_eq!(rows[2], ["10", "2", "(sd", "1.4)"]);
/// assert_eq!(rows[3], ["20", "(pending)"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn result_table(dataset: &Dataset, rows: usize, columns: TimeColumns) -> String {
    text_of(&result_rows(dataset, rows, columns), rows, None)
}

/// A table with its notes. No line is longer than `width` characters, as far as the columns allow it.
pub(super) fn text_of(found: &ResultRows, rows: usize, width: Option<usize>) -> String {
    let mut text = finished(&found.rows, found.count, rows, (found.inputs, width));
    for line in &found.notes {
        let _ = writeln!(text, "{line}");
    }
    text
}

/// The rows of a table of results, the headings first.
#[derive(Default)]
pub(super) struct ResultRows {
    pub(super) rows: Vec<Vec<String>>,
    /// How many columns stand for inputs.
    pub(super) inputs: usize,
    /// How many points there are, shown or not.
    pub(super) count: usize,
    /// What the signs in the cells mean.
    pub(super) notes: Vec<String>,
}

/// At most `rows` points, the first and the last ones, in the order of the inputs.
pub(super) fn result_rows(dataset: &Dataset, rows: usize, columns: TimeColumns) -> ResultRows {
    result_rows_of(dataset, rows, columns, None)
}

/// At most `rows` points, the first and the last ones of an order.
pub(super) fn result_rows_of(
    dataset: &Dataset,
    rows: usize,
    columns: TimeColumns,
    order: Option<Vec<usize>>,
) -> ResultRows {
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
    let has_times = dataset.variables().iter().any(|var| var.info.timed);
    let mut footnotes = Footnotes::default();
    let mut table: Vec<Vec<String>> = vec![
        points
            .iter()
            .filter_map(|axis| dataset.dims().get(*axis))
            .map(Dim::label)
            .chain(headings(dataset, &scales, columns))
            .collect(),
    ];
    let texts = labels(dataset);
    let count = dataset.len().checked_div(repeats).unwrap_or(0);
    let (head, tail) = head_and_tail(count, rows);
    let shown = (0..head).chain(count - tail..count);
    for (n, place) in shown.enumerate() {
        let point = order
            .as_ref()
            .map_or(place, |order| order.get(place).copied().unwrap_or(place));
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
                Some(texts.get(*axis)?.text(value))
            })
            .collect();
        for (variable, scale) in dataset.variables().iter().zip(&scales) {
            let cells = PointCells {
                dataset,
                variable,
                scale,
                first: point * repeats,
                repeats,
                has_times,
            };
            row.push(cells.text(&mut footnotes));
            if variable.info.timed {
                row.extend(columns.texts(dataset, variable, point * repeats, repeats));
            }
        }
        if has_earlier_rounds(dataset, point * repeats..(point + 1) * repeats) {
            footnotes.earlier_rounds = true;
            row.push(EARLIER.to_owned());
        }
        table.push(row);
    }
    ResultRows {
        rows: table,
        inputs: points.len(),
        count,
        notes: footnotes.lines().into_iter().map(Into::into).collect(),
    }
}

/// The heads of the columns of results.
fn headings(dataset: &Dataset, scales: &[UnitScale], columns: TimeColumns) -> Vec<String> {
    let of_variables = dataset
        .variables()
        .iter()
        .zip(scales)
        .flat_map(|(var, scale)| {
            let name = &var.info.name;
            if dataset.is_centred(var) {
                let mut labels = vec![name.clone()];
                if var.info.timed {
                    labels.extend(columns.labels(name));
                }
                return labels;
            }
            match scale.units() {
                "" => vec![name.clone()],
                units => vec![format!("{name} [{units}]")],
            }
        });
    of_variables.collect()
}

/// The mark of points with rounds of an earlier run.
pub(super) const EARLIER: &str = "*";

/// Whether another run than the latest measured any time of some cells.
fn has_earlier_rounds(dataset: &Dataset, mut cells: std::ops::Range<usize>) -> bool {
    let timed = dataset.variables().iter().filter(|var| var.info.timed);
    let timed: Vec<&Variable> = timed.collect();
    let is_earlier =
        |var: &&Variable, flat| var.cell(flat).is_some_and(|cell| cell.is_of_earlier_run());
    cells.any(|flat| timed.iter().any(|var| is_earlier(var, flat)))
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
    let labels = labels(dataset);
    let count = dataset.len();
    let (head, tail) = head_and_tail(count, rows);
    for (n, row) in dataset.long_table().rows().enumerate() {
        if n == head && tail > 0 {
            table.push(vec!["…".to_owned(); table.first().map_or(0, Vec::len)]);
        }
        if n < head || n >= count - tail {
            let coordinates = row.coordinates.iter().zip(&labels);
            let coordinates = coordinates.map(|(value, labels)| labels.text(value));
            let cells = row.cells.iter().map(|cell| match &cell.value {
                Some(value) => short(value),
                None => format!("({})", cell.state),
            });
            table.push(coordinates.chain(cells).collect());
        }
    }
    finished(&table, count, rows, (0, None))
}

/// How many of `count` rows stand before and after a gap, where only `rows` are shown.
pub(super) fn head_and_tail(count: usize, rows: usize) -> (usize, usize) {
    if count <= rows {
        return (count, 0);
    }
    let head = rows - rows / 3;
    (head, rows - head)
}

/// A table whose first columns are those of `inputs`, in lines of at most `width` characters.
fn finished(
    table: &[Vec<String>],
    count: usize,
    rows: usize,
    (inputs, width): (usize, Option<usize>),
) -> String {
    let mut text = match width {
        Some(width) => parts(table, inputs, width).concat(),
        None => aligned(table),
    };
    if count > rows {
        let _ = writeln!(text, "({count} rows, {rows} shown; `--rows N` shows more)");
    }
    text
}

/// The one scale of a column of results.
pub(super) fn scale_of(var: &Variable) -> UnitScale {
    let numbers = (0..var.states().len()).filter_map(|flat| var.number(flat));
    let largest = numbers
        .filter(|x| x.is_finite())
        .fold(0.0_f64, |largest, x| largest.max(x.abs()));
    let counted = var.is_numeric() && var.info.kind != Kind::Bool;
    UnitScale::for_magnitude(&var.info.units, if counted { largest } else { 0.0 })
}

/// The texts of the coordinates of each dimension.
fn labels(dataset: &Dataset) -> Vec<Labels> {
    let dims = dataset.dims().iter();
    dims.map(|dim| Labels::new(dim.kind, &dim.values, LONGEST))
        .collect()
}

/// The most characters of a text in a table.
pub(crate) const LONGEST: usize = 32;

pub(super) fn short(value: &Value) -> String {
    match value {
        Value::Float(x) => digits(*x, 4),
        Value::Text(text) => {
            let plain = one_line(text);
            let long = plain.chars().count() > LONGEST;
            let shown: String = plain
                .chars()
                .take(if long { LONGEST - 1 } else { LONGEST })
                .collect();
            if long { shown + "…" } else { shown }
        }
        other => other.to_string(),
    }
}

/// The columns of results in as many tables as the width needs, each with the inputs before them.
fn parts(table: &[Vec<String>], inputs: usize, width: usize) -> Vec<String> {
    let widths = widths(table);
    let inputs = inputs.min(widths.len());
    let (before, results) = widths.split_at(inputs);
    let fixed: usize = before.iter().map(|width| width + BETWEEN).sum();
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut used = 0;
    for (n, of_column) in results.iter().enumerate() {
        match parts.last_mut() {
            Some(part) if used + BETWEEN + of_column <= width => {
                part.push(inputs + n);
                used += BETWEEN + of_column;
            }
            _ => {
                parts.push(vec![inputs + n]);
                used = fixed + of_column;
            }
        }
    }
    if parts.len() < 2 {
        return vec![aligned(table)];
    }
    let part_of = |columns: &Vec<usize>| -> Vec<Vec<String>> {
        let cells = |row: &Vec<String>| {
            let kept = (0..inputs).chain(columns.iter().copied());
            kept.map(|at| row.get(at).cloned().unwrap_or_default())
                .collect()
        };
        table.iter().map(cells).collect()
    };
    let last = parts.len() - 1;
    let texts = parts.iter().enumerate();
    texts
        .map(|(n, part)| aligned(&part_of(part)) + if n < last { "\n" } else { "" })
        .collect()
}

/// Spaces between two columns.
const BETWEEN: usize = 2;

/// The width of each column.
fn widths(table: &[Vec<String>]) -> Vec<usize> {
    let columns = table.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = table.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    (0..columns).map(width).collect()
}

/// Columns of equal width, set flush right.
fn aligned(table: &[Vec<String>]) -> String {
    let widths = widths(table);
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
    use crate::dataset::{CellState, VariableInfo};

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
        let table = result_table(&runs, 9, TimeColumns::default());
        let rows = cells(&table);
        assert_eq!(rows[0], ["len", "elapsed", "[ms]"]);
        assert_eq!(rows[2], ["10", "0.002", "(sd", "0.0014)"]);
        assert_eq!(rows[3], ["20", "2.5"]);
    }

    #[test]
    fn repeats_are_found_wherever_they_stand() {
        let len = Dim::input("len", Kind::Uint(64), vec![10.into(), 20.into()]);
        let runs = timed(vec![len, Dim::repeats(2)], &[1.0, 3.0, 5.0, 5.0]);
        let turned = runs.transpose(&["repeat"]).unwrap();
        assert_eq!(
            result_table(&turned, 9, TimeColumns::default()),
            result_table(&runs, 9, TimeColumns::default())
        );
    }

    #[test]
    fn rounds_that_a_timed_point_did_not_get_are_not_missing() {
        let len = Dim::input("len", Kind::Uint(64), vec![10.into(), 20.into()]);
        // The second point has one round of two; the others are pending.
        let mut runs = timed(vec![len, Dim::repeats(2)], &[1.0, 3.0, 5.0]);
        assert!(result_table(&runs, 9, TimeColumns::default()).contains("(1 of 2)"));
        runs.variable_mut(0).unwrap().info.timed = true;
        let table = result_table(&runs, 9, TimeColumns::default());
        assert!(
            table.contains("5 s ± ?") && !table.contains(" of 2)"),
            "{table}"
        );
        let elapsed = runs.variable_mut(0).unwrap();
        elapsed
            .record_absent(3, CellState::Failed, Some("boom".into()))
            .unwrap();
        assert!(result_table(&runs, 9, TimeColumns::default()).contains("(1 of 2)"));
    }

    /// By the sign test, the bounds of the median of 20 values are the sixth and the fifteenth. The sixth shortest time
    /// is below resolution, so the time is at least 0, and nothing bounds the rate above.
    #[test]
    fn missing_bounds_have_their_true_reason() {
        let len = Dim::input("len", Kind::Uint(64), vec![10.into(), 20.into()]);
        let seconds: Vec<f64> = (0..40).map(|n| 20e-6 + f64::from(n) * 1e-8).collect();
        let mut runs = timed(vec![len, Dim::repeats(20)], &seconds);
        let elapsed = runs.variable_mut(0).unwrap();
        elapsed.info.timed = true;
        for flat in 0..9 {
            let state = CellState::BelowResolution;
            elapsed.record_absent(flat, state, None).unwrap();
        }
        let with_rate = |mut runs: Dataset| {
            let rate = VariableInfo::new("rate", Kind::Float(64));
            runs.derive(rate, &["elapsed"], |x| 1.0 / x[0]).unwrap();
            result_table(&runs, 9, TimeColumns::default())
        };
        let table = with_rate(runs.clone());
        let lines: Vec<&str> = table
            .lines()
            .filter(|line| line.starts_with("± ?"))
            .collect();
        let unknown = "a bound is unknown, because some rounds are below resolution or timed out";
        assert_eq!(lines, [format!("± ?: {unknown}")], "{table}");
        assert_eq!(table.matches("± ? (9 of 20 below resolution)").count(), 1);
        let elapsed = runs.variable_mut(0).unwrap();
        for flat in 24..40 {
            let state = CellState::Failed;
            elapsed.record_absent(flat, state, None).unwrap();
        }
        let table = with_rate(runs);
        let both = format!("too few for bounds; or {unknown}");
        assert_eq!(table.matches(&both).count(), 1, "{table}");
    }

    #[test]
    fn a_point_that_mostly_timed_out_has_not_the_time_of_the_other_rounds() {
        let len = Dim::input("len", Kind::Uint(64), vec![10.into(), 20.into()]);
        let mut runs = timed(vec![len, Dim::repeats(3)], &[1.0, 1.0, 1.0, 2.0, 2.0, 2.0]);
        let elapsed = runs.variable_mut(0).unwrap();
        elapsed.info.timed = true;
        for flat in [4, 5] {
            elapsed
                .record_absent(flat, CellState::TimedOut, Some("late".into()))
                .unwrap();
        }
        let table = result_table(
            &runs,
            9,
            TimeColumns {
                median: true,
                ..TimeColumns::default()
            },
        );
        assert!(
            table.contains("1 s ± ?") && table.contains("(timed out)"),
            "{table}"
        );
        assert!(!table.contains("2 s"), "{table}");
        let timings = runs.timings("elapsed").unwrap();
        let centre = timings.variable("elapsed").unwrap();
        assert_eq!((centre.number(0), centre.number(1)), (Some(1.0), None));
        assert_eq!(centre.states()[1], CellState::TimedOut);
    }
}
