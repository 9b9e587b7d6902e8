//! How many slices of timed code were left out, and where.

use crate::measure::TOLD;
use crate::value::Value;

/// From which share on it is told. Times that vary evenly, or with a tail on one side, come to a twenty-fifth at most.
const MANY: f64 = 0.08;

/// Where more of the slices of timed code were left out than chance would have it.
///
/// ```
/// use bencher_core::sweep_executor::LeftOut;
/// let inputs = vec![("len".to_owned(), 1000.into())];
/// let found = LeftOut { points: 27, disturbed: 4, share: 0.31, inputs };
/// assert!(found.to_string().starts_with("at 4 of 27 points with 100 slices or more"));
/// assert!(found.to_string().contains("(31 % at len=1000)"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    /// The points that had enough slices to tell.
    pub points: usize,
    /// Those of which many slices were left out.
    pub disturbed: usize,
    /// The largest share of a point.
    pub share: f64,
    /// The inputs of that point.
    pub inputs: Vec<(String, Value)>,
}

impl LeftOut {
    /// Of the shares of points, where one of them is worth telling.
    pub(super) fn of(
        shares: impl Iterator<Item = (u64, f64)>,
        inputs: impl Fn(u64) -> Vec<(String, Value)>,
    ) -> Option<Self> {
        let shares: Vec<(u64, f64)> = shares.collect();
        let most = shares.iter().max_by(|(_, a), (_, b)| a.total_cmp(b));
        let (point, share) = *most.filter(|(_, share)| *share >= MANY)?;
        Some(Self {
            points: shares.len(),
            disturbed: shares.iter().filter(|(_, share)| *share >= MANY).count(),
            share,
            inputs: inputs(point),
        })
    }
}

impl std::fmt::Display for LeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let inputs = self
            .inputs
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let inputs = inputs.collect::<Vec<_>>().join(", ");
        let at = if inputs.is_empty() {
            String::new()
        } else {
            format!(" at {inputs}")
        };
        write!(
            f,
            "at {} of {} points with {TOLD} slices or more {:.0} % of them or more were left out ({:.0} %{at}), since they took much longer \
             than the others or much less: the machine was disturbed, or the code does now and then what is not in \
             its times",
            self.disturbed,
            self.points,
            MANY * 100.0,
            self.share * 100.0,
        )
    }
}
