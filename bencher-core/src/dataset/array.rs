//! Conversion from plain ndarray and back, without a copy.

use std::sync::Arc;

use ndarray::{ArrayD, ArrayViewD};

use crate::value::Payload;

use super::{CellState, Column, Dataset, DatasetError, Variable, VariableInfo};

/// The type of the cells in a [`Column`].
///
/// It is `bool`, `i64` or `u64` (also for all narrower integers), `i128`, `u128`, `f64` (also for `f32` and times),
/// `Arc<str>` or `Option<Arc<Payload>>`.
pub trait Element: sealed::Sealed + Clone + Sized {
    /// The array of a column of this type.
    #[doc(hidden)]
    fn borrow(column: &Column) -> Option<&ArrayD<Self>>;
    /// The array of a column of this type, or the column.
    #[doc(hidden)]
    fn take(column: Column) -> Result<ArrayD<Self>, Column>;
    /// A column of the array.
    #[doc(hidden)]
    fn put(array: ArrayD<Self>) -> Column;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! element {
    ($($type:ty => $variant:ident),* $(,)?) => {$(
        impl sealed::Sealed for $type {}

        impl Element for $type {
            fn borrow(column: &Column) -> Option<&ArrayD<Self>> {
                match column {
                    Column::$variant(array) => Some(array),
                    _ => None,
                }
            }

            fn take(column: Column) -> Result<ArrayD<Self>, Column> {
                match column {
                    Column::$variant(array) => Ok(array),
                    other => Err(other),
                }
            }

            fn put(array: ArrayD<Self>) -> Column {
                Column::$variant(array)
            }
        }
    )*};
}

element! {
    bool => Bool,
    i64 => I64,
    u64 => U64,
    i128 => I128,
    u128 => U128,
    f64 => F64,
    Arc<str> => Text,
    Option<Arc<Payload>> => Payload,
}

impl Variable {
    /// The cells as an array of their own type, without a copy; `None` where their type differs.
    ///
    /// Cells without a value hold NaN, zero, `false` or nothing. [`states`](Self::states) has their states in the same
    /// order.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::Kind;
    /// let elapsed = VariableInfo::new("elapsed", Kind::Float(64));
    /// let runs = Dataset::new("Runs", vec![Dim::repeats(3)], vec![elapsed])?;
    /// let view = runs.variable("elapsed")?.array::<f64>().ok_or("no floats")?;
    /// assert!(view.iter().all(|seconds| seconds.is_nan()), "pending");
    /// assert!(runs.variable("elapsed")?.array::<u64>().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn array<T: Element>(&self) -> Option<ArrayViewD<'_, T>> {
        T::borrow(&self.column).map(|array| array.view())
    }

    /// The cells as an owned array of their own type, without a copy unless a clone of the variable
    /// shares them.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::Kind;
    /// let ok = VariableInfo::new("ok", Kind::Bool);
    /// let runs = Dataset::new("Runs", vec![Dim::repeats(3)], vec![ok])?;
    /// let array = runs.into_variables().remove(0).into_array::<bool>();
    /// assert_eq!(array.map_err(|_| "no truth values")?.shape(), [3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns the variable itself, where its cells have another type.
    #[expect(clippy::result_large_err, reason = "the caller's own variable")]
    pub fn into_array<T: Element>(self) -> Result<ArrayD<T>, Self> {
        let Self {
            info,
            column,
            states,
            reasons,
        } = self;
        T::take(Arc::unwrap_or_clone(column)).map_err(|column| Self {
            info,
            column: Arc::new(column),
            states,
            reasons,
        })
    }

    /// Makes a variable from an array, with every cell measured. It makes no copy if the array is in row-major order.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, Dim, Variable, VariableInfo};
    /// # use bencher_core::value::Kind;
    /// use ndarray::arr1;
    /// let moves = VariableInfo::new("moves", Kind::Uint(32));
    /// let moves = Variable::from_array(moves, arr1(&[3_u64, 5]).into_dyn())?;
    /// let mut runs = Dataset::new("Runs", vec![Dim::repeats(2)], vec![])?;
    /// runs.insert(moves)?;
    /// assert_eq!(runs.variable("moves")?.number(1), Some(5.0));
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where this type does not fit the kind of the variable.
    pub fn from_array<T: Element>(
        info: VariableInfo,
        array: ArrayD<T>,
    ) -> Result<Self, DatasetError> {
        let column = T::put(if array.is_standard_layout() {
            array
        } else {
            array.as_standard_layout().into_owned()
        });
        let expected = Column::empty(info.kind, &[0])?;
        if std::mem::discriminant(&expected) != std::mem::discriminant(&column) {
            return Err(DatasetError::Element {
                variable: info.name,
                expected: info.kind.name(),
            });
        }
        let states = vec![CellState::Measured; column.shape().iter().product()];
        Ok(Self {
            info,
            column: Arc::new(column),
            states: Arc::new(states),
            reasons: std::collections::BTreeMap::new(),
        })
    }

