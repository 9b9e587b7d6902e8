//! The printed summary of a dataset.

use std::fmt;

use crate::value::{Kind, Value};
use crate::var::{Direction, Scale};

use super::labels::{Labels, one_line};
use super::units::significant;
use super::{CellState, Dataset, Dim, DimRole, Variable};

/// How many characters a list of values may take.
const PREVIEW: usize = 48;

impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "<Dataset> {}", self.name)?;
        let sizes: Vec<String> = self
            .dims
            .iter()
            .map(|dim| format!("{}: {}", dim.name, dim.len()))
            .collect();
        writeln!(f, "Dimensions:  ({})", sizes.join(", "))?;
        let name_width = self
            .dims
            .iter()
            .map(Dim::label)
            .chain(self.variables.iter().map(Variable::label))
            .map(|label| label.chars().count())
            .max()
            .unwrap_or(0);
        if !self.dims.is_empty() {
            writeln!(f, "Coordinates:")?;
        }
        for dim in &self.dims {
            let preview = shorten(dim.kind, &dim.values, PREVIEW);
            let notes = dim_notes(dim);
            writeln!(
                f,
                "  * {:name_width$}  {:<8} {preview}{notes}",
                dim.label(),
                dim.kind.short_name()
            )?;
        }
        writeln!(f, "Results:")?;
        for var in &self.variables {
            let preview = preview(var);
            let notes = variable_notes(var);
            writeln!(
                f,
                "    {:name_width$}  {:<8} {preview}{notes}",
                var.label(),
                var.info.kind.short_name()
            )?;
        }
        let mut counts = self.count_states();
        // As everywhere, those that were timed out are among those that failed.
        let late = counts.remove(&CellState::TimedOut);
        if let Some(late) = late {
            *counts.entry(CellState::Failed).or_default() += late;
        }
        let counted = |(state, count): (&CellState, &usize)| match (state, late) {
            (CellState::Failed, Some(late)) => format!("{count} {state} ({late} timed out)"),
            _ => format!("{count} {state}"),
        };
        let states: Vec<String> = counts.iter().map(counted).collect();
        write!(
            f,
            "Cells:       {}",
            if states.is_empty() {
                "none".to_owned()
            } else {
                states.join(", ")
            }
        )
    }
}

fn dim_notes(dim: &Dim) -> &'static str {
    match (dim.role, dim.scale) {
        (DimRole::Input, Scale::Log) => "  (log)",
        _ => "",
    }
}

fn variable_notes(var: &Variable) -> String {
    let direction = match var.info.direction {
        Direction::Minimize => Some("minimize"),
        Direction::Maximize => Some("maximize"),
        Direction::None => None,
    };
    let notes: Vec<&str> = direction
        .into_iter()
        .chain(var.info.timed.then_some("timed"))
        .collect();
    if notes.is_empty() {
        String::new()
    } else {
        format!("  ({})", notes.join(", "))
    }
}

/// The first and last few cells of a variable.
fn preview(var: &Variable) -> String {
    let count = var.states.len();
    let shown: Vec<usize> = if count <= 6 {
        (0..count).collect()
    } else {
        (0..3).chain(count - 2..count).collect()
    };
    let mut parts = Vec::new();
    for (n, flat) in shown.iter().enumerate() {
        if count > 6 && n == 3 {
            parts.push("…".to_owned());
        }
        parts.push(match var.cell(*flat) {
            Some(cell) => cell
                .value
                .map_or_else(|| cell.state.name().to_owned(), |v| brief(&v)),
            None => String::new(),
        });
    }
    parts.join(" ")
}

/// A value in few characters: floats to four significant digits.
fn brief(value: &Value) -> String {
    match value {
        Value::Float(x) if x.is_finite() && *x != 0.0 => {
            crate::value::float_text(significant(*x, 4))
        }
        Value::Text(text) => {
            let plain = one_line(text);
            let long = plain.chars().count() > 16;
            let shown: String = plain.chars().take(if long { 15 } else { 16 }).collect();
            if long { shown + "…" } else { shown }
        }
        other => other.to_string(),
    }
}

/// A list of coordinates within about `width` characters, its middle left out if it must be.
pub(super) fn shorten(kind: Kind, values: &[Value], width: usize) -> String {
    let labels = Labels::new(kind, values, 16);
    let mut front: Vec<String> = Vec::new();
    let mut used = 0;
    for value in values {
        let text = labels.text(value);
        used += text.chars().count() + 1;
        if used > width {
            break;
        }
        front.push(text);
    }
    if front.len() == values.len() {
        return front.join(" ");
    }
    let last = values
        .last()
        .map(|value| labels.text(value))
        .unwrap_or_default();
    while front.len() > 1 && front.join(" ").chars().count() + last.chars().count() + 3 > width {
        front.pop();
    }
    format!("{} … {last}", front.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::VariableInfo;
    use crate::value::Kind;

    #[test]
    fn cells_that_were_timed_out_are_among_those_that_failed() {
        let moves = VariableInfo::new("moves", Kind::Float(64));
        let mut runs = Dataset::new("Runs", vec![Dim::repeats(4)], vec![moves]).unwrap();
        let mut cells = |flat, state| {
            let moves = runs.variable_mut(0).unwrap();
            moves.record_absent(flat, state, None).unwrap();
            let text = runs.to_string();
            text.rsplit_once("Cells:").unwrap().1.trim().to_owned()
        };
        assert_eq!(cells(0, CellState::Failed), "3 pending, 1 failed");
        let late = cells(1, CellState::TimedOut);
        assert_eq!(late, "2 pending, 2 failed (1 timed out)");
        let late = cells(0, CellState::TimedOut);
        assert_eq!(late, "2 pending, 2 failed (2 timed out)");
    }
}
