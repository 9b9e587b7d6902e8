use std::sync::Arc;

use ndarray::{ArrayD, IxDyn};
use serde::{Deserialize, Serialize};

use crate::value::{Kind, Payload, Value};

use super::column_array;
use super::error::DatasetError;
use super::grid::{CellRun, EachRun};

/// The typed cells of one variable, as an ndarray.
///
/// Cells without a value hold NaN, zero, `false` or an empty text. The states say which cells have a value.
///
/// ```
/// use bencher_core::dataset::Column;
/// use bencher_core::value::{Kind, Value};
/// let mut column = Column::empty(Kind::Float(64), &[2, 3])?;
/// assert!(column.set(4, &Value::Float(0.5)));
/// assert!(!column.set(4, &Value::from("text")), "another kind");
/// let Column::F64(array) = &column else { return Err("no floats".into()) };
/// assert_eq!(array[[1, 1]], 0.5);
/// assert!(array[[0, 0]].is_nan());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Column {
    /// Truth values.
    Bool(#[serde(with = "column_array")] ArrayD<bool>),
    /// Signed integers up to 64 bits.
    I64(#[serde(with = "column_array")] ArrayD<i64>),
    /// Unsigned integers up to 64 bits.
    U64(#[serde(with = "column_array")] ArrayD<u64>),
    /// Signed integers of 128 bits.
    I128(#[serde(with = "column_array")] ArrayD<i128>),
    /// Unsigned integers of 128 bits.
    U128(#[serde(with = "column_array")] ArrayD<u128>),
    /// Floats, and times in seconds.
    F64(#[serde(with = "column_array")] ArrayD<f64>),
    /// Text, and values that are only displayed: moments, entries.
    Text(#[serde(with = "column_array")] ArrayD<Arc<str>>),
    /// Files, images, videos and tables.
    Payload(#[serde(with = "column_array")] ArrayD<Option<Arc<Payload>>>),
}

/// Two columns are equal if every cell is; cells without a value hold NaN, so NaN equals NaN.
impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => same_cells(a, b, PartialEq::eq),
            (Self::I64(a), Self::I64(b)) => same_cells(a, b, PartialEq::eq),
            (Self::U64(a), Self::U64(b)) => same_cells(a, b, PartialEq::eq),
            (Self::I128(a), Self::I128(b)) => same_cells(a, b, PartialEq::eq),
            (Self::U128(a), Self::U128(b)) => same_cells(a, b, PartialEq::eq),
            (Self::F64(a), Self::F64(b)) => {
                same_cells(a, b, |a, b| Value::Float(*a) == Value::Float(*b))
            }
            (Self::Text(a), Self::Text(b)) => same_cells(a, b, PartialEq::eq),
            (Self::Payload(a), Self::Payload(b)) => same_cells(a, b, PartialEq::eq),
            _ => false,
        }
    }
}

/// Whether two arrays have one shape and the same cells.
fn same_cells<T>(a: &ArrayD<T>, b: &ArrayD<T>, is_same: impl Fn(&T, &T) -> bool) -> bool {
    a.shape() == b.shape() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
}

macro_rules! each {
    ($self:expr, $array:ident => $body:expr) => {
        match $self {
            Column::Bool($array) => $body,
            Column::I64($array) => $body,
            Column::U64($array) => $body,
            Column::I128($array) => $body,
            Column::U128($array) => $body,
            Column::F64($array) => $body,
            Column::Text($array) => $body,
            Column::Payload($array) => $body,
        }
    };
}

impl Column {
    /// A column without values.
    ///
    /// # Errors
    /// Where it would not fit the memory.
    pub fn empty(kind: Kind, shape: &[usize]) -> Result<Self, DatasetError> {
        Ok(match kind {
            Kind::Bool => Self::Bool(filled(shape, false)?),
            Kind::Int(128) => Self::I128(filled(shape, 0)?),
            Kind::Int(_) => Self::I64(filled(shape, 0)?),
            Kind::Uint(128) => Self::U128(filled(shape, 0)?),
            Kind::Uint(_) => Self::U64(filled(shape, 0)?),
            Kind::Float(_) | Kind::Seconds | Kind::Vector(_) => Self::F64(filled(shape, f64::NAN)?),
            Kind::Text | Kind::Category | Kind::DateTime | Kind::Item => {
                Self::Text(filled(shape, Arc::from(""))?)
            }
            Kind::File | Kind::Image | Kind::Video | Kind::Table => {
                Self::Payload(filled(shape, None)?)
            }
        })
    }

    /// The shape of the array.
    pub fn shape(&self) -> &[usize] {
        each!(self, array => array.shape())
    }

    /// The value at a flat index, whatever its state.
    pub fn get(&self, flat: usize) -> Option<Value> {
        match self {
            Self::Bool(array) => array.as_slice()?.get(flat).map(|b| Value::Bool(*b)),
            Self::I64(array) => array.as_slice()?.get(flat).map(|i| Value::from(*i)),
            Self::U64(array) => array.as_slice()?.get(flat).map(|u| Value::from(*u)),
            Self::I128(array) => array.as_slice()?.get(flat).map(|i| Value::from(*i)),
            Self::U128(array) => array.as_slice()?.get(flat).map(|u| Value::from(*u)),
            Self::F64(array) => array.as_slice()?.get(flat).map(|x| Value::Float(*x)),
            Self::Text(array) => array
                .as_slice()?
                .get(flat)
                .map(|text| Value::Text(text.clone())),
            Self::Payload(array) => array.as_slice()?.get(flat)?.clone().map(Value::Payload),
        }
    }

    /// The number at a flat index, whatever its state; text has none.
    pub fn get_f64(&self, flat: usize) -> Option<f64> {
        match self {
            Self::F64(array) => array.as_slice()?.get(flat).copied(),
            other => other.get(flat)?.as_f64(),
        }
    }

    /// Sets the value at a flat index; false where it does not fit.
    #[must_use]
    pub fn set(&mut self, flat: usize, value: &Value) -> bool {
        match (self, value) {
            (Self::F64(array), Value::Float(x)) => put(array, flat, *x),
            (Self::U64(array), Value::Int(i)) => {
                u64::try_from(*i).is_ok_and(|u| put(array, flat, u))
            }
            (Self::I64(array), Value::Int(i)) => {
                i64::try_from(*i).is_ok_and(|i| put(array, flat, i))
            }
            (Self::Bool(array), Value::Bool(b)) => put(array, flat, *b),
            (Self::Text(array), Value::Text(text)) => put(array, flat, text.clone()),
            (Self::Text(array), Value::DateTime(_) | Value::Item(_)) => {
                put(array, flat, value.to_string().into())
            }
            (Self::Payload(array), Value::Payload(payload)) => {
                put(array, flat, Some(Arc::clone(payload)))
            }
            (Self::I128(array), Value::Int(i)) => put(array, flat, *i),
            (Self::U128(array), Value::Int(i)) => {
                u128::try_from(*i).is_ok_and(|u| put(array, flat, u))
            }
            (Self::U128(array), Value::Big(u)) => put(array, flat, *u),
            _ => false,
        }
    }

    /// Appends the numbers at some flat indices, whatever their state; text has none.
    pub(super) fn push_numbers(&self, flats: impl Iterator<Item = usize>, numbers: &mut Vec<f64>) {
        match self {
            Self::Bool(array) => push(array, flats, numbers, |b| f64::from(u8::from(b))),
            Self::I64(array) => push(array, flats, numbers, |i| i as f64),
            Self::U64(array) => push(array, flats, numbers, |u| u as f64),
            Self::I128(array) => push(array, flats, numbers, |i| i as f64),
            Self::U128(array) => push(array, flats, numbers, |u| u as f64),
            Self::F64(array) => push(array, flats, numbers, |x| x),
            Self::Text(_) | Self::Payload(_) => {}
        }
    }

    /// Copies runs of cells from a column of the same type; false where one does not fit.
    #[must_use]
    pub(super) fn copy(&mut self, source: &Self, runs: EachRun<'_>) -> bool {
        match (self, source) {
            (Self::Bool(to), Self::Bool(from)) => copy_array(to, from, runs),
            (Self::I64(to), Self::I64(from)) => copy_array(to, from, runs),
            (Self::U64(to), Self::U64(from)) => copy_array(to, from, runs),
            (Self::I128(to), Self::I128(from)) => copy_array(to, from, runs),
            (Self::U128(to), Self::U128(from)) => copy_array(to, from, runs),
            (Self::F64(to), Self::F64(from)) => copy_array(to, from, runs),
            (Self::Text(to), Self::Text(from)) => copy_array(to, from, runs),
            (Self::Payload(to), Self::Payload(from)) => copy_array(to, from, runs),
            _ => false,
        }
    }
}

fn push<T: Copy>(
    array: &ArrayD<T>,
    flats: impl Iterator<Item = usize>,
    numbers: &mut Vec<f64>,
    number: impl Fn(T) -> f64,
) {
    let cells = array.as_slice().unwrap_or_default();
    numbers.extend(flats.filter_map(|flat| cells.get(flat).copied().map(&number)));
}

fn copy_array<T: Clone>(to: &mut ArrayD<T>, from: &ArrayD<T>, runs: EachRun<'_>) -> bool {
    match (to.as_slice_mut(), from.as_slice()) {
        (Some(to), Some(from)) => copy_runs(to, from, runs),
        _ => false,
    }
}

/// Copies runs of cells; false where one lies outside.
#[must_use]
pub(super) fn copy_runs<T: Clone>(to: &mut [T], from: &[T], runs: EachRun<'_>) -> bool {
    runs(&mut |CellRun {
                   from: a,
                   to: b,
                   count,
               }| match (from.get(a..a + count), to.get_mut(b..b + count)) {
        (Some(from), Some(to)) => {
            to.clone_from_slice(from);
            true
        }
        _ => false,
    })
}

fn put<T>(array: &mut ArrayD<T>, flat: usize, value: T) -> bool {
    match array.as_slice_mut().and_then(|cells| cells.get_mut(flat)) {
        Some(cell) => {
            *cell = value;
            true
        }
        None => false,
    }
}

/// So many bytes fit every machine, which is then not asked.
const ALWAYS_FITS: usize = 1 << 24;

/// The number of cells as a length, if that many cells of `width` bytes fit this machine's memory.
pub(super) fn fitting(cells: u128, width: usize) -> Result<usize, DatasetError> {
    let too_large = || DatasetError::TooLarge {
        cells,
        gib: cells as f64 * width as f64 / f64::from(1_u32 << 30),
    };
    let count = usize::try_from(cells).map_err(|_| too_large())?;
    let bytes = count.checked_mul(width).ok_or_else(too_large)?;
    if bytes > ALWAYS_FITS && memory().is_some_and(|memory| bytes > memory) {
        return Err(too_large());
    }
    Ok(count)
}

/// The number of cells of a grid, if a variable over it fits this machine's memory.
pub(super) fn grid_len(shape: &[usize]) -> Result<usize, DatasetError> {
    // A dimension of length 0 must not hide what its neighbours alone cannot hold.
    let cells = shape.iter().fold(1_u128, |cells, length| {
        cells.saturating_mul((*length).max(1) as u128)
    });
    fitting(cells, size_of::<f64>())?;
    Ok(shape.iter().product())
}

fn filled<T: Clone>(shape: &[usize], value: T) -> Result<ArrayD<T>, DatasetError> {
    let count = grid_len(shape)?;
    let too_large = || DatasetError::TooLarge {
        cells: count as u128,
        gib: count as f64 * size_of::<T>() as f64 / f64::from(1_u32 << 30),
    };
    fitting(count as u128, size_of::<T>())?;
    let mut data = Vec::new();
    data.try_reserve_exact(count).map_err(|_| too_large())?;
    data.resize(count, value);
    ArrayD::from_shape_vec(IxDyn(shape), data).map_err(|_| too_large())
}

/// The machine's memory in bytes: an allocation above it would be killed, not refused.
fn memory() -> Option<usize> {
    let info = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}
