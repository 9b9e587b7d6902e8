//! How a reader wants the table of results: its columns, its order, its width.

use crate::dataset::{Dataset, DimRole, quantity};
use crate::var::{Direction, UnknownName};

use super::columns::TimeColumns;
use super::pivot::pivot_tables;
use super::table::{ResultRows, result_rows_of, text_of};

/// How the table of results is arranged.
///
/// ```
/// use bencher_core::bench::TableView;
/// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
/// # use bencher_core::value::{Kind, Value};
/// use bencher_core::var::Direction;
/// let codec = Dim::input("codec", Kind::Category, vec!["Lz4".into(), "Zstd".into()]);
/// let block = Dim::input("block", Kind::Uint(64), vec![Value::from(1), Value::from(64)]);
/// let ratio = VariableInfo { direction: Direction::Minimize, ..VariableInfo::new("ratio", Kind::Float(64)) };
/// let mut codecs = Dataset::new("Codecs", vec![codec, block, Dim::repeats(1)], vec![ratio])?;
/// for (flat, ratio) in [(0, 0.6), (1, 0.5), (2, 0.5), (3, 0.25)] {
///     codecs.variable_mut(0).ok_or("no variable")?.record(flat, &Value::Float(ratio), CellState::Measured)?;
/// }
/// let table = TableView { pivot: Some("codec".to_owned()), ..TableView::default() }.text(&codecs);
/// let rows: Vec<Vec<_>> = table.lines().map(|row| row.split_whitespace().collect()).collect();
/// assert_eq!(rows[0], ["ratio", "by", "codec"]);
/// assert_eq!(rows[1], ["block", "Lz4", "Zstd"]);
/// assert_eq!(rows[3], ["1", "0.6", "0.5", "◀"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableView {
    /// The largest number of rows (30).
    pub rows: usize,
    /// The columns beside the centre of a time (none).
    pub columns: TimeColumns,
    /// An input whose levels become the columns, with a table for each result (none).
    pub pivot: Option<String>,
    /// A result by which the rows are sorted, the best first (none: the order of the inputs).
    pub sort: Option<String>,
    /// The most characters of a line; a wider table continues below (no limit).
    pub width: Option<usize>,
}

impl Default for TableView {
    fn default() -> Self {
        Self {
            rows: 30,
            columns: TimeColumns::default(),
            pivot: None,
            sort: None,
            width: None,
        }
    }
}

impl TableView {
    /// The table as text. If the sweep has no input or result of a given name, a line below the table says so.
    pub fn text(&self, dataset: &Dataset) -> String {
        let mut notes = Vec::new();
        if let Some(input) = &self.pivot {
            match pivot_tables(dataset, input, self) {
                Ok(text) => return text,
                Err(note) => notes.push(note),
            }
        }
        let order = self.sort.as_ref().and_then(|result| {
            let found = order_by(dataset, result);
            found.map_err(|note| notes.push(note)).ok()
        });
        if let (Some(result), Some(_)) = (&self.sort, &order) {
            notes.push(sorted_note(dataset, result));
        }
        let mut found = result_rows_of(dataset, self.rows, self.columns, order);
        found.notes.extend(notes);
        self.finished(&found)
    }

    /// A table with its notes.
    pub(super) fn finished(&self, found: &ResultRows) -> String {
        text_of(found, self.rows, self.width)
    }
}

/// The points of a result from the best to the worst, then those without a value.
fn order_by(dataset: &Dataset, result: &str) -> Result<Vec<usize>, String> {
    let Ok(variable) = dataset.variable(result) else {
        let names = dataset.variables().iter();
        let known: Vec<&str> = names.map(|one| one.info.name.as_str()).collect();
        return Err(format!(
            "--sort: {}",
            UnknownName::new("result", result, known)
        ));
    };
    let is_down = variable.info.direction == Direction::Maximize;
    let values = dataset.numbers_of_points(result);
    let values = values.map_err(|error| error.to_string())?;
    let order = crate::sort::order(values.len(), &mut |one, other| {
        let of = |at: usize| values.get(at).copied().flatten();
        match (of(one), of(other)) {
            (Some(a), Some(b)) if is_down => b.total_cmp(&a),
            (Some(a), Some(b)) => a.total_cmp(&b),
            (one, other) => one.is_none().cmp(&other.is_none()),
        }
    });
    Ok(order)
}

