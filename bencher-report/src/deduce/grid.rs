use std::cell::OnceCell;

use bencher_core::dataset::{CellState, Dataset, DimRole, Variable};
use bencher_core::stats::{self, PointTime, Summary};
use bencher_core::value::Value;

use crate::chart::{Centre, Gap, GapKind};

use super::shape::Shape;

/// A variable's cells, grouped over repeats.
pub(super) struct Grid<'a> {
    dataset: &'a Dataset,
    variable: &'a Variable,
    strides: Vec<usize>,
    /// Where the latest snapshot begins; 0 without a dimension of time.
    origin: usize,
    repeats: usize,
    repeat_stride: usize,
    in_rounds: bool,
}

/// The samples of one point.
pub(super) struct Samples<'a> {
    dataset: &'a Dataset,
    /// The finite values.
    pub(super) values: Vec<f64>,
    /// How many samples have none.
    pub(super) absent: u32,
    /// Why the most serious of them has none.
    pub(super) gap: Option<Gap>,
    /// The rounds of measured times; `None` for other results.
    time: Option<PointTime>,
    /// The summary of measured times, once it was asked for: most figures do without.
    timing: OnceCell<Option<Summary>>,
    /// Whether the values have several modes.
    pub(super) has_modes: bool,
}

impl<'a> Grid<'a> {
    pub(super) fn of(shape: &Shape<'a>) -> Self {
        let dims = shape.dataset.dims();
        let mut strides = vec![0; dims.len()];
        let mut stride = 1;
        for (slot, dim) in strides.iter_mut().zip(dims).rev() {
            *slot = stride;
            stride *= dim.len();
        }
        let stride = |axis: usize| strides.get(axis).copied().unwrap_or(0);
        let origin = dims
            .iter()
            .enumerate()
            .filter(|(_, dim)| dim.role == DimRole::Time)
            .map(|(axis, dim)| dim.len().saturating_sub(1) * stride(axis))
            .sum();
        let repeat_stride = shape.repeat.map_or(0, stride);
        Self {
            dataset: shape.dataset,
            variable: shape.variable,
            strides,
            origin,
            repeats: shape.repeats,
            repeat_stride,
            in_rounds: shape.in_rounds,
        }
    }

    /// The offset of a position on one dimension; offsets of several dimensions add up.
    pub(super) fn offset(&self, axis: Option<usize>, position: usize) -> usize {
        axis.and_then(|axis| self.strides.get(axis))
            .map_or(0, |stride| stride * position)
    }

