use std::borrow::Cow;
use std::io::Read;

use crate::value::{Kind, Payload, Value};

use super::super::json::{JSON_FORMAT, Outline, Place, cell_kind, read_digest};
use super::super::{CellState, Dataset, ImportError, VariableInfo};
use super::infer;
use super::records::{Record, records};

/// A table as text: the names of its columns, and its rows.
pub(super) struct Table<'a> {
    pub(super) heading: &'a [Cow<'a, str>],
    pub(super) rows: &'a [Record<'a>],
}

impl Dataset {
    /// Reads what [`write_csv`](Self::write_csv) wrote.
    ///
    /// Rows and columns must stand as they were written. A table whose last column was lost, or that
    /// version 1 wrote, still reads: kinds are then inferred from the texts (truth values, integers,
    /// floats, variants; a dimension `repeat` counts repeats), and what else the column held is
    /// empty. So it is with a grid without cells, which has no row to hold it.
    ///
    /// ```
    /// use bencher_core::dataset::Dataset;
    /// let csv = "len,moves,moves.state,moves.reason\n10,45,measured,\n20,,failed,out of memory\n";
    /// let runs = Dataset::read_csv(csv.as_bytes())?;
    /// assert_eq!(runs.select("len", 10)?.variable("moves")?.number(0), Some(45.0));
    /// let mut again = Vec::new();
    /// runs.write_csv(&mut again)?;
    /// assert_eq!(Dataset::read_csv(&again[..])?, runs);
    /// let error = Dataset::read_csv(csv.replace("45", "").as_bytes()).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "row 2, column moves: a number (f64) must stand here, for the state is \"measured\""
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where it cannot be read, or is no such table: in which row and column, and why.
    pub fn read_csv(mut input: impl Read) -> Result<Self, ImportError> {
        let mut text = String::new();
        input.read_to_string(&mut text)?;
        let records = records(&text)?;
        let Some((heading, rows)) = records.split_first() else {
            return Err(wrong(
                1,
                "1",
                "the file is empty; a heading must stand here",
            ));
        };
        let (heading, description) = match heading.split_last() {
            Some((last, heading)) if last == JSON_FORMAT => {
                (heading, rows.first().and_then(|row| row.last()))
            }
            _ => (heading.as_slice(), None),
        };
        let table = Table { heading, rows };
        let empty = match description {
            Some(description) => table.described(description)?,
            None => infer::outline(&table)?,
        };
        table.fill(empty)
    }
}

