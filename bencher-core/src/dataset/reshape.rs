use crate::value::{Kind, Value};

use super::grid::{CellRun, Walk};
use super::{Dataset, DatasetError, Dim, DimRole};

impl Dataset {
    /// Drops the dimensions of length one.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, Dim};
    /// let len = Dim::input("len", bencher_core::value::Kind::Uint(64), vec![10.into(), 20.into()]);
    /// let runs = Dataset::new("Runs", vec![len, Dim::repeats(1)], vec![])?;
    /// assert_eq!(runs.squeeze()?.shape(), [2]);
    /// # Ok::<(), bencher_core::dataset::DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where a second copy of the cells does not fit the memory.
    pub fn squeeze(&self) -> Result<Self, DatasetError> {
        let dims = self.dims.iter().filter(|dim| dim.len() != 1);
        self.rearranged(dims.cloned().collect(), self.all())
    }

    /// Reorders the dimensions: the named ones come first, the others follow in their old order.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// let len = Dim::input("len", Kind::Uint(64), vec![10.into(), 20.into()]);
    /// let moves = VariableInfo::new("moves", Kind::Uint(64));
    /// let mut runs = Dataset::new("Runs", vec![len, Dim::repeats(3)], vec![moves])?;
    /// runs.variable_mut(0).ok_or("no variable")?.record(1, &Value::from(6), CellState::Measured)?;
    /// let turned = runs.transpose(&["repeat", "len"])?;
    /// assert_eq!(turned.shape(), [3, 2]);
    /// assert_eq!(turned.variable("moves")?.number(2), Some(6.0));
    /// assert_eq!(runs.transpose(&["repeat"])?, turned);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where a dimension does not exist, or is named twice.
    pub fn transpose(&self, dims: &[&str]) -> Result<Self, DatasetError> {
        let mut axes = self.axes(dims)?;
        let others: Vec<usize> = (0..self.dims.len())
            .filter(|axis| !axes.contains(axis))
            .collect();
        axes.extend(others);
        let dims: Vec<Dim> = axes
            .iter()
            .filter_map(|axis| self.dims.get(*axis).cloned())
            .collect();
        let runs = Walk::over(&self.shape(), axes)
            .enumerate()
            .map(|(to, from)| CellRun { from, to, count: 1 });
        self.rearranged(dims, runs)
    }

    /// Changes the number of repeats: repeats above it are dropped, new ones are pending.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// let len = Dim::input("len", Kind::Uint(64), vec![10.into(), 20.into()]);
    /// let moves = VariableInfo::new("moves", Kind::Uint(64));
    /// let mut runs = Dataset::new("Runs", vec![len, Dim::repeats(2)], vec![moves])?;
    /// for (flat, n) in [1, 2, 3, 4].into_iter().enumerate() {
    ///     let moves = runs.variable_mut(0).ok_or("no variable")?;
    ///     moves.record(flat, &Value::from(n), CellState::Measured)?;
    /// }
    /// let (more, fewer) = (runs.with_repeats(3)?, runs.with_repeats(1)?);
    /// let numbers = |runs: &Dataset| -> Vec<_> {
    ///     (0..runs.len()).map(|flat| runs.variables()[0].number(flat)).collect()
    /// };
    /// assert_eq!(numbers(&more), [Some(1.0), Some(2.0), None, Some(3.0), Some(4.0), None]);
    /// assert_eq!(numbers(&fewer), [Some(1.0), Some(3.0)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the last dimension is not the dimension of repeats, or the cells do not fit the memory.
    pub fn with_repeats(&self, repeats: u32) -> Result<Self, DatasetError> {
        let mut dims = self.dims.clone();
        let last = dims.last_mut().filter(|dim| dim.role == DimRole::Repeat);
        let last = last.ok_or(DatasetError::Position)?;
        let (old, new) = (last.len(), repeats as usize);
        *last = Dim::repeats(repeats);
        let points = self.len().checked_div(old).unwrap_or(0);
        let runs = (0..points).map(move |point| CellRun {
            from: point * old,
            to: point * new,
            count: old.min(new),
        });
        self.rearranged(dims, runs)
    }

    /// Renames a dimension or a variable.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, DatasetError, Dim, VariableInfo};
    /// # use bencher_core::value::Kind;
    /// let runs = Dataset::new("Runs", vec![Dim::repeats(3)], vec![VariableInfo::new("ok", Kind::Bool)])?;
    /// assert_eq!(runs.clone().rename("ok", "passed")?.variables()[0].info.name, "passed");
    /// assert_eq!(runs.rename("ok", "repeat"), Err(DatasetError::Repeated("repeat".to_owned())));
    /// # Ok::<(), DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where the name does not exist, or the new one is taken.
    pub fn rename(mut self, from: &str, to: &str) -> Result<Self, DatasetError> {
        let dims = self.dims.iter_mut().map(|dim| &mut dim.name);
        let vars = self.variables.iter_mut().map(|var| &mut var.info.name);
        match dims.chain(vars).find(|name| *name == from) {
            Some(name) => to.clone_into(name),
            None => return Err(self.unknown("dimension or result", from)),
        }
        self.check()?;
        Ok(self)
    }

    /// Replaces the coordinates of a dimension by their texts, so that they are names: a report then draws a curve for
    /// each.
    ///
    /// ```
    /// # use bencher_core::dataset::{Dataset, DatasetError, Dim};
    /// # use bencher_core::value::Kind;
    /// let len = Dim::input("len", Kind::Uint(64), vec![10.into(), 20.into()]);
    /// let named = Dataset::new("Runs", vec![len], vec![])?.with_names("len")?;
    /// assert_eq!(named.dims()[0].kind, Kind::Category);
    /// assert_eq!(named.dims()[0].values, ["10".into(), "20".into()]);
    /// # Ok::<(), DatasetError>(())
    /// ```
    ///
    /// # Errors
    /// Where there is no such dimension.
    pub fn with_names(mut self, name: &str) -> Result<Self, DatasetError> {
        let Some(dim) = self.dims.iter_mut().find(|dim| dim.name == name) else {
            return Err(self.unknown("dimension", name));
        };
        let texts = dim.values.iter().map(|value| Value::from(dim.text(value)));
        dim.values = texts.collect();
        dim.kind = Kind::Category;
        self.check()?;
        Ok(self)
    }

    /// An error for a name that is neither a dimension's nor a variable's.
    pub(super) fn unknown(&self, what: &'static str, name: &str) -> DatasetError {
        let dims = self.dims.iter().map(|dim| dim.name.as_str());
        let vars = self.variables.iter().map(|var| var.info.name.as_str());
        crate::var::UnknownName::new(what, name, dims.chain(vars)).into()
    }

    /// Every cell to its own place.
    pub(super) fn all(&self) -> impl Iterator<Item = CellRun> + Clone + use<> {
        std::iter::once(CellRun {
            from: 0,
            to: 0,
            count: self.len(),
        })
    }
}
