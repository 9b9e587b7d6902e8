//! The summary of the repeats of every point: centre, bounds, noise.

use std::sync::Arc;

use crate::stats::{MISRATE, PointTime, RoundTime, Summary, median, min, outliers, quantile};
use crate::value::{Kind, Value};
use crate::var::Direction;

use super::grid::Walk;
use super::{
    CellState, Dataset, DatasetError, Dim, DimRole, Variable, VariableInfo, share_of_slices,
};

/// From how many repeats on their quantiles are given.
const ENOUGH_FOR_QUANTILES: usize = 50;
/// The attribute of a dataset whose times were taken on several workers at once. Its value is the number of workers.
///
/// ```
/// assert_eq!(bencher_core::dataset::SIDE_BY_SIDE, "side by side");
/// ```
pub const SIDE_BY_SIDE: &str = "side by side";

/// The attribute that names the times from which a result is computed begins with this, and ends with the result's
/// name.
pub(crate) const TIMES_OF: &str = "times of ";

/// The attribute that says how many repeats belong to each process.
pub(crate) const ROUNDS_PER_REPLICATE: &str = "rounds per process";

impl Dataset {
    /// Summarises the repeats of a result at every point.
    ///
    /// | variable | value |
    /// |---|---|
    /// | `RESULT` | the centre |
    /// | `RESULT.lower`, `RESULT.upper` | its bounds at 95 %, of this run |
    /// | `RESULT.noise` | the relative spread of one repeat |
    /// | `RESULT.rounds` | the number of repeats |
    /// | `RESULT.p05`, `RESULT.p95` | quantiles, from 50 repeats on |
    /// | `RESULT.outliers` | the number of outliers |
    /// | `RESULT.fastest`, `RESULT.median` | the shortest repeat, and the median |
    ///
    /// See [`Summary`] and [`outliers`] for the formulas.
    ///
    /// For a measured time, only the rounds that [count](PointTime) determine the centre and its bounds. The quantiles,
    /// `fastest` and `median` use all rounds that have a time. Further variables describe the rounds:
    ///
    /// | variable | value |
    /// |---|---|
    /// | `RESULT.share` | the share of rounds that count |
    /// | `RESULT.modes` | whether the other rounds belong to an upper mode or a tail |
    /// | `RESULT.one_sided` | whether the rounds that count are one-sided, so that the bounds reach to the fastest |
    /// | `RESULT.preempted`, `RESULT.below` | the numbers of rounds that were preempted, and below resolution |
    /// | `RESULT.slices` | the share of the timing slices that the rounds stand for |
    /// | `RESULT.moved` | the number of rounds during which the system moved the program to another core |
    /// | `RESULT.throttled` | the number of rounds during which a core was slowed down because of heat |
    ///
    /// A point without any value keeps the state and the reason of its first cell. Without enough repeats for bounds,
    /// the bounds are missing.
    ///
    /// ```
    /// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    /// # use bencher_core::value::{Kind, Value};
    /// let len = Dim::input("len", Kind::Uint(64), vec![10.into(), 20.into()]);
    /// let elapsed = VariableInfo::new("elapsed", Kind::Float(64));
    /// let mut sorting = Dataset::new("Sorting", vec![len, Dim::repeats(7)], vec![elapsed])?;
    /// for (flat, seconds) in [2.0, 2.1, 1.9, 2.0, 2.2, 2.0, 1.8].into_iter().enumerate() {
    ///     let elapsed = sorting.variable_mut(0).ok_or("no variable")?;
    ///     elapsed.record(flat, &Value::Float(seconds), CellState::Measured)?;
    /// }
    /// let found = sorting.timings("elapsed")?;
    /// assert_eq!(found.shape(), [2]);
    /// let number = |name: &str| Ok::<_, Box<dyn std::error::Error>>(found.variable(name)?.number(0));
    /// assert!(number("elapsed")?.is_some_and(|centre| (centre - 2.0).abs() < 0.02));
    /// assert!(number("elapsed.lower")? < number("elapsed")? && number("elapsed")? < number("elapsed.upper")?);
    /// assert_eq!(number("elapsed.rounds")?, Some(7.0));
    /// assert_eq!(found.variable("elapsed")?.number(1), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the result does not exist, or its values are not numbers.
    pub fn timings(&self, result: &str) -> Result<Self, DatasetError> {
        let variable = self.variable(result)?;
        let kept: Vec<usize> = (0..self.dims.len())
            .filter(|axis| {
                self.dims
                    .get(*axis)
                    .is_some_and(|dim| dim.role != DimRole::Repeat)
            })
            .collect();
        let dims: Vec<Dim> = kept
            .iter()
            .filter_map(|axis| self.dims.get(*axis).cloned())
            .collect();
        let info = VariableInfo {
            kind: if variable.info.kind == Kind::Seconds {
                Kind::Seconds
            } else {
                Kind::Float(64)
            },
            ..variable.info.clone()
        };
        let part = |part: &str, doc: &str| VariableInfo {
            name: format!("{result}.{part}"),
            doc: doc.to_owned(),
            ..info.clone()
        };
        let plain = |part_name: &str, doc: &str, kind| VariableInfo {
            units: String::new(),
            direction: Direction::None,
            kind,
            ..part(part_name, doc)
        };
        let variables = vec![
            info.clone(),
            part("lower", "Lower bound of the centre (95 %, of this run)"),
            part("upper", "Upper bound of the centre (95 %, of this run)"),
            plain("noise", "Relative spread of one repeat", Kind::Float(64)),
            plain("rounds", "Repeats that have a value", Kind::Uint(32)),
            part("p05", "5 % of the repeats are below"),
            part("p95", "5 % of the repeats are above"),
            plain("outliers", "Repeats far from the others", Kind::Uint(32)),
            part("fastest", "The shortest repeat"),
            part("median", "Half of the repeats are below"),
            plain("share", "Share of the repeats that count", Kind::Float(64)),
            plain(
                "modes",
                "Whether the repeats have several modes",
                Kind::Bool,
            ),
            plain(
                "one_sided",
                "Whether the repeats that count trail off above the centre",
                Kind::Bool,
            ),
            plain(
                "preempted",
                "Repeats during which other programs had the core",
                Kind::Uint(32),
            ),
            plain("below", "Repeats below resolution", Kind::Uint(32)),
            plain(
                "slices",
                "Share of the timing slices that the time is of",
                Kind::Float(64),
            ),
            plain(
                "moved",
                "Repeats during which the system moved the program to another core",
                Kind::Uint(32),
            ),
            plain(
                "throttled",
                "Repeats during which a core was slowed down because of heat",
                Kind::Uint(32),
            ),
        ];
        let mut found = Self::new(self.name.clone(), dims, variables)?;
        found.attributes = self.attributes.clone();
        let shape = self.shape();
        let repeats = (0..shape.len()).filter(|axis| !kept.contains(axis));
        let repeats: Vec<usize> = Walk::over(&shape, repeats).collect();
        for (flat, point) in Walk::over(&shape, kept).enumerate() {
            let cells: Vec<usize> = repeats.iter().map(|repeat| point + repeat).collect();
            let time = self.point_time(variable, &cells);
            let summary = self.summary_of_time(&time);
            found.put_summary(flat, variable, &cells, &time, summary)?;
        }
        Ok(found)
    }

