//! Tables of results with the levels of one input as columns.

use crate::dataset::{Dataset, Dim, DimRole, Labels, Variable};
use crate::record::has_single_samples;
use crate::var::UnknownName;

use super::cell_text::{Footnotes, PointCells};
use super::table::{LONGEST, ResultRows, head_and_tail, scale_of};
use super::table_view::{TableView, inputs_of};

/// The mark of the best level of a row.
const BEST: &str = " ◀";

/// A table for each result; the rows are the points of the other inputs.
///
/// # Errors
/// A text for the reader, where the sweep has no such input.
pub(super) fn pivot_tables(
    dataset: &Dataset,
    input: &str,
    view: &TableView,
) -> Result<String, String> {
    let known = inputs_of(dataset);
    if !known.contains(&input) {
        return Err(format!(
            "--pivot: {}",
            UnknownName::new("input", input, known)
        ));
    }
    let others = known.iter().copied().filter(|name| *name != input);
    let order: Vec<&str> = others.chain([input]).collect();
    let turned = dataset.transpose(&order).map_err(|e| e.to_string())?;
    let tables = turned.variables().iter().map(|variable| {
        let found = Pivot::of(&turned, variable, order.len()).rows(view.rows);
        let title = format!("{} by {input}", variable.info.name);
        format!("{title}\n{}", view.finished(&found))
    });
    Ok(tables.collect::<Vec<String>>().join("\n"))
}

/// One result, with the input of the columns behind the inputs of the rows.
struct Pivot<'d> {
    dataset: &'d Dataset,
    variable: &'d Variable,
    /// How many inputs there are; the last one is that of the columns.
    inputs: usize,
    repeats: usize,
    labels: Vec<Labels>,
}

impl<'d> Pivot<'d> {
    fn of(dataset: &'d Dataset, variable: &'d Variable, inputs: usize) -> Self {
        let others = dataset
            .dims()
            .iter()
            .filter(|dim| dim.role != DimRole::Input);
        let dims = dataset.dims().iter();
        Self {
            dataset,
            variable,
            inputs,
            repeats: others.map(Dim::len).product(),
            labels: dims
                .map(|dim| Labels::new(dim.kind, &dim.values, LONGEST))
                .collect(),
        }
    }

