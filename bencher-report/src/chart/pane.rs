use std::sync::Arc;

use bencher_core::value::{Payload, Table as SampleTable, Value};
use serde::Serialize;

use super::{Gap, Marks, Panel};

/// The recorded content of one sample, shown as it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub enum Pane {
    /// A text.
    Text(String),
    /// A file, an image or a video.
    Payload(Arc<Payload>),
    /// A table, in full.
    Table(Arc<SampleTable>),
    /// No content, with the reason.
    Absent(Gap),
}

/// The column titles of panes: those of the payloads' properties, of the first table, or one.
pub(super) fn columns(panels: &[Panel], label: &str) -> Vec<String> {
    let owned = |columns: &[&str]| columns.iter().map(|&column| column.to_owned()).collect();
    match first(panels) {
        Some(Pane::Payload(_)) => owned(&[label, "type", "bytes", "digest", "state"]),
        Some(Pane::Table(table)) => {
            let mut columns = vec!["row"];
            columns.extend(table.names());
            columns.push("state");
            owned(&columns)
        }
        _ => owned(&[label, "state"]),
    }
}

/// The rows of one pane; what is in it has a place in the columns that the first pane has.
pub(super) fn rows(panels: &[Panel], pane: &Pane) -> Vec<Vec<String>> {
    let measured = || "measured".to_owned();
    match pane {
        Pane::Text(text) => vec![vec![text.clone(), measured()]],
        Pane::Payload(payload) => vec![vec![
            payload.name().to_owned(),
            payload.media_type().to_owned(),
            payload.len().to_string(),
            payload.digest().to_string(),
            match payload.content() {
                Some(_) => measured(),
                None => "measured, content not at hand".to_owned(),
            },
        ]],
        Pane::Table(table) => {
            let Some(Pane::Table(known)) = first(panels) else {
                return Vec::new();
            };
            let columns: Vec<_> = known.names().map(|name| table.get(name)).collect();
            let row = |n: usize| {
                let text = |value: Option<Value>| value.map(|v| v.to_string()).unwrap_or_default();
                let mut row = vec![(n + 1).to_string()];
                row.extend(
                    columns
                        .iter()
                        .map(|column| text(column.and_then(|c| c.value(n)))),
                );
                row.push(measured());
                row
            };
            (0..table.len()).map(row).collect()
        }
        Pane::Absent(gap) => {
            let width = columns(panels, "").len();
            let mut row = vec![String::new(); width.saturating_sub(1)];
            row.push(gap.text());
            vec![row]
        }
    }
}

/// The first pane that is not empty.
fn first(panels: &[Panel]) -> Option<&Pane> {
    panels.iter().find_map(|panel| match &panel.marks {
        Marks::Pane(Pane::Absent(_)) => None,
        Marks::Pane(pane) => Some(pane),
        _ => None,
    })
}