    /// Summarises the repeats of one point. `cells` are their flat indices in a variable of this dataset, in the order
    /// of the repeats.
    ///
    /// [`point_time`](Self::point_time) selects the rounds that count for measured times and values computed from them.
    /// Where several processes measured, their centres determine the bounds
    /// ([`summary_of_replicates`](crate::stats::summary_of_replicates)). `None` where no repeat has a finite value.
    pub fn summary_of(
        &self,
        variable: &Variable,
        cells: impl IntoIterator<Item = usize>,
    ) -> Option<Summary> {
        let cells: Vec<usize> = cells.into_iter().collect();
        self.summary_of_time(&self.point_time(variable, &cells))
    }

    /// Summarises the rounds of a point that count.
    pub fn summary_of_time(&self, time: &PointTime) -> Option<Summary> {
        time.summary(self.rounds_per_replicate(), MISRATE)
    }

    /// Whether the repeats of a variable are summed up by a centre with bounds: it is a measured time, or computed from
    /// one.
    pub fn is_centred(&self, variable: &Variable) -> bool {
        let name = &variable.info.name;
        variable.info.timed || self.attributes.contains_key(&format!("{TIMES_OF}{name}"))
    }

    /// Selects the repeats of one point that count. `cells` are their flat indices in a variable of this dataset, in
    /// the order of the repeats.
    ///
    /// All repeats with a value count, except for measured times ([`PointTime::of`]). For values computed from times,
    /// the same rounds count as for the times.
    pub fn point_time(&self, variable: &Variable, cells: &[usize]) -> PointTime {
        let rounds = |variable: &Variable| -> Vec<RoundTime> {
            cells
                .iter()
                .map(|cell| round_time(variable, *cell))
                .collect()
        };
        let judged = |variable: &Variable| {
            let time = PointTime::of(rounds(variable));
            match variable.info.kind {
                // Half of the nanosecond that a `Duration` rounds to.
                Kind::Seconds => time.rounded_by(0.5e-9),
                _ => time,
            }
        };
        let operands = self
            .attributes
            .get(&format!("{TIMES_OF}{}", variable.info.name));
        if let Some(operands) = operands {
            let times = self.variables.iter().filter(|var| {
                let mut names = operands.split(", ");
                names.any(|name| name == var.info.name)
            });
            let times: Vec<PointTime> = times.map(judged).collect();
            return PointTime::computed(rounds(variable), &times);
        }
        if variable.info.timed {
            judged(variable)
        } else {
            PointTime::computed(rounds(variable), &[])
        }
    }