    fn columns(&self) -> Option<&'d Dim> {
        self.dataset.dims().get(self.inputs.checked_sub(1)?)
    }

    fn rows(&self, most: usize) -> ResultRows {
        let Some(columns) = self.columns() else {
            return ResultRows::default();
        };
        let scale = scale_of(self.variable);
        let mut footnotes = Footnotes::default();
        let inner = self.inputs - 1;
        let rows = self.dataset.dims().iter().take(inner);
        let mut heading: Vec<String> = rows.map(Dim::label).collect();
        let column_labels = self.labels.get(inner);
        heading.extend(columns.values.iter().map(|value| {
            column_labels.map_or_else(|| value.to_string(), |labels| labels.text(value))
        }));
        let mut table = vec![heading];
        let levels = columns.len().max(1);
        let each = levels * self.repeats;
        let count = self.dataset.len().checked_div(each).unwrap_or(0);
        let best = self.best(count);
        let has_times = self.dataset.variables().iter().any(|var| var.info.timed);
        let (head, tail) = head_and_tail(count, most);
        for (n, row) in (0..head).chain(count - tail..count).enumerate() {
            if n == head && tail > 0 {
                table.push(vec!["…".to_owned(); table.first().map_or(0, Vec::len)]);
            }
            let position = self.dataset.position(row * each).unwrap_or_default();
            let mut cells: Vec<String> = (0..inner)
                .filter_map(|axis| {
                    let value = self
                        .dataset
                        .dims()
                        .get(axis)?
                        .values
                        .get(*position.get(axis)?)?;
                    Some(self.labels.get(axis)?.text(value))
                })
                .collect();
            for level in 0..levels {
                let of_point = PointCells {
                    dataset: self.dataset,
                    variable: self.variable,
                    scale: &scale,
                    first: row * each + level * self.repeats,
                    repeats: self.repeats,
                    has_times,
                };
                let mark = if best.get(row) == Some(&Some(level)) {
                    BEST
                } else {
                    ""
                };
                cells.push(of_point.text(&mut footnotes) + mark);
            }
            table.push(cells);
        }
        let mut notes: Vec<String> = footnotes.lines().into_iter().map(Into::into).collect();
        if !self.dataset.is_centred(self.variable) && !scale.units().is_empty() {
            notes.insert(0, format!("all in {}", scale.units()));
        }
        if best.iter().any(Option::is_some) {
            let note = if has_single_samples(self.dataset, self.variable) {
                "◀: the best of its row, from one sample a point"
            } else {
                "◀: the best of its row; the bounds of all others lie apart"
            };
            notes.push(note.to_owned());
        }
        ResultRows {
            rows: table,
            inputs: inner,
            count,
            notes,
        }
    }

    /// The level of each row that is certainly the best.
    fn best(&self, rows: usize) -> Vec<Option<usize>> {
        let mut best = vec![None; rows];
        let names = inputs_of(self.dataset);
        let (Some((_, others)), Some(columns)) = (names.split_last(), self.columns()) else {
            return best;
        };
        let result = &self.variable.info.name;
        let found = self.dataset.optimum_by(result, others).unwrap_or_default();
        for group in found {
            let is_clear = group.is_decided() && group.below_resolution == 0 && group.points > 1;
            let level_of = |dim: &Dim| {
                let value = group.best.at.iter().find(|(name, _)| *name == dim.name);
                dim.values
                    .iter()
                    .position(|one| value.is_some_and(|(_, value)| value == one))
            };
            let dims = self.dataset.dims().iter().take(self.inputs - 1);
            let row = dims
                .map(|dim| Some((level_of(dim)?, dim.len())))
                .collect::<Option<Vec<_>>>();
            let row =
                row.map(|levels| levels.iter().fold(0, |row, (level, len)| row * len + level));
            if let (true, Some(slot)) = (is_clear, row.and_then(|row| best.get_mut(row))) {
                *slot = level_of(columns);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{CellState, VariableInfo};
    use crate::value::{Kind, Value};
    use crate::var::Direction;

    /// The cost is `100 a + 10 b + c`.
    fn sweep() -> Dataset {
        let dim = |name: &str, count: u64| {
            Dim::input(name, Kind::Uint(64), (0..count).map(Value::from).collect())
        };
        let info = VariableInfo {
            direction: Direction::Maximize,
            units: "s".to_owned(),
            ..VariableInfo::new("cost", Kind::Float(64))
        };
        let dims = vec![dim("a", 2), dim("b", 3), dim("c", 2), Dim::repeats(1)];
        let mut dataset = Dataset::new("Costs", dims, vec![info]).unwrap();
        for flat in 0..dataset.len() {
            let at = dataset.position(flat).unwrap();
            let cost = (100 * at[0] + 10 * at[1] + at[2]) as f64;
            let variable = dataset.variable_mut(0).unwrap();
            let value = Value::Float(cost);
            variable.record(flat, &value, CellState::Measured).unwrap();
        }
        dataset
    }

    #[test]
    fn the_levels_of_an_input_are_the_columns() {
        let text = pivot_tables(&sweep(), "b", &TableView::default()).unwrap();
        let rows: Vec<Vec<&str>> = text
            .lines()
            .map(|row| row.split_whitespace().collect())
            .collect();
        assert_eq!(rows[0], ["cost", "by", "b"]);
        assert_eq!(rows[1], ["a", "c", "0", "1", "2"]);
        assert_eq!(rows[3], ["0", "0", "0", "10", "20", "◀"]);
        assert_eq!(rows[6], ["1", "1", "101", "111", "121", "◀"]);
        assert_eq!(rows[7], ["all", "in", "s"]);
        assert!(
            text.contains("\n◀: the best of its row, from one sample a point"),
            "{text}"
        );
    }

    /// Beside a time, a point of another result has as many samples as the time has rounds.
    #[test]
    fn rounds_that_were_not_wanted_are_not_missing() {
        let dims = vec![
            Dim::input("a", Kind::Uint(64), vec![0_u64.into(), 1_u64.into()]),
            Dim::repeats(4),
        ];
        let info = |name: &str, timed| VariableInfo {
            timed,
            ..VariableInfo::new(name, Kind::Float(64))
        };
        let results = vec![info("elapsed", true), info("size", false)];
        let mut dataset = Dataset::new("Sizes", dims, results).unwrap();
        for flat in [0, 1, 4, 5] {
            for of in 0..2 {
                let variable = dataset.variable_mut(of).unwrap();
                let value = Value::Float(2.5);
                variable.record(flat, &value, CellState::Measured).unwrap();
            }
        }
        let text = pivot_tables(&dataset, "a", &TableView::default()).unwrap();
        assert!(
            text.contains("2.5  2.5") && !text.contains("(2 of 4)"),
            "{text}"
        );
    }

    #[test]
    fn one_input_alone_makes_one_row() {
        let single = sweep()
            .select("a", 0_u64)
            .unwrap()
            .select("c", 0_u64)
            .unwrap();
        let text = pivot_tables(&single, "b", &TableView::default()).unwrap();
        assert!(text.lines().any(|line| line.ends_with("20 ◀")), "{text}");
        let error = pivot_tables(&single, "d", &TableView::default()).unwrap_err();
        assert!(error.contains("`d`"), "{error}");
    }
}
