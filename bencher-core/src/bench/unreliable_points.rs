//! Points whose times are unreliable.

use crate::dataset::{Dataset, Dim, DimRole, Variable};
use crate::stats::PointTime;
use crate::value::Value;

/// Why a point is unreliable.
#[derive(Clone, Copy, PartialEq, Eq)]
enum UnreliableReason {
    Modes,
    Preempted,
    BelowResolution,
}

/// A line for every reason that makes times of points unreliable: how many points, and which is the worst.
pub(super) fn unreliable_points(dataset: &Dataset) -> Vec<String> {
    let repeats = dataset
        .dims()
        .iter()
        .filter(|dim| dim.role != DimRole::Input);
    let repeats: usize = repeats.map(Dim::len).product();
    let points = dataset.len().checked_div(repeats).unwrap_or(0);
    let mut lines = Vec::new();
    for variable in dataset.variables().iter().filter(|var| var.info.timed) {
        let times: Vec<PointTime> = (0..points)
            .map(|point| {
                let cells: Vec<usize> = (point * repeats..(point + 1) * repeats).collect();
                dataset.point_time(variable, &cells)
            })
            .collect();
        for reason in [
            UnreliableReason::Modes,
            UnreliableReason::Preempted,
            UnreliableReason::BelowResolution,
        ] {
            let shares = times.iter().enumerate();
            let shares: Vec<(usize, f64)> = shares
                .filter_map(|(point, time)| Some((point, reason.share(time)?)))
                .collect();
            let worst = shares.iter().max_by(|(_, a), (_, b)| a.total_cmp(b));
            if let Some((point, share)) = worst {
                let at = inputs_text(dataset, point * repeats);
                let affected = format!("{} of {points} points", shares.len());
                lines.push(reason.line(variable, &affected, *share, &at));
            }
        }
    }
    lines
}

fn inputs_text(dataset: &Dataset, flat: usize) -> String {
    let dims = dataset.dims();
    let text = |name: &str, value: &Value| {
        let dim = dims.iter().find(|dim| dim.name == name);
        dim.map_or_else(|| value.to_string(), |dim| dim.text(value))
    };
    let inputs = dataset.inputs_at(flat).into_iter();
    let inputs: Vec<String> = inputs
        .map(|(name, value)| format!("{name}={}", text(&name, &value)))
        .collect();
    if inputs.is_empty() {
        String::new()
    } else {
        format!(" at {}", inputs.join(", "))
    }
}

impl UnreliableReason {
    /// The share of the rounds that a point is unreliable for, where it is.
    fn share(self, time: &PointTime) -> Option<f64> {
        let rounds = time
            .rounds
            .iter()
            .filter(|round| round.seconds().is_some())
            .count();
        match self {
            Self::Modes => time.mode.map(|mode| 1.0 - mode.share()),
            Self::Preempted => time
                .is_preempted
                .then(|| time.preempted as f64 / rounds.max(1) as f64),
            Self::BelowResolution => {
                let is_some = time.is_unreliable() && time.below > 0 && !time.is_below_resolution;
                is_some.then(|| time.below as f64 / (rounds + time.below) as f64)
            }
        }
    }

    fn line(self, variable: &Variable, affected: &str, share: f64, at: &str) -> String {
        let (name, share) = (&variable.info.name, share * 100.0);
        match self {
            Self::Modes => format!(
                "the rounds of {name} have several modes or a long tail at {affected} (worst: \
                 {share:.0} % above the lowest mode{at}): these times show only the lowest mode; \
                 use a larger `--budget` or a quieter machine"
            ),
            Self::Preempted => format!(
                "other programs ran on the core during every call of {name} at {affected} (worst: \
                 {share:.0} % of the rounds{at}): these times include theirs; measure on a quieter \
                 machine"
            ),
            Self::BelowResolution => format!(
                "some rounds of {name} were too short for the clock at {affected} (worst: \
                 {share:.0} % of them{at}): their exact times are unknown; let each call do more \
                 work"
            ),
        }
    }
}
