use std::borrow::Cow;
use std::io::Read;

use crate::value::{Kind, Payload, Value};

use super::super::json::{JSON_FORMAT, JsonCursor, Outline, cell_kind, read_digest};
use super::super::{CellState, Dataset, Dim, ImportError, VariableInfo};
use super::read_states::{StateOf, read_states};
use super::records::{Record, records};
use super::{OTHER_STATE, STATE, infer, read_narrow};

/// A table as text: the names of its columns, and its rows.
pub(super) struct Table<'a> {
    pub(super) heading: &'a [Cow<'a, str>],
    pub(super) rows: &'a [Record<'a>],
    pub(super) layout: Layout,
}

/// Where the states of cells stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// In one column, the last.
    OneColumn,
    /// In two columns for every variable, behind all values, as versions 1 and 2 wrote them.
    Companions,
}

impl Dataset {
    /// Reads a table that [`write_csv`](Self::write_csv) wrote.
    ///
    /// Rows and columns must be in their original order. The reader infers kinds from the texts (truth values,
    /// integers, floats, variants). It infers the dimensions as the fewest leading columns that identify every row,
    /// with a column `repeat` or `over_time` behind them. All other parts of the dataset are empty; see
    /// [`read_csv_described`](Self::read_csv_described). It also reads tables of earlier versions, with the description
    /// that some of them hold.
    ///
    /// ```
    /// use bencher_core::dataset::Dataset;
    /// let csv = "len,moves,state\n10,45,\n20,,failed: out of memory\n";
    /// let runs = Dataset::read_csv(csv.as_bytes())?;
    /// assert_eq!(runs.select("len", 10)?.variable("moves")?.number(0), Some(45.0));
    /// let mut again = Vec::new();
    /// runs.write_csv(&mut again)?;
    /// assert_eq!(Dataset::read_csv(&again[..])?, runs);
    /// let error = Dataset::read_csv(csv.replace("45", "").as_bytes()).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "row 2, column moves: this must be a number (f64), because the state is \"measured\""
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where it cannot be read, or is not such a table. The error names the row, the column and the reason.
    pub fn read_csv(input: impl Read) -> Result<Self, ImportError> {
        read(input, None)
    }

    /// Reads a table that [`write_csv`](Self::write_csv) wrote, with its [description](Self::csv_description).
    ///
    /// # Errors
    /// As [`read_csv`](Self::read_csv), and where table and description do not match.
    pub fn read_csv_described(input: impl Read, description: &str) -> Result<Self, ImportError> {
        read(input, Some(description))
    }
}

fn read(mut input: impl Read, description: Option<&str>) -> Result<Dataset, ImportError> {
    let mut text = String::new();
    input.read_to_string(&mut text)?;
    let records = records(&text)?;
    let Some((heading, rows)) = records.split_first() else {
        return Err(wrong(
            1,
            "1",
            "the file is empty; it must begin with a heading",
        ));
    };
    let is_states = |name: &Cow<'_, str>| name == STATE || name == OTHER_STATE;
    if heading.last().is_some_and(is_states) {
        let table = Table {
            heading,
            rows,
            layout: Layout::OneColumn,
        };
        let empty = match description {
            Some(description) => table.described(description, &wrong_description)?,
            None => infer::outline(&table)?,
        };
        return table.fill(empty);
    }
    let (heading, inside) = match heading.split_last() {
        Some((last, heading)) if last == JSON_FORMAT => {
            (heading, rows.first().and_then(|row| row.last()))
        }
        _ => (heading.as_slice(), None),
    };
    let table = Table {
        heading,
        rows,
        layout: Layout::Companions,
    };
    let empty = match (description, inside) {
        (Some(description), _) => table.described(description, &wrong_description)?,
        (None, Some(inside)) => {
            table.check_rest_is_empty()?;
            let in_column = |problem: &str| wrong(2, JSON_FORMAT, problem);
            table.described(inside, &in_column)?
        }
        (None, None) => infer::outline(&table)?,
    };
    table.fill(empty)
}

/// An error of a description that is no part of the table.
fn wrong_description(problem: &str) -> ImportError {
    wrong(1, "description", problem)
}

