//! The plan of one point: its values, its seed, and whether it is skipped.

use std::any::Any;

use crate::space::mix;
use crate::value::{KeyWriter, Value};
use crate::var::{ErasedSweep, UnknownName};

use super::Plan;
use super::resolve::{input_name, unknown_input};

impl Plan {
    /// Whether any point may be skipped.
    pub(crate) fn has_constraints(&self) -> bool {
        !self.constraints.is_empty()
    }

    /// Why a point is not to be run; none where it is.
    ///
    /// # Errors
    /// Where that cannot be said: the text of a panic.
    pub(crate) fn skipped(&self, point: u64) -> Result<Option<&str>, String> {
        self.with_sweep(point, &mut |sweep| {
            let sweep: &dyn Any = sweep;
            for rule in &self.constraints {
                if !rule.check(sweep)? {
                    return Ok(Some(rule.reason()));
                }
            }
            Ok(None)
        })
    }

    /// Calls `run` with the sweep as it stands at a point.
    ///
    /// # Errors
    /// Where an input does not take its value, or what `run` gives.
    pub(crate) fn with_sweep<T>(
        &self,
        point: u64,
        run: &mut dyn FnMut(&mut dyn ErasedSweep) -> Result<T, String>,
    ) -> Result<T, String> {
        let mut done = None;
        self.prototype.with_copy(&mut |sweep| {
            let placed = self.place_at(point, sweep);
            done = Some(placed.and_then(|()| run(sweep)));
        });
        done.unwrap_or_else(|| Err("the sweep could not be copied".to_owned()))
    }

    /// Sets the inputs of a sweep to their values at a point.
    fn place_at(&self, point: u64, sweep: &mut dyn ErasedSweep) -> Result<(), String> {
        let mut misfit = None;
        self.for_each_value(point, |input, value| {
            if !sweep.set_input_at(input, value) {
                misfit = Some(format!(
                    "input `{}` cannot be {}",
                    input_name(self.schema(), input),
                    self.display_value(input, value)
                ));
            }
        });
        misfit.map_or(Ok(()), Err)
    }

    /// A value of an input as it is shown.
    fn display_value(&self, input: usize, value: &Value) -> Value {
        let var = self.schema().inputs.get(input);
        var.map_or_else(|| value.clone(), |var| var.kind.display_value(value))
    }

    /// The values of all inputs and constants at a point, in the order of the schema.
    pub fn values(&self, point: u64) -> Vec<Value> {
        let mut values = Vec::new();
        self.values_into(point, &mut values);
        values
    }

    /// Like [`values`](Self::values), into a buffer.
    pub(crate) fn values_into(&self, point: u64, values: &mut Vec<Value>) {
        values.clone_from(&self.base);
        self.for_each_value(point, |input, value| {
            if let Some(slot) = values.get_mut(input) {
                slot.clone_from(value);
            }
        });
    }

    /// The names and values of the swept inputs at a point, for display: an `f32` is the number with its decimal
    /// digits.
    pub fn inputs(&self, point: u64) -> Vec<(String, Value)> {
        let mut inputs = Vec::new();
        self.for_each_value(point, |input, value| {
            inputs.push((
                input_name(self.schema(), input),
                self.display_value(input, value),
            ));
        });
        inputs.reverse();
        inputs
    }

    /// The seed of a sample: from the values of its point and its repeat alone.
    pub(crate) fn seed(&self, point: u64, repeat: u32) -> u64 {
        self.seed_but(point, repeat, &[])
    }

    /// The same without some inputs, by name.
    ///
    /// # Errors
    /// Where there is no input of a name.
    pub(crate) fn seed_without(
        &self,
        point: u64,
        repeat: u32,
        names: &[String],
    ) -> Result<u64, UnknownName> {
        let index = |name: &String| {
            let found = self.schema().input(name).map(|(index, _)| index);
            found.ok_or_else(|| unknown_input(self.schema(), name))
        };
        let without: Vec<usize> = names.iter().map(index).collect::<Result<_, _>>()?;
        Ok(self.seed_but(point, repeat, &without))
    }

    fn seed_but(&self, point: u64, repeat: u32, without: &[usize]) -> u64 {
        let mut key = KeyWriter::default();
        for (index, value) in self.values(point).iter().enumerate() {
            if !self.unseeded.contains(&index) && !without.contains(&index) {
                key.value(value);
            }
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "half of a digest is a fine seed"
        )]
        let seed = key.digest().0 as u64;
        mix(seed ^ mix(u64::from(repeat)))
    }

    /// Calls `visit` with every swept input and its value at a point, the last axis first.
    fn for_each_value(&self, point: u64, mut visit: impl FnMut(usize, &Value)) {
        let mut rest = point;
        for (axis, levels) in self.axes.iter().zip(self.space.axes()).rev() {
            let at = rest % axis.len.max(1);
            rest /= axis.len.max(1);
            let mut visit_all = |value: &Value| match (&*axis.inputs, value) {
                ([input], value) => visit(*input, value),
                (inputs, Value::Item(item)) => {
                    for (input, (_, part)) in inputs.iter().zip(item.parts()).rev() {
                        visit(*input, part);
                    }
                }
                _ => {}
            };
            match &axis.values {
                Some(values) => {
                    if let Some(value) = usize::try_from(at).ok().and_then(|at| values.get(at)) {
                        visit_all(value);
                    }
                }
                None => {
                    if let Some(value) = levels.levels.get(at) {
                        visit_all(&value);
                    }
                }
            }
        }
    }
}
