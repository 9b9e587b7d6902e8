//! The states and reasons of a row's cells in one field: empty where all of them were measured, a state where all have
//! it, else `NAME=state: reason` of each cell that was not measured, separated by `; `.

use super::super::{Cell, CellState};

/// The field of a row, whose cells belong to variables of these names.
pub(super) fn states_text<'a>(names: impl Iterator<Item = &'a str>, cells: &[Cell<'_>]) -> String {
    let state = |cell: &Cell<'_>| {
        let reason = cell.reason.unwrap_or_default();
        match (cell.state, reason) {
            (state, "") => state.name().to_owned(),
            (state, reason) => format!("{}: {}", state.name(), escaped(reason)),
        }
    };
    let mut texts = cells.iter().map(state);
    let Some(first) = texts.next() else {
        return String::new();
    };
    let measured = CellState::Measured.name();
    if texts.all(|text| text == first) {
        return if first == measured {
            String::new()
        } else {
            first
        };
    }
    let all = names.zip(cells);
    let others = all.filter_map(|(name, cell)| {
        let text = state(cell);
        (text != measured).then(|| format!("{}={text}", escaped(name)))
    });
    others.collect::<Vec<_>>().join("; ")
}
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\\' | ';' | '=' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}
