//! Type-erased sweeps. Plans and executors use them, so that a program has one copy of each.

use std::any::Any;
use std::fmt;

use crate::value::Value;

use super::declaration::SweepType;
use super::sweep::ParametrizedSweep;

/// A sweep of any type.
pub(crate) trait ErasedSweep: Any + Send + Sync {
    /// Its type.
    fn sweep_type(&self) -> SweepType;
    /// The value of an input, by its position in the schema.
    fn input_at(&self, index: usize) -> Option<Value>;
    /// Sets an input; false where the value does not fit.
    fn set_input_at(&mut self, index: usize, value: &Value) -> bool;
    /// Takes the value of a result, by its position in the schema.
    fn take_result_at(&mut self, index: usize) -> Option<Value>;
    /// The address of the field of a result, where it is known.
    fn result_address_at(&self, index: usize) -> Option<usize>;
    /// A copy in a place of its own.
    fn boxed(&self) -> Box<dyn ErasedSweep>;
    /// Calls `use_copy` with a copy, which needs no place of its own.
    fn with_copy(&self, use_copy: &mut dyn FnMut(&mut dyn ErasedSweep));
}

impl<S: ParametrizedSweep> ErasedSweep for S {
    fn sweep_type(&self) -> SweepType {
        SweepType::of::<S>()
    }

    fn input_at(&self, index: usize) -> Option<Value> {
        self.input(index)
    }

    fn set_input_at(&mut self, index: usize, value: &Value) -> bool {
        self.set_input(index, value)
    }

    fn take_result_at(&mut self, index: usize) -> Option<Value> {
        self.take_result(index)
    }

    fn result_address_at(&self, index: usize) -> Option<usize> {
        self.result_address(index)
    }

    fn boxed(&self) -> Box<dyn ErasedSweep> {
        Box::new(self.clone())
    }

    fn with_copy(&self, use_copy: &mut dyn FnMut(&mut dyn ErasedSweep)) {
        use_copy(&mut self.clone());
    }
}

// Not asked of the user's type.
impl fmt::Debug for dyn ErasedSweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErasedSweep").finish_non_exhaustive()
    }
}