    /// Makes a variable from an array in which NaN stands for a missing value; otherwise as
    /// [`from_array`](Self::from_array).
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Variable, VariableInfo};
    /// # use bencher_core::value::Kind;
    /// let elapsed = VariableInfo::new("elapsed", Kind::Float(64));
    /// let array = ndarray::arr1(&[0.5, f64::NAN]).into_dyn();
    /// let elapsed = Variable::from_array_with_gaps(elapsed, array)?;
    /// assert_eq!(elapsed.states(), [CellState::Measured, CellState::Missing]);
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where the kind of the variable is not a float.
    pub fn from_array_with_gaps(
        info: VariableInfo,
        array: ArrayD<f64>,
    ) -> Result<Self, DatasetError> {
        let mut variable = Self::from_array(info, array)?;
        if let Column::F64(array) = &*variable.column {
            for (state, x) in Arc::make_mut(&mut variable.states).iter_mut().zip(array) {
                if x.is_nan() {
                    *state = CellState::Missing;
                }
            }
        }
        Ok(variable)
    }
}

impl Dataset {
    /// Takes the variables out of the dataset without a copy.
    ///
    /// See [`Variable::into_array`] for an example.
    pub fn into_variables(self) -> Vec<Variable> {
        self.variables
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{ShapeBuilder, arr1};

    use crate::value::Kind;

    use super::*;

    #[test]
    fn neither_way_copies() {
        let array = arr1(&[1.0, 2.0, 3.0]).into_dyn();
        let address = array.as_ptr();
        let info = VariableInfo::new("x", Kind::Float(64));
        let variable = Variable::from_array(info, array).unwrap();
        assert_eq!(variable.array::<f64>().unwrap().as_ptr(), address);
        assert_eq!(variable.into_array::<f64>().unwrap().as_ptr(), address);
    }

    #[test]
    fn clones_share_their_cells_until_one_is_written_to() {
        let info = VariableInfo::new("x", Kind::Float(64));
        let array = arr1(&[1.0, 2.0]).into_dyn();
        let first = Variable::from_array(info, array).unwrap();
        let mut second = first.clone();
        let address = |variable: &Variable| variable.array::<f64>().unwrap().as_ptr();
        assert_eq!(address(&first), address(&second));
        assert_eq!(first.states().as_ptr(), second.states().as_ptr());
        second.record(1, &3.0.into(), CellState::Cached).unwrap();
        assert_eq!((first.number(1), second.number(1)), (Some(2.0), Some(3.0)));
        assert_eq!(first.states(), [CellState::Measured; 2]);
        assert_eq!(second.states()[1], CellState::Cached);
    }

    #[test]
    fn another_layout_is_put_in_order() {
        let columns = ndarray::Array2::from_shape_vec([2, 2].f(), vec![1_i64, 2, 3, 4]);
        let info = VariableInfo::new("n", Kind::Int(16));
        let variable = Variable::from_array(info, columns.unwrap().into_dyn()).unwrap();
        let numbers: Vec<f64> = (0..4).filter_map(|flat| variable.number(flat)).collect();
        assert_eq!(numbers, [1.0, 3.0, 2.0, 4.0]);
    }

    #[test]
    fn an_array_of_another_type_is_refused() {
        let info = VariableInfo::new("n", Kind::Int(16));
        let error = Variable::from_array(info, arr1(&[0.5]).into_dyn()).unwrap_err();
        assert!(
            error.to_string().starts_with("`n` holds an integer"),
            "{error}"
        );
        let info = VariableInfo::new("x", Kind::Float(64));
        let variable = Variable::from_array(info, arr1(&[0.5]).into_dyn()).unwrap();
        let back = variable.clone().into_array::<bool>().unwrap_err();
        assert_eq!(back, variable);
    }
}
