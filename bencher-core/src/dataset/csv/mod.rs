//! The long table as CSV, for spreadsheets and data frames; `bencher` reads it back.

#[cfg(feature = "data")]
mod infer;
#[cfg(feature = "data")]
mod read;
#[cfg(feature = "data")]
mod read_states;
#[cfg(feature = "data")]
mod records;
mod states;

use std::borrow::Cow;
use std::io::{self, Write};

use crate::value::{Kind, Value};

use super::Dataset;
use states::states_text;

/// Options for writing a table.
///
/// ```
/// # use bencher_core::dataset::{CsvOptions, Dataset, Dim};
/// # use bencher_core::value::{Kind, Value};
/// let names = Dim::input("name", Kind::Text, vec![Value::from("=1+1")]);
/// let runs = Dataset::new("Runs", vec![names], vec![])?;
/// let mut csv = Vec::new();
/// runs.write_csv_with(&mut csv, CsvOptions { for_spreadsheets: true })?;
/// assert_eq!(String::from_utf8(csv)?, "name,state\r\n'=1+1,\r\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CsvOptions {
    /// Puts a `'` before texts that a spreadsheet would read as a formula: texts that begin with `=`, `+`, `-`, `@`, a
    /// tab or a line end. Numbers stay numbers. Use it only for spreadsheets: other readers keep the `'`.
    pub for_spreadsheets: bool,
}

impl Dataset {
    /// Writes the long table as CSV (RFC 4180, UTF-8): a column for every dimension and variable, then a column of
    /// states. Cells without a value are empty.
    ///
    /// The column `state` is empty where all cells of a row were measured. (It is `bencher.state` where another column
    /// is named `state`.) Where all cells have the same state and reason, the column names them once (`cached`,
    /// `failed: out of memory`). Otherwise it names them for each variable that was not measured (`moves=failed: out of
    /// memory; time=missing`). A backslash precedes `;`, `=` and `\` in a name or a reason.
    ///
    /// Data frames read it directly, for example with `pandas.read_csv`. [`csv_description`](Self::csv_description) has
    /// the kinds, units, descriptions and attributes, for a second file. A payload is written as its name, digest,
    /// length and media type, without its content.
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
    /// assert_eq!(String::from_utf8(csv)?, "repeat,ok,state\r\n1,true,\r\n2,,pending\r\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where a write to `out` fails.
    pub fn write_csv(&self, out: impl Write) -> io::Result<()> {
        self.write_csv_with(out, CsvOptions::default())
    }

    /// As [`write_csv`](Self::write_csv), with options.
    ///
    /// # Errors
    /// Where a write to `out` fails.
    pub fn write_csv_with(&self, mut out: impl Write, options: CsvOptions) -> io::Result<()> {
        let guarded = |text: String, value: &Value| {
            let is_text = !matches!(value, Value::Int(_) | Value::Big(_) | Value::Float(_));
            if options.for_spreadsheets && is_text && is_formula(&text) {
                format!("'{text}")
            } else {
                text
            }
        };
        let names = self.csv_columns();
        write_record(&mut out, names.iter().map(Cow::from))?;
        let variables = self.variables();
        let dims = self.dims();
        for row in self.long_table().rows() {
            let coordinates = row.coordinates.iter().zip(dims);
            let coordinates =
                coordinates.map(|(value, dim)| guarded(dim.kind.text(value), value).into());
            let cells = row.cells.iter().zip(variables).map(|(cell, variable)| {
                let text = |value| guarded(cell_text(variable.info.kind, value), value);
                let text = cell.value.as_ref().map(text);
                Cow::from(text.unwrap_or_default())
            });
            let names = variables.iter().map(|var| var.info.name.as_str());
            let states = Cow::from(states_text(names, &row.cells));
            write_record(&mut out, coordinates.chain(cells).chain([states]))?;
        }
        Ok(())
    }

    /// The parts of the dataset that a table cannot hold, as JSON: kinds, units, descriptions, coordinates, attributes.
    /// With it, [`read_csv_described`](Self::read_csv_described) returns an equal dataset.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// let mut len = Dim::input("len", Kind::Uint(16), vec![Value::from(3)]);
    /// len.units = "elements".to_owned();
    /// let runs = Dataset::new("Runs", vec![len], vec![])?;
    /// let mut csv = Vec::new();
    /// runs.write_csv(&mut csv)?;
    /// let back = Dataset::read_csv_described(&csv[..], &runs.csv_description())?;
    /// assert_eq!(back, runs);
    /// assert_ne!(Dataset::read_csv(&csv[..])?, runs, "a table has no units");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn csv_description(&self) -> String {
        self.outline_json().to_string()
    }

    /// The columns: dimensions, variables, the states.
    fn csv_columns(&self) -> Vec<String> {
        let mut names: Vec<String> = self.long_table().columns().map(str::to_owned).collect();
        let states = if names.iter().any(|name| name == STATE) {
            OTHER_STATE
        } else {
            STATE
        };
        names.push(states.to_owned());
        names
    }
}

/// The column of states.
const STATE: &str = "state";

/// The same beside a dimension or variable of that name.
const OTHER_STATE: &str = "bencher.state";

/// Whether a spreadsheet would take a text for a formula.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

fn write_record<'f>(
    out: &mut impl Write,
    fields: impl Iterator<Item = Cow<'f, str>>,
) -> io::Result<()> {
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

/// The text of a cell. A variable of 32 bits may hold a mean, which has more digits than an f32.
fn cell_text(kind: Kind, value: &Value) -> String {
    match (value.as_payload(), value) {
        (Some(payload), _) => format!(
            "{} [{} {} {}]",
            payload.name(),
            payload.digest(),
            payload.len(),
            payload.media_type()
        ),
        (None, Value::Float(x)) if kind == Kind::Float(32) => {
            let short = kind.text(value);
            if read_narrow(&short).as_ref() == Some(value) {
                short
            } else if value.to_string() == short {
                // More digits than an f32 needs say that it is none.
                format!("{x:.17e}")
            } else {
                value.to_string()
            }
        }
        (None, _) => value.to_string(),
    }
}

/// The f32 whose shortest text this is.
fn read_narrow(text: &str) -> Option<Value> {
    let kind = Kind::Float(32);
    kind.parse(text).filter(|value| kind.text(value) == text)
}