/// `sorted by elapsed, the best first: 12 ms at codec=Zstd`.
fn sorted_note(dataset: &Dataset, result: &str) -> String {
    let direction = dataset
        .variable(result)
        .map(|variable| variable.info.direction);
    let which = match direction {
        Ok(Direction::None) | Err(_) => "the smallest first",
        Ok(_) => "the best first",
    };
    let best = dataset.optimum(result).ok().flatten();
    let undecided = best.filter(|found| !found.is_decided()).map(|found| {
        let units = dataset.variable(result).map(|one| one.info.units.clone());
        let units = units.unwrap_or_default();
        format!(
            "; the bounds do not separate {} from {} of the others",
            quantity(found.best.value, &units),
            found.undecided.len()
        )
    });
    format!(
        "sorted by {result}, {which}{}",
        undecided.unwrap_or_default()
    )
}

/// The names of the inputs that vary.
pub(super) fn inputs_of(dataset: &Dataset) -> Vec<&str> {
    let inputs = dataset.dims().iter();
    let inputs = inputs.filter(|dim| dim.role == DimRole::Input);
    inputs.map(|dim| dim.name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{CellState, Dim, VariableInfo};
    use crate::value::{Kind, Value};

    fn sweep(direction: Direction) -> Dataset {
        let len = Dim::input("len", Kind::Uint(64), vec![1.into(), 2.into(), 3.into()]);
        let info = VariableInfo {
            direction,
            ..VariableInfo::new("speed", Kind::Float(64))
        };
        let mut dataset = Dataset::new("Runs", vec![len, Dim::repeats(1)], vec![info]).unwrap();
        let speed = dataset.variable_mut(0).unwrap();
        for (flat, x) in [(0, 5.0), (2, 7.0)] {
            let value = Value::Float(x);
            speed.record(flat, &value, CellState::Measured).unwrap();
        }
        dataset
    }

    fn first_cells(view: &TableView, dataset: &Dataset) -> Vec<String> {
        let text = view.text(dataset);
        let rows = text.lines().skip(2);
        let first = |row: &str| row.split_whitespace().next().unwrap_or("").to_owned();
        rows.map(first).collect()
    }

    #[test]
    fn rows_are_sorted_by_direction_and_gaps_come_last() {
        let view = TableView {
            sort: Some("speed".to_owned()),
            ..TableView::default()
        };
        let sorted = |direction| first_cells(&view, &sweep(direction));
        assert_eq!(sorted(Direction::Maximize)[..3], ["3", "1", "2"]);
        assert_eq!(sorted(Direction::Minimize)[..3], ["1", "3", "2"]);
        let text = view.text(&sweep(Direction::Maximize));
        assert!(
            text.ends_with("sorted by speed, the best first\n"),
            "{text}"
        );
        let text = view.text(&sweep(Direction::None));
        assert!(
            text.ends_with("sorted by speed, the smallest first\n"),
            "{text}"
        );
    }

    #[test]
    fn unknown_names_are_told_and_lose_no_table() {
        let view = TableView {
            sort: Some("sped".to_owned()),
            pivot: Some("leng".to_owned()),
            ..TableView::default()
        };
        let text = view.text(&sweep(Direction::None));
        assert!(
            text.contains("--sort: ") && text.contains("`speed`"),
            "{text}"
        );
        assert!(
            text.contains("--pivot: ") && text.contains("`len`"),
            "{text}"
        );
        assert!(text.starts_with("len"), "{text}");
    }

    #[test]
    fn a_table_that_is_too_wide_continues_below() {
        let view = TableView {
            width: Some(15),
            ..TableView::default()
        };
        let mut dataset = sweep(Direction::None);
        let again = VariableInfo::new("twice", Kind::Float(64));
        dataset.derive(again, &["speed"], |x| 2.0 * x[0]).unwrap();
        let text = view.text(&dataset);
        assert!(
            text.lines().all(|line| line.chars().count() <= 15),
            "{text}"
        );
        assert_eq!(text.matches("len").count(), 2, "{text}");
        let wide = TableView::default().text(&dataset);
        assert_eq!(wide.matches("len").count(), 1, "{wide}");
    }
}
