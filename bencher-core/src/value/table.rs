//! A table from a sample: columns of equal length.

use ndarray::{Array, Dimension};
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
    /// Stored behind the columns, where there is one.
    #[serde(skip)]
    plot: Option<TablePlot>,
}

/// The figure that a report draws of a [`Table`].
///
/// ```
/// use bencher_core::value::{Table, TablePlot};
/// let points = Table::new()
///     .column("x", vec![0.1, 0.9, 0.4])?
///     .column("y", vec![1.0, 2.0, 1.5])?
///     .plotted_as(TablePlot::Scatter);
/// assert_eq!(points.plot(), Some(TablePlot::Scatter));
/// # Ok::<(), bencher_core::value::TableError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TablePlot {
    /// Lines of the other columns over the first one.
    Curve,
    /// Points of the other columns over the first one.
    Scatter,
    /// The distribution of the first column.
    Histogram,
    /// How many rows lie near each place of the first two columns, as colours of hexagons.
    Hexbin,
    /// The third column as colours over the first two.
    HeatMap,
    /// The fourth column in the space of the first three.
    Volume,
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

    /// Makes a table from an array: a column with the position along each dimension, the last one first, and a column
    /// `value`. A report draws arrays of one dimension as curves, of two as heat maps with the last dimension across,
    /// of three as volumes.
    ///
    /// A result may be an array itself: `Option<ndarray::Array2<f64>>`.
    ///
    /// ```
    /// use bencher_core::value::{Table, TableColumn};
    /// let field = ndarray::arr2(&[[1.0, 2.0], [3.0, 4.0]]);
    /// let table = Table::from_array(&field);
    /// assert_eq!(table.names().collect::<Vec<_>>(), ["dim_1", "dim_0", "value"]);
    /// assert_eq!(table.get("dim_1"), Some(&TableColumn::Int(vec![0, 1, 0, 1])));
    /// assert_eq!(table.get("value"), Some(&TableColumn::Float(vec![1.0, 2.0, 3.0, 4.0])));
    /// ```
    pub fn from_array<D: Dimension>(array: &Array<f64, D>) -> Self {
        let shape = array.shape();
        let mut columns = Vec::with_capacity(shape.len() + 1);
        for axis in (0..shape.len()).rev() {
            let inner: usize = shape.iter().skip(axis + 1).product();
            let along = shape.get(axis).copied().unwrap_or(1).max(1);
            // An array's positions fit: it is held in memory.
            let position = |n: usize| i64::try_from(n / inner.max(1) % along).unwrap_or(i64::MAX);
            let positions = (0..array.len()).map(position).collect();
            columns.push((format!("dim_{axis}"), TableColumn::Int(positions)));
        }
        let values = array.iter().copied().collect();
        columns.push(("value".to_owned(), TableColumn::Float(values)));
        let plot = match shape.len() {
            1 => Some(TablePlot::Curve),
            2 => Some(TablePlot::HeatMap),
            3 => Some(TablePlot::Volume),
            _ => None,
        };
        Self { columns, plot }
    }

    /// Chooses the figure that a report draws. Without a choice, it is a histogram of a single column, and otherwise
    /// curves of the other columns over the first one.
    #[must_use]
    pub const fn plotted_as(mut self, plot: TablePlot) -> Self {
        self.plot = Some(plot);
        self
    }

    /// The figure that its author chose.
    pub const fn plot(&self) -> Option<TablePlot> {
        self.plot
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
        let (mut table, rest): (Self, _) =
            postcard::take_from_bytes(content).map_err(|_| TableError::Damaged)?;
        if !rest.is_empty() {
            table.plot = Some(postcard::from_bytes(rest).map_err(|_| TableError::Damaged)?);
        }
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
        let mut content = postcard::to_extend(&self, Vec::new()).unwrap_or_default();
        if let Some(plot) = self.plot {
            content.extend(postcard::to_extend(&plot, Vec::new()).unwrap_or_default());
        }
        Value::from(Payload::new("table", MEDIA_TYPE, content))
    }
}

impl<D: Dimension> ResultValue for Array<f64, D> {
    const KIND: Kind = Kind::Table;

    fn into_value(self) -> Value {
        Table::from_array(&self).into_value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;

    fn stored(value: &Value) -> &[u8] {
        value.as_payload().and_then(Payload::content).unwrap()
    }

    #[test]
    fn arrays_are_stored_with_their_positions() {
        let cube = Array3::from_shape_fn((2, 1, 3), |(a, b, c)| (100 * a + 10 * b + c) as f64);
        let value = cube.into_value();
        let table = Table::decode(stored(&value)).unwrap();
        assert_eq!(table.plot(), Some(TablePlot::Volume));
        let column = |name: &str| -> Vec<f64> {
            let column = table.get(name).unwrap();
            (0..column.len())
                .filter_map(|row| column.number(row))
                .collect()
        };
        assert_eq!(column("dim_0"), [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
        assert_eq!(column("dim_2"), [0.0, 1.0, 2.0, 0.0, 1.0, 2.0]);
        assert_eq!(column("value"), [0.0, 1.0, 2.0, 100.0, 101.0, 102.0]);
        // Of no values, and of one without a dimension.
        assert!(Table::from_array(&ndarray::Array2::<f64>::zeros((0, 3))).is_empty());
        let one = Table::from_array(&ndarray::arr0(7.0));
        assert_eq!((one.len(), one.plot()), (1, None));
        // The memory of a transposed array has another order.
        let turned = Table::from_array(&ndarray::arr2(&[[1.0, 2.0], [3.0, 4.0]]).reversed_axes());
        assert_eq!(
            turned.get("value"),
            Some(&TableColumn::Float(vec![1.0, 3.0, 2.0, 4.0]))
        );
    }

    #[test]
    fn a_table_without_a_plot_is_stored_as_before() {
        let plain = Table::new().column("a", vec![1.0]).unwrap();
        let bytes = stored(&plain.clone().into_value()).to_vec();
        assert_eq!(bytes, postcard::to_stdvec(&plain).unwrap());
        let chosen = plain.plotted_as(TablePlot::Hexbin);
        let mut with = stored(&chosen.clone().into_value()).to_vec();
        assert_eq!(Table::decode(&with), Ok(chosen));
        *with.last_mut().unwrap() = 99;
        assert_eq!(Table::decode(&with), Err(TableError::Damaged));
    }
}
