use std::fmt;

use super::known::Evaluated;
use super::process;
use super::space::SearchSpace;

/// How much one dimension of a search matters, by the model of the first goal: the share of its differences over the whole
/// space that the dimension explains alone.
///
/// The ends are those of the estimates when a quarter of the points is left out.
///
/// ```
/// use bencher_core::optimize::Importance;
/// let level = Importance { dimension: "codec.level".to_owned(), share: 0.42, low: 0.35, high: 0.5 };
/// assert_eq!(level.to_string(), "codec.level 42 % (35 to 50 %)");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Importance {
    /// The name of the dimension.
    pub dimension: String,
    /// Its share, from 0 to 1.
    pub share: f64,
    /// The least share without a quarter of the points.
    pub low: f64,
    /// The greatest.
    pub high: f64,
}

impl fmt::Display for Importance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| (share * 100.0).round();
        let (low, high) = (percent(self.low), percent(self.high));
        write!(
            f,
            "{} {} % ({low} to {high} %)",
            self.dimension,
            percent(self.share)
        )
    }
}

/// The importance of all dimensions, the most important first; empty where too few points are known.
pub(super) fn importance(space: &SearchSpace, done: &[Evaluated]) -> Vec<Importance> {
    let Some(estimates) = process::shares(space, done) else {
        return Vec::new();
    };
    let of = |(at, dimension): (usize, &super::dimension::Dimension)| {
        let mut shares = estimates
            .iter()
            .filter_map(|shares| shares.get(at))
            .copied();
        let share = shares.next()?;
        let (low, high) = shares.fold((share, share), |(low, high), x| (low.min(x), high.max(x)));
        Some(Importance {
            dimension: dimension.name.clone(),
            share,
            low,
            high,
        })
    };
    let mut all: Vec<Importance> = space.dimensions.iter().enumerate().filter_map(of).collect();
    all.sort_by(|a, b| b.share.total_cmp(&a.share));
    all
}
