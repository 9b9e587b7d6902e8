use std::collections::BTreeMap;

use super::{Axis, Chart, HeatMap, Marks, Panel, Ticks};

/// Cells of a heat map beside each other, and above each other, that are drawn; more are put together.
const CELLS: usize = 350;

impl Chart {
    /// How many columns, and how many rows, of a heat map are drawn as one; `None` where each is drawn.
    pub(crate) fn bins(&self) -> Option<(usize, usize)> {
        let is_map = |panel: &Panel| matches!(panel.marks, Marks::HeatMap(_));
        let each = |axis: &Axis| axis.level_names().len().div_ceil(CELLS).max(1);
        let bins = (each(&self.x), each(&self.y));
        (bins != (1, 1) && self.panels.iter().all(is_map)).then_some(bins)
    }

    /// The chart with means of neighbouring cells: blocks of `across` by `up` cells.
    pub(super) fn binned(&self, (across, up): (usize, usize)) -> Self {
        let panel = |panel: &Panel| Panel {
            facets: panel.facets.clone(),
            marks: match &panel.marks {
                Marks::HeatMap(map) => Marks::HeatMap(binned(map, across, up)),
                other => other.clone(),
            },
        };
        let panels = self.panels.iter().map(panel).collect();
        let mut chart = self.with_panels(panels);
        (chart.x, chart.y) = (first_names(&self.x, across), first_names(&self.y, up));
        chart
    }
}

/// The axis with the first level of each bin.
fn first_names(axis: &Axis, each: usize) -> Axis {
    match &axis.ticks {
        Ticks::Levels(names) => Axis {
            ticks: Ticks::Levels(names.iter().step_by(each).cloned().collect()),
            ..axis.clone()
        },
        _ => axis.clone(),
    }
}

fn binned(map: &HeatMap, across: usize, up: usize) -> HeatMap {
    let width = map.width.max(1);
    let columns = width.div_ceil(across);
    let rows = map.values.len().div_ceil(width).div_ceil(up);
    let bin_of = |cell: usize| cell / width / up * columns + cell % width / across;
    let mut sums = vec![(0.0_f64, 0_u32); columns * rows];
    for (cell, value) in map.values.iter().enumerate() {
        if let (Some(x), Some((sum, count))) = (value, sums.get_mut(bin_of(cell))) {
            *count += 1;
            // A running mean: the sum of the largest numbers is none.
            *sum += (x - *sum) / f64::from(*count);
        }
    }
    let mut samples = vec![
        0_u32;
        if map.samples.is_empty() {
            0
        } else {
            sums.len()
        }
    ];
    for (cell, count) in map.samples.iter().enumerate() {
        if let Some(sum) = samples.get_mut(bin_of(cell)) {
            *sum = sum.saturating_add(*count);
        }
    }
    let mut gaps = BTreeMap::new();
    for (cell, gap) in &map.gaps {
        gaps.entry(bin_of(*cell)).or_insert_with(|| gap.clone());
    }
    let mean = |(mean, count): &(f64, u32)| (*count > 0 && mean.is_finite()).then_some(*mean);
    HeatMap {
        width: columns,
        values: sums.iter().map(mean).collect(),
        // The repeats of one point say nothing of a mean over points.
        bounds: Vec::new(),
        samples,
        gaps,
        ranks: BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_put_together_and_gaps_stay() {
        use crate::chart::{Gap, GapKind};
        let gap = |kind| Gap { kind, reason: None };
        // Three columns and two rows.
        let map = HeatMap {
            width: 3,
            values: vec![Some(1.0), Some(3.0), None, Some(5.0), None, None],
            bounds: vec![Some((0.1, 9.0)); 6],
            samples: vec![2, 2, 0, 2, 0, 0],
            gaps: BTreeMap::from([(2, gap(GapKind::Failed)), (4, gap(GapKind::Skipped))]),
            ranks: BTreeMap::new(),
        };
        let found = binned(&map, 2, 2);
        assert_eq!((found.width, found.values), (2, vec![Some(3.0), None]));
        assert_eq!(found.samples, [6, 0]);
        let kinds: Vec<(usize, GapKind)> = found
            .gaps
            .iter()
            .map(|(cell, gap)| (*cell, gap.kind))
            .collect();
        assert_eq!(kinds, [(0, GapKind::Skipped), (1, GapKind::Failed)]);
    }
}
