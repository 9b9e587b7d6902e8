//! A table from a sample: columns of equal length.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::rows::rows_into_columns;
use super::{Kind, Payload, ResultValue, Value};

/// The media type of a stored table: postcard of [`Table`].
const MEDIA_TYPE: &str = "application/vnd.bencher.table";

/// A table: named columns of equal length, made from columns or from rows.
///
/// ```
/// use bencher_core::value::{Table, TableColumn};
/// let steps = Table::new()
///     .column("step", vec![1_i64, 2, 3])?
///     .column("loss", vec![0.9, 0.5, 0.25])?;
/// assert_eq!((steps.len(), steps.names().count()), (3, 2));
/// assert_eq!(steps.get("loss"), Some(&TableColumn::Float(vec![0.9, 0.5, 0.25])));
/// assert!(steps.column("late", vec![1.0]).is_err(), "another length");
/// # Ok::<(), bencher_core::value::TableError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    columns: Vec<(String, TableColumn)>,
}

/// One column of a [`Table`].
///
/// ```
/// use bencher_core::value::TableColumn;
/// let column = TableColumn::from(vec!["a", "b"]);
/// assert_eq!((column.len(), column.number(0)), (2, None));
/// assert_eq!(TableColumn::from(vec![true, false]).number(0), Some(1.0));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TableColumn {
    /// Truth values.
    Bool(Vec<bool>),
    /// Whole numbers.
    Int(Vec<i64>),
    /// Numbers; a missing one is NaN.
    Float(Vec<f64>),
    /// Text; a missing one is empty.
    Text(Vec<String>),
}

/// Why columns or rows do not form a table.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TableError {
    /// Columns of different lengths.
    #[error("column `{name}` has {len} rows, but the others have {expected}; give the same number")]
    Length {
        /// The column.
        name: String,
        /// Its rows.
        len: usize,
        /// The rows of the others.
        expected: usize,
    },
    /// Two columns with one name.
    #[error("two columns are named `{0}`; rename one")]
    Repeated(String),
    /// A row that no table can hold.
    #[error(
        "row {row}: {problem}; a row is a struct or a map of numbers, truth values, text and options of \
         them"
    )]
    Row {
        /// The row, from 0.
        row: usize,
        /// The problem.
        problem: String,
    },
    /// Bytes that do not hold a table.
    #[error("the stored table is damaged")]
    Damaged,
}

impl Table {
    /// Makes a table without columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a table from rows: a column for every field of a `Serialize` struct.
    ///
    /// Fields are numbers, truth values, text, unit variants and options of them. A column with integers beyond 64
    /// bits, or with integers and floats, becomes a column of floats.
    ///
    /// ```
    /// use bencher_core::value::{Table, TableColumn};
    /// #[derive(serde::Serialize)]
    /// struct Step { step: u32, loss: f64, note: Option<&'static str> }
    /// let rows = [
    ///     Step { step: 1, loss: 0.9, note: None },
    ///     Step { step: 2, loss: 0.5, note: Some("better") },
    /// ];
    /// let steps = Table::from_rows(&rows)?;
    /// assert_eq!(steps.names().collect::<Vec<_>>(), ["step", "loss", "note"]);
    /// assert_eq!(steps.get("step"), Some(&TableColumn::Int(vec![1, 2])));
    /// assert!(Table::from_rows(&[7]).is_err(), "a number has no fields");
    /// # Ok::<(), bencher_core::value::TableError>(())
    /// ```
    ///
    /// # Errors
    /// Where a row holds something else.
    pub fn from_rows<R: Serialize>(rows: impl IntoIterator<Item = R>) -> Result<Self, TableError> {
        let mut table = Self::new();
        for (name, column) in rows_into_columns(rows)? {
            table = table.column(name, column)?;
        }
        Ok(table)
    }

