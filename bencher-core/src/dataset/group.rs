use crate::value::Value;

use super::grid::{CellRun, Walk};
use super::{Dataset, DatasetError, Dim};

/// The part of a dataset at one coordinate of each grouped dimension.
///
/// See [`Dataset::groups`] for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct Group<'a> {
    /// The coordinates, in the order of the dimensions in the call.
    pub coordinates: Vec<&'a Value>,
    /// The part, without those dimensions.
    pub dataset: Dataset,
}

impl Dataset {
    /// Iterates over one part for every combination of the coordinates of some dimensions. The iterator makes parts
    /// lazily; the last dimension named varies fastest.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// let algo = Dim::input("algo", Kind::Category, vec!["quick".into(), "merge".into()]);
    /// let moves = VariableInfo::new("moves", Kind::Uint(64));
    /// let mut sorting = Dataset::new("Sorting", vec![algo, Dim::repeats(2)], vec![moves])?;
    /// for (flat, count) in [3, 5, 4, 4].into_iter().enumerate() {
    ///     let moves = sorting.variable_mut(0).ok_or("no variable")?;
    ///     moves.record(flat, &Value::from(count), CellState::Measured)?;
    /// }
    /// for group in sorting.groups(&["algo"])? {
    ///     let group = group?;
    ///     println!("{}: {}", group.coordinates[0], group.dataset);
    ///     assert_eq!(group.dataset.shape(), [2]);
    ///     assert_eq!(group.dataset.mean(&["repeat"])?.variable("moves")?.number(0), Some(4.0));
    /// }
    /// assert_eq!(sorting.groups(&["algo", "repeat"])?.count(), 4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where a dimension does not exist or is named twice. Each part is an error where it does not fit the memory.
    pub fn groups(
        &self,
        dims: &[&str],
    ) -> Result<impl Iterator<Item = Result<Group<'_>, DatasetError>>, DatasetError> {
        let axes = self.axes(dims)?;
        let shape = self.shape();
        let rest: Vec<usize> = (0..shape.len())
            .filter(|axis| !axes.contains(axis))
            .collect();
        let kept: Vec<Dim> = rest
            .iter()
            .filter_map(|axis| self.dims.get(*axis).cloned())
            .collect();
        let within = Walk::over(&shape, rest);
        Ok(Walk::over(&shape, axes.clone()).map(move |base| {
            let runs = within.clone().enumerate().map(|(to, offset)| CellRun {
                from: base + offset,
                to,
                count: 1,
            });
            Ok(Group {
                coordinates: self.coordinates(base, &axes),
                dataset: self.rearranged(kept.clone(), runs)?,
            })
        }))
    }

    /// The coordinates of a cell on some axes.
    fn coordinates(&self, flat: usize, axes: &[usize]) -> Vec<&Value> {
        let position = self.position(flat).unwrap_or_default();
        axes.iter()
            .filter_map(|axis| self.dims.get(*axis)?.values.get(*position.get(*axis)?))
            .collect()
    }
}