    /// The samples of the point at an offset.
    pub(super) fn samples(&self, offset: usize) -> Samples<'a> {
        let mut samples = Samples {
            dataset: self.dataset,
            values: Vec::with_capacity(self.repeats),
            absent: 0,
            gap: None,
            time: None,
            timing: OnceCell::new(),
            has_modes: false,
        };
        for repeat in 0..self.repeats {
            let flat = self.origin + offset + repeat * self.repeat_stride;
            match self.variable.number(flat) {
                Some(x) if x.is_finite() => samples.values.push(x),
                Some(x) => samples.add_gap(Gap {
                    kind: GapKind::NotFinite,
                    reason: Some(bencher_core::value::float_text(x)),
                }),
                // A point has as many rounds as it needs, or as its budget gave; no more are missing.
                None if self.in_rounds && !samples.values.is_empty() && self.is_open(flat) => {}
                None => samples.add_gap(self.gap(flat)),
            }
        }
        if self.repeats > 1 && self.dataset.is_centred(self.variable) {
            self.judge(offset, &mut samples);
        } else {
            samples.has_modes = stats::separate_modes(&samples.values).is_some();
        }
        samples
    }

    /// The rounds of measured times that count.
    fn judge(&self, offset: usize, samples: &mut Samples) {
        let first = self.origin + offset;
        let cells: Vec<usize> = (0..self.repeats)
            .map(|repeat| first + repeat * self.repeat_stride)
            .collect();
        let time = self.dataset.point_time(self.variable, &cells);
        if time.is_below_resolution || time.is_timed_out {
            // The rounds that have a time say nothing of the point.
            samples.values.clear();
        }
        samples.has_modes = self.variable.info.timed && time.mode.is_some();
        samples.time = Some(time);
    }

    /// The value of every sample at an offset, or why there is none.
    pub(super) fn values(&self, offset: usize) -> impl Iterator<Item = Result<Value, Gap>> + '_ {
        (0..self.repeats).map(move |repeat| self.value(offset + repeat * self.repeat_stride))
    }

    /// The value of one sample, where the offset counts repeats too, or why there is none.
    pub(super) fn value(&self, offset: usize) -> Result<Value, Gap> {
        let flat = self.origin + offset;
        let value = self.variable.cell(flat).and_then(|cell| cell.value);
        value.ok_or_else(|| self.gap(flat))
    }

    /// The notes of the samples at an offset that have a value: what disturbed a time, or that another run measured it.
    /// With `names_store`, they say which samples are from the store.
    pub(super) fn notes(
        &self,
        offset: usize,
        names_store: bool,
    ) -> impl Iterator<Item = Option<String>> + '_ {
        (0..self.repeats).map(move |repeat| {
            let cell = self
                .variable
                .cell(self.origin + offset + repeat * self.repeat_stride)?;
            cell.value.as_ref()?;
            let state = match cell.state {
                CellState::Preempted => Some("preempted"),
                CellState::Cached if names_store => Some("from the store"),
                _ => None,
            };
            match (state, cell.reason) {
                (Some(state), Some(reason)) => Some(format!("{state}: {reason}")),
                (state, reason) => state.or(reason).map(str::to_owned),
            }
        })
    }

    fn is_open(&self, flat: usize) -> bool {
        let state = self.variable.states().get(flat);
        matches!(state, Some(CellState::Skipped | CellState::Pending))
    }

    fn gap(&self, flat: usize) -> Gap {
        let cell = self.variable.cell(flat);
        Gap {
            kind: cell
                .as_ref()
                .and_then(|cell| GapKind::of(cell.state))
                .unwrap_or(GapKind::Missing),
            reason: cell.and_then(|cell| cell.reason).map(str::to_owned),
        }
    }
}

impl Samples<'_> {
    fn timing(&self) -> Option<&Summary> {
        let summary = || self.dataset.summary_of_time(self.time.as_ref()?);
        self.timing.get_or_init(summary).as_ref()
    }

    fn add_gap(&mut self, gap: Gap) {
        self.absent += 1;
        let severity = |gap: &Gap| GapKind::ALL.iter().position(|kind| *kind == gap.kind);
        if self
            .gap
            .as_ref()
            .is_none_or(|known| severity(&gap) > severity(known))
        {
            self.gap = Some(gap);
        }
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.values.len()).unwrap_or(u32::MAX)
    }

    /// The mean, or the centre of measured times, where it is a number that can be drawn.
    pub(super) fn mean(&self) -> Option<f64> {
        if let Some(timing) = self.timing() {
            return Some(timing.centre);
        }
        stats::mean(&self.values).filter(|x| x.is_finite())
    }

    /// The centre of measured times, where it is a number that can be drawn.
    pub(super) fn centre(&self) -> Option<Centre> {
        let timing = self.timing()?;
        let centre = Centre {
            value: timing.centre,
            bounds: timing.lower.zip(timing.upper),
        };
        Some(centre).filter(Centre::is_finite)
    }

    /// Where the value lies, by what its samples say: the mean ± their deviation, or the bounds of measured
    /// times.
    pub(super) fn bounds(&self) -> Option<(f64, f64)> {
        match self.timing() {
            Some(timing) => timing.lower.zip(timing.upper),
            None => {
                let (mean, std) = (self.mean()?, stats::std(&self.values, 1)?);
                Some((mean - std, mean + std))
            }
        }
    }

    /// Why there is no mean, where samples have values and yet it overflows.
    pub(super) fn gap_of_mean(&self) -> Option<Gap> {
        let overflow = !self.values.is_empty() && self.mean().is_none();
        self.gap.clone().or_else(|| {
            overflow.then(|| Gap {
                kind: GapKind::NotFinite,
                reason: Some("the mean is too large for a number".to_owned()),
            })
        })
    }
}
