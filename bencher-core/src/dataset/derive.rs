use crate::value::{Kind, Value};

use super::variable::absent_of;
use super::{Cell, CellState, Dataset, DatasetError, Formula, Variable, VariableInfo};

/// What a variable is made from: another one, or the coordinates of a dimension.
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
    /// Adds a variable that is computed cell by cell from others, and from the coordinates of
    /// numeric dimensions.
    ///
    /// A cell that lacks an operand takes the state and reason of the first operand without a value.
    /// It counts as cached if all its results are. Where `formula` gives no number (NaN), the cell
    /// is missing.
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
    /// Where an operand is not there or no number, the name is taken, or the kind is no float.
    pub fn derive(
        &mut self,
        info: VariableInfo,
        operands: &[&str],
        formula: impl Fn(&[f64]) -> f64,
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
        let kind = info.kind;
        let mut derived = Variable::pending(info, &self.shape())?;
        let mut numbers = Vec::with_capacity(found.len());
        for flat in 0..self.len() {
            numbers.clear();
            numbers.extend(found.iter().map_while(|operand| operand.number(flat)));
            if let Some(absent) = found.get(numbers.len()) {
                let (state, reason) = absent_of(absent.cell(flat).as_ref());
                derived.record_absent(flat, state, reason)?;
                continue;
            }
            let result = kind.canonical(&Value::Float(formula(&numbers)));
            match result.filter(|value| value.as_f64().is_some_and(|x| !x.is_nan())) {
                Some(value) => {
                    let mut states = found.iter().filter_map(|operand| operand.state(flat));
                    let measured = states.any(|state| state != CellState::Cached);
                    // Inputs alone are never measured or cached: what they give was just computed.
                    let computed = found.iter().all(|operand| operand.state(flat).is_none());
                    let state = if measured || computed {
                        CellState::Measured
                    } else {
                        CellState::Cached
                    };
                    derived.record(flat, &value, state)?;
                }
                None => {
                    let reason = "the formula gives no number here";
                    derived.record_absent(flat, CellState::Missing, Some(reason.into()))?;
                }
            }
        }
        self.insert(derived)
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
    /// Where a name is not there or no number, the name is taken, or the kind is no float.
    pub fn derive_formula(
        &mut self,
        info: VariableInfo,
        formula: &Formula,
    ) -> Result<(), DatasetError> {
        formula.check(self.numeric_names())?;
        let names: Vec<&str> = formula.names().iter().map(String::as_str).collect();
        self.derive(info, &names, |numbers| formula.evaluate(numbers))
    }

    fn numeric_names(&self) -> impl Iterator<Item = &str> {
        let vars = self.variables.iter().filter(|var| var.is_numeric());
        let dims = self.dims.iter().filter(|dim| dim.is_numeric());
        vars.map(|var| var.info.name.as_str())
            .chain(dims.map(|dim| dim.name.as_str()))
    }

    fn operand(&self, name: &str) -> Result<Operand<'_>, DatasetError> {
        if let Some(var) = self.variables.iter().find(|var| var.info.name == name)
            && var.is_numeric()
        {
            return Ok(Operand::Variable(var));
        }
        let axis = self.dims.iter().position(|dim| dim.name == name);
        if let Some(axis) = axis
            && let Some(dim) = self.dims.get(axis)
            && dim.is_numeric()
        {
            let (_, stride) = super::grid::around(&self.shape(), axis);
            let numbers = dim.values.iter().filter_map(Value::as_f64).collect();
            return Ok(Operand::Coordinates { numbers, stride });
        }
        let known = self.numeric_names();
        Err(crate::var::UnknownName::new("result or numeric input", name, known).into())
    }
}