    /// How many repeats belong to each process, where several measured.
    pub(super) fn rounds_per_replicate(&self) -> Option<usize> {
        let text = self.attributes.get(ROUNDS_PER_REPLICATE)?;
        text.parse().ok().filter(|rounds| *rounds > 0)
    }

    fn put_summary(
        &mut self,
        flat: usize,
        source: &Variable,
        cells: &[usize],
        time: &PointTime,
        summary: Option<Summary>,
    ) -> Result<(), DatasetError> {
        let Some(found) = summary else {
            let (state, reason) = absence(source, cells, time);
            for index in 0..self.variables.len() {
                if let Some(var) = self.variable_mut(index) {
                    var.record_absent(flat, state, reason.clone())?;
                }
            }
            return Ok(());
        };
        let Summary {
            centre,
            lower,
            upper,
            noise,
            ..
        } = found;
        let numbers: Vec<f64> = time
            .rounds
            .iter()
            .filter_map(|round| round.seconds())
            .collect();
        let far = outliers(&numbers);
        let quantile_at = |p| {
            let enough = numbers.len() >= ENOUGH_FOR_QUANTILES;
            quantile(&numbers, p).filter(|_| enough)
        };
        let mut states = cells.iter().filter_map(|cell| source.states().get(*cell));
        let state = if states.all(|state| *state != CellState::Measured) {
            CellState::Cached
        } else {
            CellState::Measured
        };
        let number = |value: Option<f64>| value.map(Value::Float);
        let (moved, throttled) = source.moved_and_throttled(cells);
        let count_of = |count: usize| Some(Value::from(count as u64));
        let values = [
            number(Some(centre)),
            number(lower),
            number(upper),
            number(Some(noise)),
            count_of(numbers.len()),
            number(quantile_at(0.05)),
            number(quantile_at(0.95)),
            count_of(far.low + far.high),
            number(min(&numbers)),
            number(median(&numbers)),
            number(Some(time.share())),
            Some(Value::Bool(time.mode.is_some())),
            Some(Value::Bool(time.is_one_sided)),
            count_of(time.preempted),
            count_of(time.below),
            number(Some(time.slices)),
            count_of(moved),
            count_of(throttled),
        ];
        for (index, value) in values.into_iter().enumerate() {
            let Some(var) = self.variable_mut(index) else {
                continue;
            };
            match value {
                Some(value) => var.record(flat, &value, state)?,
                None => {
                    let reason = format!("{} repeats are too few for that", numbers.len());
                    var.record_absent(flat, CellState::Missing, Some(reason.into()))?;
                }
            }
        }
        Ok(())
    }
}

/// The outcome of a round, from a cell of a variable.
fn round_time(variable: &Variable, cell: usize) -> RoundTime {
    match variable.states().get(cell) {
        Some(CellState::BelowResolution) => RoundTime::BelowResolution,
        Some(CellState::TimedOut) => RoundTime::TimedOut,
        Some(CellState::Preempted) => variable
            .number(cell)
            .map_or(RoundTime::Missing, RoundTime::Preempted),
        _ => {
            let Some(time) = variable.number(cell) else {
                return RoundTime::Missing;
            };
            let reason = variable.cell(cell).and_then(|cell| cell.reason);
            match reason.and_then(share_of_slices) {
                Some(share) => RoundTime::Partial { time, share },
                None => RoundTime::Time(time),
            }
        }
    }
}

/// Why a point has no time.
fn absence(source: &Variable, cells: &[usize], time: &PointTime) -> (CellState, Option<Arc<str>>) {
    let is_below = |cell: &&usize| source.states().get(**cell) == Some(&CellState::BelowResolution);
    let is_late = |cell: &&usize| source.states().get(**cell) == Some(&CellState::TimedOut);
    let telling = if time.is_below_resolution {
        cells.iter().find(is_below)
    } else if time.is_timed_out {
        cells.iter().find(is_late)
    } else {
        cells.first()
    };
    let cell = telling.and_then(|cell| source.cell(*cell));
    let state = match cell.as_ref() {
        // Numbers that are not finite make no centre.
        Some(cell) if !cell.state.has_value() => cell.state,
        _ if time.is_below_resolution => CellState::BelowResolution,
        _ => CellState::Missing,
    };
    (state, cell.and_then(|cell| cell.reason.map(Into::into)))
}
