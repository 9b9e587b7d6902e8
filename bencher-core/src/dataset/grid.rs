//! Flat indices of a row-major grid.

/// So many cells side by side, from one flat index of a source to one of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CellRun {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) count: usize,
}

/// Hands runs of cells to a function as long as it returns true, and tells whether it always did.
///
/// A function behind a pointer, so that copying is compiled once for each type of cell.
pub(super) type EachRun<'a> = &'a dyn Fn(&mut dyn FnMut(CellRun) -> bool) -> bool;

/// A walk over some axes of a grid: the flat offsets that they span, the last axis fastest.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    axes: Vec<Axis>,
    offset: usize,
    left: usize,
}

#[derive(Clone, Debug)]
struct Axis {
    length: usize,
    stride: usize,
    at: usize,
}

impl Walk {
    /// A walk over `axes` of a grid of `shape`, in the order in which they are given.
    pub(super) fn over(shape: &[usize], axes: impl IntoIterator<Item = usize>) -> Self {
        let strides = strides(shape);
        let axes: Vec<Axis> = axes
            .into_iter()
            .filter_map(|axis| {
                Some(Axis {
                    length: *shape.get(axis)?,
                    stride: *strides.get(axis)?,
                    at: 0,
                })
            })
            .collect();
        let mut walk = Self {
            axes,
            offset: 0,
            left: 0,
        };
        walk.left = walk.cells();
        walk
    }

    /// How many offsets a whole walk has.
    pub(super) fn cells(&self) -> usize {
        self.axes.iter().map(|axis| axis.length).product()
    }

    /// The walk from its start, which a finished one stands at again.
    pub(super) fn again(&mut self) -> &mut Self {
        self.left = self.cells();
        self
    }

    /// Whether the offsets are 0, 1, 2, ...
    pub(super) fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        self.axes.iter().rev().all(|axis| {
            let fits = axis.stride == expected;
            expected *= axis.length;
            fits
        })
    }
}

impl Iterator for Walk {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        let now = self.offset;
        for axis in self.axes.iter_mut().rev() {
            axis.at += 1;
            self.offset += axis.stride;
            if axis.at < axis.length {
                break;
            }
            self.offset -= axis.stride * axis.length;
            axis.at = 0;
        }
        Some(now)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

/// How far apart neighbours along each axis lie.
fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    let mut stride = 1;
    for (slot, length) in strides.iter_mut().zip(shape).rev() {
        *slot = stride;
        stride *= length;
    }
    strides
}

/// How many cells lie outside and inside an axis: before it and behind it in the shape.
pub(super) fn around(shape: &[usize], axis: usize) -> (usize, usize) {
    let outer = shape.iter().take(axis).product();
    let inner = shape.iter().skip(axis + 1).product();
    (outer, inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_walked_in_the_order_given() {
        let walk = |axes: &[usize]| Walk::over(&[2, 3], axes.iter().copied()).collect::<Vec<_>>();
        assert_eq!(walk(&[0, 1]), [0, 1, 2, 3, 4, 5]);
        assert_eq!(walk(&[1, 0]), [0, 3, 1, 4, 2, 5]);
        assert_eq!(walk(&[0]), [0, 3]);
        assert_eq!(walk(&[]), [0]);
        assert_eq!(Walk::over(&[2, 0], [0, 1]).count(), 0);
    }

    #[test]
    fn a_finished_walk_stands_at_its_start() {
        let mut walk = Walk::over(&[2, 3], [1]);
        assert!(walk.is_contiguous());
        assert!(!Walk::over(&[2, 3], [0]).is_contiguous());
        assert_eq!(walk.by_ref().sum::<usize>(), 3);
        assert_eq!(walk.again().collect::<Vec<_>>(), [0, 1, 2]);
    }
}