    /// Adds a column.
    ///
    /// # Errors
    /// Where its length differs from the others', or its name is taken.
    pub fn column(
        mut self,
        name: impl Into<String>,
        values: impl Into<TableColumn>,
    ) -> Result<Self, TableError> {
        let (name, values) = (name.into(), values.into());
        if self.get(&name).is_some() {
            return Err(TableError::Repeated(name));
        }
        let (len, expected) = (values.len(), self.len());
        if len != expected && !self.columns.is_empty() {
            return Err(TableError::Length {
                name,
                len,
                expected,
            });
        }
        self.columns.push((name, values));
        Ok(self)
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.len())
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names of the columns, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// The columns with their names, in order.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &TableColumn)> {
        self.columns
            .iter()
            .map(|(name, column)| (name.as_str(), column))
    }

    /// The column with a name.
    pub fn get(&self, name: &str) -> Option<&TableColumn> {
        self.columns()
            .find(|(known, _)| *known == name)
            .map(|(_, column)| column)
    }

    /// Reads the table from the content of a stored [`Payload`].
    ///
    /// ```
    /// use bencher_core::value::{ResultValue, Table};
    /// let steps = Table::new().column("loss", vec![0.9, 0.5])?;
    /// let stored = steps.clone().into_value();
    /// let read = stored.as_payload().and_then(|payload| payload.content()).map(Table::decode);
    /// assert_eq!(read, Some(Ok(steps)));
    /// # Ok::<(), bencher_core::value::TableError>(())
    /// ```
    ///
    /// # Errors
    /// Where the bytes do not hold a table.
    pub fn decode(content: &[u8]) -> Result<Self, TableError> {
        let table: Self = postcard::from_bytes(content).map_err(|_| TableError::Damaged)?;
        let len = table.len();
        if table.columns().any(|(_, column)| column.len() != len) {
            return Err(TableError::Damaged);
        }
        Ok(table)
    }
}

impl TableColumn {
    /// How many rows it has.
    pub const fn len(&self) -> usize {
        match self {
            Self::Bool(values) => values.len(),
            Self::Int(values) => values.len(),
            Self::Float(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    /// Whether it has no rows.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number in a row; `true` is 1, text is not a number.
    pub fn number(&self, row: usize) -> Option<f64> {
        match self {
            Self::Bool(values) => values.get(row).map(|b| f64::from(u8::from(*b))),
            Self::Int(values) => values.get(row).map(|i| *i as f64),
            Self::Float(values) => values.get(row).copied(),
            Self::Text(_) => None,
        }
    }

    /// The value in a row.
    pub fn value(&self, row: usize) -> Option<Value> {
        match self {
            Self::Bool(values) => values.get(row).map(|b| Value::Bool(*b)),
            Self::Int(values) => values.get(row).map(|i| Value::from(*i)),
            Self::Float(values) => values.get(row).map(|x| Value::Float(*x)),
            Self::Text(values) => values.get(row).map(|text| Value::from(text.as_str())),
        }
    }
}

impl From<Vec<bool>> for TableColumn {
    fn from(values: Vec<bool>) -> Self {
        Self::Bool(values)
    }
}

impl From<Vec<i64>> for TableColumn {
    fn from(values: Vec<i64>) -> Self {
        Self::Int(values)
    }
}

impl From<Vec<f64>> for TableColumn {
    fn from(values: Vec<f64>) -> Self {
        Self::Float(values)
    }
}

impl From<Vec<String>> for TableColumn {
    fn from(values: Vec<String>) -> Self {
        Self::Text(values)
    }
}

impl From<Vec<&str>> for TableColumn {
    fn from(values: Vec<&str>) -> Self {
        Self::Text(values.into_iter().map(str::to_owned).collect())
    }
}

impl ResultValue for Table {
    const KIND: Kind = Kind::Table;

    fn into_value(self) -> Value {
        // Writing a list of plain columns to memory cannot fail.
        let content = postcard::to_stdvec(&self).unwrap_or_default();
        Value::from(Payload::new("table", MEDIA_TYPE, content))
    }
}
