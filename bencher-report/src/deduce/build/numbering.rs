use crate::deduce::grid::Grid;
use crate::deduce::shape::Shape;

/// The numbers of all points of a sweep, the last input fastest.
pub(super) struct Numbering {
    /// The inputs that vary, by their dimension.
    pub(super) inputs: Vec<usize>,
    levels: Vec<usize>,
    strides: Vec<usize>,
}

impl Numbering {
    pub(super) fn of(shape: &Shape) -> Self {
        let inputs = shape.inputs();
        let levels: Vec<usize> = inputs.iter().map(|axis| shape.levels(*axis)).collect();
        let mut strides = vec![1; inputs.len()];
        let mut stride = 1_usize;
        for (slot, levels) in strides.iter_mut().zip(&levels).rev() {
            *slot = stride;
            stride = stride.saturating_mul(*levels);
        }
        Self {
            inputs,
            levels,
            strides,
        }
    }

    /// How many points there are.
    pub(super) fn count(&self) -> usize {
        let levels = self.levels.iter();
        levels.fold(1, |count, levels| count.saturating_mul(*levels))
    }

    /// How many levels the n-th input has.
    pub(super) fn levels(&self, n: usize) -> usize {
        self.levels.get(n).copied().unwrap_or(0)
    }

    /// The level of the n-th input at a point.
    pub(super) fn level(&self, point: usize, n: usize) -> usize {
        let stride = self.strides.get(n).copied().unwrap_or(1).max(1);
        point / stride % self.levels(n).max(1)
    }

    /// The offset of a point's cells.
    pub(super) fn offset(&self, grid: &Grid, point: usize) -> usize {
        let inputs = self.inputs.iter().enumerate();
        inputs
            .map(|(n, axis)| grid.offset(Some(*axis), self.level(point, n)))
            .sum()
    }
}
