use std::sync::Arc;

use crate::value::{Kind, Value};
use crate::var::UnknownName;

use super::TIMES_OF;
use super::variable::{FloatCells, absent_of};
use super::{Cell, CellState, Dataset, DatasetError, Dim, Formula, Variable, VariableInfo};

/// The source of a variable: another one, or the coordinates of a dimension.
enum Operand<'a> {
    Variable(&'a Variable),
    Coordinates {
        numbers: Vec<f64>,
        /// How many cells lie between two neighbours.
        stride: usize,
    },
}

impl Operand<'_> {
    fn cell(&self, flat: usize) -> Option<Cell<'_>> {
        match self {
            Self::Variable(var) => var.cell(flat),
            Self::Coordinates { .. } => None,
        }
    }

    fn number(&self, flat: usize) -> Option<f64> {
        match self {
            Self::Variable(var) => var.number(flat),
            Self::Coordinates { numbers, stride } => {
                let position = flat.checked_div(*stride)?.checked_rem(numbers.len())?;
                numbers.get(position).copied()
            }
        }
    }

    fn state(&self, flat: usize) -> Option<CellState> {
        match self {
            Self::Variable(var) => var.states.get(flat).copied(),
            Self::Coordinates { .. } => None,
        }
    }
}

impl Dataset {
    /// Adds a variable that is computed cell by cell from others, from the coordinates of numeric
    /// dimensions, and from the numeric parts of items.
    ///
    /// A variable computed from measured times uses the rounds that count for the times
    /// ([`point_time`](Self::point_time)), so that a time and a rate agree.
    ///
    /// A cell that lacks an operand takes the state and reason of the first operand without a value. It counts as
    /// cached if all its results are cached. Where `formula` returns NaN, the cell is missing. An item without the part
    /// has no operand. A formula of coordinates alone skips the cells that all other variables skip. It takes an `f32`
    /// as the decimal number that tables show.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// let len = Dim::input("len", Kind::Uint(64), vec![Value::from(10), Value::from(20)]);
    /// let elapsed = VariableInfo::new("elapsed", Kind::Float(64));
    /// let mut runs = Dataset::new("Runs", vec![len], vec![elapsed])?;
    /// let elapsed = runs.variable_mut(0).ok_or("no variable")?;
    /// elapsed.record(0, &Value::Float(0.5), CellState::Measured)?;
    /// elapsed.record_absent(1, CellState::Failed, Some("out of memory".into()))?;
    /// let rate = VariableInfo { units: "1/s".to_owned(), ..VariableInfo::new("rate", Kind::Float(64)) };
    /// runs.derive(rate, &["len", "elapsed"], |x| x[0] / x[1])?;
    /// assert_eq!(runs.variable("rate")?.number(0), Some(20.0));
    /// let failed = runs.variable("rate")?.cell(1).ok_or("no cell")?;
    /// assert_eq!((failed.state, failed.reason), (CellState::Failed, Some("out of memory")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where an operand does not exist or is not a number, the name is taken, or the kind is not a float.
    pub fn derive(
        &mut self,
        info: VariableInfo,
        operands: &[&str],
        mut formula: impl FnMut(&[f64]) -> f64,
    ) -> Result<(), DatasetError> {
        if !matches!(info.kind, Kind::Float(_) | Kind::Seconds) {
            return Err(DatasetError::DerivedKind {
                variable: info.name,
                kind: info.kind.short_name(),
            });
        }
        let found = operands
            .iter()
            .map(|name| self.operand(name))
            .collect::<Result<Vec<_>, _>>()?;
        // A number of an f32 is rounded to it.
        let narrow = |x: f64| match info.kind {
            Kind::Float(32) => Kind::Float(32).canonical(&Value::Float(x))?.as_f64(),
            _ => Some(x),
        };
        // Inputs alone are neither measured nor cached: what they give was just computed.
        let computed = !found
            .iter()
            .any(|operand| matches!(operand, Operand::Variable(_)));
        let no_number: Arc<str> = "the formula gives no number here".into();
        let mut derived = FloatCells::over(&self.shape())?;
        let mut numbers = Vec::with_capacity(found.len());
        for flat in 0..self.len() {
            numbers.clear();
            numbers.extend(found.iter().map_while(|operand| operand.number(flat)));
            if let Some(absent) = found.get(numbers.len()) {
                let (state, reason) = absent_of(absent.cell(flat).as_ref());
                derived.push_absent(state, reason);
                continue;
            }
            let cached = |operand: &Operand<'_>| {
                operand
                    .state(flat)
                    .is_none_or(|state| state == CellState::Cached)
            };
            if computed && let Some((state, reason)) = self.skipped(flat) {
                derived.push_absent(state, reason);
                continue;
            }
            let state = if !computed && found.iter().all(cached) {
                CellState::Cached
            } else {
                CellState::Measured
            };
            match narrow(formula(&numbers)).filter(|x| !x.is_nan()) {
                Some(x) => derived.push(x, state, None),
                None => derived.push_absent(CellState::Missing, Some(no_number.clone())),
            }
        }
        let derived = derived.finish(info, &self.shape())?;
        let name = derived.info.name.clone();
        self.insert(derived)?;
        let times = self.times_among(operands);
        if !times.is_empty() {
            let times = times.join(", ");
            self.attributes.insert(format!("{TIMES_OF}{name}"), times);
        }
        Ok(())
    }

    /// The state and reason of a cell that every variable skips, because the sweep leaves out its point.
    fn skipped(&self, flat: usize) -> Option<(CellState, Option<Arc<str>>)> {
        let is_skipped = |var: &Variable| var.states.get(flat) == Some(&CellState::Skipped);
        let first = self.variables.first()?;
        let is_left_out = self.variables.iter().all(is_skipped);
        is_left_out.then(|| absent_of(first.cell(flat).as_ref()))
    }

    /// The measured times among operands, and those from which others of them are computed.
    fn times_among(&self, operands: &[&str]) -> Vec<String> {
        let mut times: Vec<String> = Vec::new();
        for name in operands {
            let of_others = self.attributes.get(&format!("{TIMES_OF}{name}"));
            let of_others = of_others.into_iter().flat_map(|names| names.split(", "));
            let own = self
                .variables
                .iter()
                .any(|var| var.info.timed && var.info.name == *name);
            times.extend(of_others.map(str::to_owned));
            times.extend(own.then(|| (*name).to_owned()));
        }
        times.sort_unstable();
        times.dedup();
        times
    }

    /// Adds a variable that a [`Formula`] computes cell by cell; otherwise as
    /// [`derive`](Self::derive).
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, Formula, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// let len = Dim::input("len", Kind::Uint(64), vec![Value::from(10), Value::from(20)]);
    /// let mut runs = Dataset::new("Runs", vec![len], vec![])?;
    /// let pairs = VariableInfo::new("pairs", Kind::Float(64));
    /// runs.derive_formula(pairs, &Formula::parse("len * (len - 1) / 2")?)?;
    /// assert_eq!(runs.variable("pairs")?.number(1), Some(190.0));
    /// let half = VariableInfo::new("half", Kind::Float(64));
    /// let error = runs.derive_formula(half, &Formula::parse("pair / 2")?).unwrap_err();
    /// assert!(error.to_string().contains("did you mean `pairs`?"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where an operand does not exist or is not a number, the name is taken, or the kind is not a float.
    pub fn derive_formula(
        &mut self,
        info: VariableInfo,
        formula: &Formula,
    ) -> Result<(), DatasetError> {
        formula.check(self.numeric_names())?;
        let names: Vec<&str> = formula.names().iter().map(String::as_str).collect();
        let mut stack = Vec::new();
        self.derive(info, &names, |numbers| formula.run(numbers, &mut stack))
    }

    fn numeric_names(&self) -> impl Iterator<Item = &str> {
        let vars = self.variables.iter().filter(|var| var.is_numeric());
        vars.map(|var| var.info.name.as_str())
            .chain(self.dims.iter().flat_map(numeric_parts))
    }

    fn operand(&self, name: &str) -> Result<Operand<'_>, DatasetError> {
        if let Some(var) = self.variables.iter().find(|var| var.info.name == name)
            && var.is_numeric()
        {
            return Ok(Operand::Variable(var));
        }
        let mut dims = self.dims.iter().enumerate();
        let Some((axis, dim)) = dims.find(|(_, dim)| numeric_parts(dim).contains(&name)) else {
            let known = self.numeric_names();
            return Err(UnknownName::new("result or numeric input", name, known).into());
        };
        let (_, stride) = super::grid::around(&self.shape(), axis);
        let number = |value: &Value| match value.as_item() {
            Some(item) => item.part(name).and_then(Value::as_f64),
            None => value.as_f64(),
        };
        let numbers = (dim.values.iter())
            .map(|value| number(&dim.kind.display_value(value)).unwrap_or(f64::NAN));
        Ok(Operand::Coordinates {
            numbers: numbers.collect(),
            stride,
        })
    }
}

/// The names that stand for numbers along a dimension: its own, or those of its items' parts.
fn numeric_parts(dim: &Dim) -> Vec<&str> {
    if dim.is_numeric() {
        return vec![&dim.name];
    }
    let is_number =
        |value: &Value| matches!(value, Value::Int(_) | Value::Big(_) | Value::Float(_));
    let mut names = dim.part_names();
    names.retain(|name| {
        let items = dim.values.iter().filter_map(Value::as_item);
        items.filter_map(|item| item.part(name)).all(is_number)
    });
    names
}