impl Table<'_> {
    /// That only the first row holds a description.
    fn check_rest_is_empty(&self) -> Result<(), ImportError> {
        let others = self.rows.iter().enumerate().skip(1);
        let mut fields = others.filter_map(|(n, row)| Some((n, row.last()?)));
        match fields.find(|(_, field)| !field.is_empty()) {
            Some((n, _)) => Err(wrong(
                n + 2,
                JSON_FORMAT,
                "only the first row may have a value here",
            )),
            None => Ok(()),
        }
    }

    /// The empty dataset that is described.
    fn described(
        &self,
        description: &str,
        error: &dyn Fn(&str) -> ImportError,
    ) -> Result<Dataset, ImportError> {
        let json: serde_json::Value = serde_json::from_str(description)
            .map_err(|problem| error(&format!("this is not JSON: {problem}")))?;
        let place = JsonCursor::whole_document(JSON_FORMAT, &json);
        let Outline {
            name,
            dims,
            attributes,
        } = Outline::read(&place)?;
        let infos = Outline::read_infos(&place)?;
        // A claimed length is checked before memory is allocated for it.
        let cells = dims
            .iter()
            .fold(1_u128, |cells, dim| cells.saturating_mul(dim.len() as u128));
        let columns = match self.layout {
            Layout::OneColumn => dims.len() + infos.len() + 1,
            Layout::Companions => dims.len() + 3 * infos.len(),
        };
        if (cells, columns) != (self.rows.len() as u128, self.heading.len()) {
            return Err(error(&format!(
                "it describes {cells} rows and {columns} columns, but there are {} and {}",
                self.rows.len(),
                self.heading.len()
            )));
        }
        let mut dataset = Dataset::new(name, dims, infos)?;
        dataset.attributes = attributes;
        let expected = match self.layout {
            Layout::OneColumn => dataset.csv_columns(),
            Layout::Companions => {
                let names = dataset.long_table().columns().map(str::to_owned);
                let vars = dataset.variables().iter();
                names
                    .chain(vars.flat_map(|var| companions(&var.info.name)))
                    .collect()
            }
        };
        if !self.heading.iter().eq(&expected) {
            let problem = format!("the columns must be {}", expected.join(","));
            return Err(wrong(1, "1", &problem));
        }
        Ok(dataset)
    }

    /// Puts the rows into an empty dataset of as many cells.
    fn fill(&self, mut dataset: Dataset) -> Result<Dataset, ImportError> {
        let dims = dataset.dims().to_vec();
        let is_text = |dim: &Dim, value: &Value, field: &str| {
            dim.kind.text(value) == field
                || (self.layout == Layout::Companions && value.to_string() == field)
        };
        for (flat, row) in self.rows.iter().enumerate() {
            let position = dataset.position(flat).unwrap_or_default();
            for ((field, at), dim) in row.iter().zip(&position).zip(&dims) {
                let expected = dim.values.get(*at);
                if !expected.is_some_and(|value| is_text(dim, value, field)) {
                    let expected = expected.map_or(String::new(), |value| dim.kind.text(value));
                    let problem = format!("this must be {expected}, not {field}");
                    return Err(wrong(flat + 2, &dim.name, &problem));
                }
            }
        }
        let states = self.states(&dataset)?;
        let variables = dataset.variables.len();
        for (index, variable) in dataset.variables.iter_mut().enumerate() {
            let info: VariableInfo = variable.info.clone();
            for (flat, row) in self.rows.iter().enumerate() {
                let text = row.get(dims.len() + index).map_or("", AsRef::as_ref);
                let Some((state, reason)) = states.get(flat * variables + index) else {
                    continue;
                };
                let state = *state;
                let value = if state.has_value() {
                    let value = parse_cell(info.kind, text).ok_or_else(|| {
                        let expected = info.kind.name();
                        let problem =
                            format!("this must be {expected}, because the state is \"{state}\"");
                        wrong(flat + 2, &info.name, &problem)
                    })?;
                    Some(value)
                } else if text.is_empty() {
                    None
                } else {
                    let problem = format!("this must be empty, because the state is \"{state}\"");
                    return Err(wrong(flat + 2, &info.name, &problem));
                };
                match value {
                    Some(value) => variable.record(flat, &value, state)?,
                    None => variable.record_absent(flat, state, None)?,
                }
                variable.note(flat, reason.as_str().into());
            }
        }
        Ok(dataset)
    }

    /// The states of all cells, row by row.
    fn states(&self, dataset: &Dataset) -> Result<Vec<StateOf>, ImportError> {
        let names: Vec<&str> = dataset
            .variables()
            .iter()
            .map(|var| var.info.name.as_str())
            .collect();
        let known: Vec<&str> = CellState::ALL.into_iter().map(CellState::name).collect();
        let known = known.join(", ");
        let first = dataset.dims().len() + names.len();
        let mut states = Vec::with_capacity(self.rows.len() * names.len());
        for (flat, row) in self.rows.iter().enumerate() {
            let field = |column: usize| row.get(column).map_or("", AsRef::as_ref);
            match self.layout {
                Layout::OneColumn => {
                    let read = read_states(field(first), &names).ok_or_else(|| {
                        let problem = format!(
                            "this must be a state or `NAME=state; ...`; states are {known}"
                        );
                        wrong(flat + 2, STATE, &problem)
                    })?;
                    states.extend(read);
                }
                Layout::Companions => {
                    for (index, name) in names.iter().enumerate() {
                        let column = first + 2 * index;
                        let state = read_state(field(column)).ok_or_else(|| {
                            let problem = format!("this must be one of: {known}");
                            wrong(flat + 2, &format!("{name}.state"), &problem)
                        })?;
                        states.push((state, field(column + 1).to_owned()));
                    }
                }
            }
        }
        Ok(states)
    }
}

fn read_state(name: &str) -> Option<CellState> {
    CellState::ALL
        .into_iter()
        .find(|state| state.name() == name)
}

/// The value of a cell that a text is.
fn parse_cell(kind: Kind, text: &str) -> Option<Value> {
    let narrow = read_narrow(text).filter(|_| kind == Kind::Float(32));
    narrow.or_else(|| parse(cell_kind(kind), text))
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

/// The columns of the state and the reason of a variable's cells, in versions 1 and 2 of the table.
pub(super) fn companions(name: &str) -> [String; 2] {
    [format!("{name}.state"), format!("{name}.reason")]
}