impl Table<'_> {
    /// The empty dataset that the last column describes.
    fn described(&self, description: &str) -> Result<Dataset, ImportError> {
        let others = self.rows.iter().enumerate().skip(1);
        let mut fields = others.filter_map(|(n, row)| Some((n, row.last()?)));
        if let Some((n, _)) = fields.find(|(_, field)| !field.is_empty()) {
            return Err(wrong(
                n + 2,
                JSON_FORMAT,
                "only the first row holds something here",
            ));
        }
        let json: serde_json::Value = serde_json::from_str(description)
            .map_err(|error| wrong(2, JSON_FORMAT, &format!("this is no JSON: {error}")))?;
        let place = Place::whole_document(JSON_FORMAT, &json);
        let Outline {
            name,
            dims,
            attributes,
        } = Outline::read(&place)?;
        let infos = Outline::read_infos(&place)?;
        // What is claimed must be there before room is made for it.
        let cells = dims
            .iter()
            .fold(1_u128, |cells, dim| cells.saturating_mul(dim.len() as u128));
        let columns = dims.len() + 3 * infos.len();
        if (cells, columns) != (self.rows.len() as u128, self.heading.len()) {
            let problem = format!(
                "it tells of {cells} rows and {columns} columns before this one, and there are {} \
                 and {}",
                self.rows.len(),
                self.heading.len()
            );
            return Err(wrong(2, JSON_FORMAT, &problem));
        }
        let mut dataset = Dataset::new(name, dims, infos)?;
        dataset.attributes = attributes;
        if !dataset
            .csv_columns()
            .eq(self.heading.iter().map(AsRef::<str>::as_ref))
        {
            let expected: Vec<String> = dataset.csv_columns().collect();
            let problem = format!("the columns must be {}", expected.join(","));
            return Err(wrong(1, "1", &problem));
        }
        Ok(dataset)
    }

    /// Puts the rows into an empty dataset of as many cells.
    fn fill(&self, mut dataset: Dataset) -> Result<Dataset, ImportError> {
        let dims = dataset.dims().to_vec();
        let texts: Vec<Vec<String>> = dims
            .iter()
            .map(|dim| dim.values.iter().map(ToString::to_string).collect())
            .collect();
        for (flat, row) in self.rows.iter().enumerate() {
            let position = dataset.position(flat).unwrap_or_default();
            let coordinates = row.iter().zip(&position).zip(&dims).zip(&texts);
            for (((field, at), dim), texts) in coordinates {
                let expected = texts.get(*at).map_or("", String::as_str);
                if field != expected {
                    let problem = format!("{expected} must stand here, not {field}");
                    return Err(wrong(flat + 2, &dim.name, &problem));
                }
            }
        }
        let variables = dataset.variables.len();
        for (index, variable) in dataset.variables.iter_mut().enumerate() {
            let info: VariableInfo = variable.info.clone();
            let value_column = dims.len() + index;
            let state_column = dims.len() + variables + 2 * index;
            for (flat, row) in self.rows.iter().enumerate() {
                let field = |column: usize| row.get(column).map_or("", AsRef::as_ref);
                let state = read_state(field(state_column)).ok_or_else(|| {
                    let names: Vec<&str> =
                        CellState::ALL.into_iter().map(CellState::name).collect();
                    let problem = format!("this must be one of: {}", names.join(", "));
                    wrong(flat + 2, &format!("{}.state", info.name), &problem)
                })?;
                let text = field(value_column);
                let value = if state.has_value() {
                    let value = parse(cell_kind(info.kind), text).ok_or_else(|| {
                        let expected = info.kind.name();
                        let problem =
                            format!("{expected} must stand here, for the state is \"{state}\"");
                        wrong(flat + 2, &info.name, &problem)
                    })?;
                    Some(value)
                } else if text.is_empty() {
                    None
                } else {
                    let problem = format!("nothing must stand here, for the state is \"{state}\"");
                    return Err(wrong(flat + 2, &info.name, &problem));
                };
                match value {
                    Some(value) => variable.record(flat, &value, state)?,
                    None => variable.record_absent(flat, state, None)?,
                }
                variable.note(flat, field(state_column + 1).into());
            }
        }
        Ok(dataset)
    }
}

fn read_state(name: &str) -> Option<CellState> {
    CellState::ALL
        .into_iter()
        .find(|state| state.name() == name)
}

/// The value of a kind that a text is, exactly.
pub(super) fn parse(kind: Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::Text | Kind::Category => Some(Value::from(text)),
        kind if kind.is_payload() => parse_payload(text),
        _ => kind.parse(text),
    }
}

/// `NAME [DIGEST LENGTH MEDIA TYPE]`; a name may have brackets too.
fn parse_payload(text: &str) -> Option<Value> {
    let inner = text.strip_suffix(']')?;
    inner.rmatch_indices(" [").find_map(|(at, _)| {
        let (name, rest) = inner.split_at(at);
        let mut words = rest.strip_prefix(" [")?.splitn(3, ' ');
        let digest = read_digest(words.next()?)?;
        let len = words.next()?.parse().ok()?;
        Some(Payload::reference(name, words.next()?, digest, len).into())
    })
}

pub(super) fn wrong(row: usize, column: &str, problem: &str) -> ImportError {
    ImportError::Csv {
        row,
        column: column.to_owned(),
        problem: problem.to_owned(),
    }
}
