//! The long table as CSV: what spreadsheets and data frames read, and this program reads back.

mod infer;
mod read;
mod records;

use std::io::{self, Write};

use crate::value::Value;

use super::Dataset;
use super::json::JSON_FORMAT;

impl Dataset {
    /// Writes the long table as CSV (RFC 4180, UTF-8): a column for every dimension and variable,
    /// then `NAME.state` and `NAME.reason` for every variable. Cells without a value are empty.
    ///
    /// The last column, `bencher.dataset`, is empty but in the first row, where it holds as JSON what
    /// a table cannot say: kinds, units, descriptions, coordinates, attributes. Readers of tables need
    /// not know of it; with it [`read_csv`](Self::read_csv) gives an equal dataset. A payload is its
    /// name, digest, length and media type; its content is not written.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// # let ok = VariableInfo::new("ok", Kind::Bool);
    /// let mut runs = Dataset::new("Runs", vec![Dim::repeats(2)], vec![ok])?;
    /// let ok = runs.variable_mut(0).ok_or("no variable")?;
    /// ok.record(0, &Value::Bool(true), CellState::Measured)?;
    /// let mut csv = Vec::new();
    /// runs.write_csv(&mut csv)?;
    /// let csv = String::from_utf8(csv)?;
    /// let rows: Vec<&str> = csv.lines().collect();
    /// assert_eq!(rows[0], "repeat,ok,ok.state,ok.reason,bencher.dataset");
    /// assert!(rows[1].starts_with("1,true,measured,,\"{"));
    /// assert_eq!(rows[2], "2,,pending,,");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where `out` does not take it.
    pub fn write_csv(&self, mut out: impl Write) -> io::Result<()> {
        let names = self.csv_columns();
        write_record(&mut out, names.chain([JSON_FORMAT.to_owned()]))?;
        let mut outline = self.outline_json().to_string();
        for row in self.long_table().rows() {
            let coordinates = row.coordinates.iter().map(ToString::to_string);
            let values = row.cells.iter().map(|cell| {
                let value = cell.value.as_ref();
                value.map_or_else(String::new, cell_text)
            });
            let extra = row.cells.iter().flat_map(|cell| {
                [
                    cell.state.name().to_owned(),
                    cell.reason.unwrap_or_default().to_owned(),
                ]
            });
            let fields = coordinates.chain(values).chain(extra);
            write_record(&mut out, fields.chain([std::mem::take(&mut outline)]))?;
        }
        Ok(())
    }

    /// The columns that every reader understands.
    fn csv_columns(&self) -> impl Iterator<Item = String> {
        let names = self.long_table().columns().map(str::to_owned);
        let vars = self.variables().iter();
        names.chain(vars.flat_map(|var| companions(&var.info.name)))
    }
}

/// The columns that tell the state and the reason of a variable's cells.
fn companions(name: &str) -> [String; 2] {
    [format!("{name}.state"), format!("{name}.reason")]
}

fn write_record(out: &mut impl Write, fields: impl Iterator<Item = String>) -> io::Result<()> {
    for (n, field) in fields.enumerate() {
        if n > 0 {
            out.write_all(b",")?;
        }
        if field.contains([',', '"', '\n', '\r']) {
            write!(out, "\"{}\"", field.replace('"', "\"\""))?;
        } else {
            out.write_all(field.as_bytes())?;
        }
    }
    out.write_all(b"\r\n")
}

fn cell_text(value: &Value) -> String {
    match value.as_payload() {
        Some(payload) => format!(
            "{} [{} {} {}]",
            payload.name(),
            payload.digest(),
            payload.len(),
            payload.media_type()
        ),
        None => value.to_string(),
    }
}
