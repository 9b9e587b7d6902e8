use std::fmt;
use std::str::FromStr;

use crate::space::DesignPoints;
use crate::var::{Design, UnknownName};

use super::error::SearchError;
use super::fronts::front;
use super::known::{Evaluated, Known};
use super::process::Improvement;
use super::random::Random;
use super::space::{Place, SearchSpace};
use super::{genetic, process, tpe};

/// How a search proposes its next point.
///
/// A proposal follows from the space, the known points, its number and the seed alone: a search that continues after a
/// kill proposes what it would have proposed without.
///
/// ```
/// use bencher_core::optimize::Sampler;
/// assert_eq!("tpe".parse(), Ok(Sampler::Tpe));
/// assert_eq!(Sampler::default().to_string(), "gp");
/// let error = "gpp".parse::<Sampler>().unwrap_err();
/// assert!(error.to_string().contains("did you mean `gp`?"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sampler {
    /// A Gaussian process with expected improvement (`gp`); with several objectives, of changing weightings of them
    /// (`ParEGO`, Knowles 2006). The best choice for up to about a thousand evaluations.
    #[default]
    GaussianProcess,
    /// Parzen estimators (`tpe`): for heavy noise or thousands of evaluations.
    Tpe,
    /// Children of the best points (`nsga`): many objectives, or very many evaluations.
    Nsga,
    /// Points of a Sobol' sequence (`sobol`), which spread evenly.
    Sobol,
    /// Random points (`random`).
    Random,
}

impl Sampler {
    /// All samplers.
    pub const ALL: [Self; 5] = [
        Self::GaussianProcess,
        Self::Tpe,
        Self::Nsga,
        Self::Sobol,
        Self::Random,
    ];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GaussianProcess => "gp",
            Self::Tpe => "tpe",
            Self::Nsga => "nsga",
            Self::Sobol => "sobol",
            Self::Random => "random",
        }
    }
}

impl fmt::Display for Sampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Sampler {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.into_iter().find(|sampler| sampler.name() == name);
        let known = Self::ALL.into_iter().map(Self::name);
        found.ok_or_else(|| UnknownName::new("sampler", name, known))
    }
}

/// Where a proposal comes from.
///
/// ```
/// use bencher_core::optimize::Origin;
/// assert_eq!(Origin::Model.to_string(), "model");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was queued by hand.
    Queued,
    /// One of the best points that were stored before.
    Stored,
    /// It spreads over the space: before a model has enough points, or where the model expects little of what it knows.
    Spread,
    /// The model of the sampler.
    Model,
    /// A random point: the sampler found no new one.
    Random,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Queued => "queued",
            Self::Stored => "stored",
            Self::Spread => "spread",
            Self::Model => "model",
            Self::Random => "random",
        })
    }
}

/// A place to evaluate.
pub(super) struct Proposal {
    pub(super) place: Place,
    pub(super) origin: Origin,
    /// What the model of a single objective expects of it.
    pub(super) improvement: Option<Improvement>,
}

/// What samplers remember between proposals; it only saves time.
#[derive(Clone, Debug, Default)]
pub(super) struct Memo {
    process: process::Memo,
}

/// Points that spread over the space before a model proposes: enough for it to fit anything.
const FIRST: usize = 10;

/// The next place; none where the space is exhausted.
///
/// # Errors
/// Where no point keeps the constraints.
pub(super) fn propose(
    sampler: Sampler,
    known: &Known<'_>,
    (number, seed): (u64, u64),
    memo: &mut Memo,
) -> Result<Option<Proposal>, SearchError> {
    let mut random = Random::of(seed, number);
    let is_early = known.done.iter().filter(|one| !one.has_failed()).count() < FIRST
        && known.done.len() + known.pending.len() < 3 * FIRST;
    let mut improvement = None;
    let (place, origin) = match sampler {
        Sampler::Random => (None, Origin::Random),
        Sampler::Sobol => (spread(known, number, seed), Origin::Spread),
        _ if is_early => (spread(known, number, seed), Origin::Spread),
        Sampler::GaussianProcess => {
            let values = weighed(known.done, number);
            let advice = process::advise(known, &values, &mut memo.process, &mut random);
            // Of a weighting, the improvement has no unit.
            let is_single = known.objectives() == 1;
            improvement = advice.as_ref().map(|advice| advice.improvement);
            improvement = improvement.filter(|_| is_single);
            match advice.map(|advice| advice.place) {
                Some(None) => (spread(known, number, seed), Origin::Spread),
                place => (place.flatten(), Origin::Model),
            }
        }
        Sampler::Tpe => (tpe::propose(known, &mut random), Origin::Model),
        Sampler::Nsga => (genetic::propose(known, &mut random), Origin::Model),
    };
    if let Some(place) = place {
        return Ok(Some(Proposal {
            place,
            origin,
            improvement,
        }));
    }
    let any = any_free(known, &mut random)?;
    Ok(any.map(|place| Proposal {
        place,
        origin: Origin::Random,
        improvement,
    }))
}

/// A point of a scrambled Sobol' sequence (Owen 1995), if it is free.
fn spread(known: &Known<'_>, number: u64, seed: u64) -> Option<Place> {
    let dimensions = known.space.dimensions.len();
    let design = Design::Sobol { seed: Some(seed) };
    let points = DesignPoints::new(design, number.checked_add(1)?, dimensions).ok()?;
    let point = points.point(number)?;
    let place = known
        .space
        .at_unit(|at| point.get(at).copied().unwrap_or(0.5));
    known.is_free(&place).then_some(place)
}

/// One value from several objectives: the augmented Chebyshev norm with the weights of a proposal (`ParEGO`, Knowles
/// 2006). Objectives count by their range on the front so far: over all points, a single bad one would make the whole
/// front look the same.
fn weighed(done: &[Evaluated], number: u64) -> Vec<f64> {
    let objectives = done.first().map_or(0, |one| one.values.len());
    if objectives == 1 {
        return done
            .iter()
            .filter_map(|one| one.values.first().copied())
            .collect();
    }
    let weights = weights(objectives, number);
    let finite: Vec<&[f64]> = done
        .iter()
        .filter(|one| !one.has_failed())
        .map(|one| &*one.values)
        .collect();
    let best: Vec<&[f64]> = front(&finite)
        .into_iter()
        .filter_map(|at| finite.get(at).copied())
        .collect();
    let range = |at: usize| {
        let (low, high) = ends(&best, at);
        if high > low {
            (low, high - low)
        } else {
            let (low, high) = ends(&finite, at);
            (low, if high > low { high - low } else { 1.0 })
        }
    };
    let ranges: Vec<(f64, f64)> = (0..objectives).map(range).collect();
    let weighed = |one: &Evaluated| {
        if one.has_failed() {
            return f64::INFINITY;
        }
        let parts = one.values.iter().zip(&ranges).zip(&weights);
        let parts = parts.map(|((value, (low, range)), weight)| weight * (value - low) / range);
        let (most, sum) = parts.fold((0.0_f64, 0.0), |(most, sum), part| {
            (most.max(part), sum + part)
        });
        most + 0.05 * sum
    };
    done.iter().map(weighed).collect()
}

/// The least and the greatest value of one objective.
fn ends(values: &[&[f64]], objective: usize) -> (f64, f64) {
    let all = values.iter().filter_map(|values| values.get(objective));
    all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(*value), high.max(*value))
    })
}

/// The weights of objectives for a proposal, with a sum of 1. Those of successive proposals lie evenly among all
/// weights: the gaps between the numbers of an additive recurrence (Weyl), in order.
fn weights(objectives: usize, number: u64) -> Vec<f64> {
    // The root of x^n = x + 1, which generalises the golden ratio, for n objectives.
    let mut root = 2.0_f64;
    for _ in 0..60 {
        root = (1.0 + root).powf(1.0 / objectives as f64);
    }
    let mut step = 1.0;
    let mut cuts: Vec<f64> = (1..objectives)
        .map(|_| {
            step /= root;
            ((number as f64 + 1.0) * step).fract()
        })
        .collect();
    cuts.sort_by(f64::total_cmp);
    cuts.push(1.0);
    let mut last = 0.0;
    let gap = |cut: f64| {
        let gap = cut - last;
        last = cut;
        gap
    };
    cuts.into_iter().map(gap).collect()
}

/// Random draws before every place is looked at.
const DRAWS: u64 = 1000;

/// Random draws in a space with constraints that is too large for a look at every place: where one point of ten
/// thousand keeps the constraints, these find it.
const MOST_DRAWS: u64 = 100_000;

/// The most places that are looked at one by one.
const MOST_LISTED: u128 = 1 << 20;

/// A random free place; none where there is none.
fn any_free(known: &Known<'_>, random: &mut Random) -> Result<Option<Place>, SearchError> {
    let count = known.space.count();
    let is_full = count <= known.taken() as u128 && !known.space.plan().has_constraints();
    let draws = if known.space.plan().has_constraints() && count > MOST_LISTED {
        MOST_DRAWS
    } else {
        DRAWS
    };
    if !is_full {
        for _ in 0..draws {
            let place = known.space.random(random);
            if known.is_free(&place) {
                return Ok(Some(place));
            }
        }
    }
    if count > MOST_LISTED {
        let mut taken = known.done.iter().map(|one| &one.place);
        let is_allowed = |place: &Place| known.space.contains(place) && known.space.allows(place);
        if taken.any(is_allowed) {
            return Ok(None);
        }
        return nothing_allowed(known.space, draws, random).map(|()| None);
    }
    let (mut free, mut tried, mut chosen) = (0_u64, 0_u64, None);
    let mut allowed = false;
    known.space.each_place(&mut |place| {
        tried += 1;
        if known.is_free(place) {
            // Each of the free places is as likely.
            free += 1;
            if random.unit() * (free as f64) < 1.0 {
                chosen = Some(place.clone());
            }
        }
        allowed |= known.space.allows(place);
        true
    });
    if allowed {
        Ok(chosen)
    } else {
        nothing_allowed(known.space, tried, random).map(|()| None)
    }
}

/// That a constraint, not the end of the space, leaves nothing to propose.
fn nothing_allowed(
    space: &SearchSpace,
    tried: u64,
    random: &mut Random,
) -> Result<(), SearchError> {
    let mut last = None;
    for _ in 0..DRAWS {
        match space.broken_rule(&space.random(random)) {
            Ok(None) => return Ok(()),
            Ok(Some(reason)) => last = Some(reason.to_owned()),
            Err(panic) => last = Some(panic),
        }
    }
    match last {
        None => Ok(()),
        Some(reason) => Err(SearchError::NothingAllowed { tried, reason }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_cover_all_ratios_evenly() {
        for objectives in 2..=5_usize {
            let all: Vec<Vec<f64>> = (0..2000).map(|n| weights(objectives, n)).collect();
            let is_share = |one: &Vec<f64>| {
                one.len() == objectives
                    && one.iter().all(|x| (0.0..=1.0).contains(x))
                    && (one.iter().sum::<f64>() - 1.0).abs() < 1e-9
            };
            assert!(all.iter().all(is_share));
            // Uniform on the simplex: a weight exceeds t in (1 - t)^(n - 1) of all cases.
            for at in 0..objectives {
                let above = all.iter().filter(|one| one[at] > 0.3).count();
                let expected = 0.7_f64.powf(objectives as f64 - 1.0);
                let share = above as f64 / 2000.0;
                assert!(
                    (share - expected).abs() < 0.03,
                    "{objectives} {at}: {share}"
                );
            }
        }
    }

    #[test]
    fn objectives_count_by_their_range_on_the_front() {
        let done: Vec<Evaluated> = [[0.0, 1.0], [1.0, 0.0], [0.6, 0.6], [500.0, 2.0]]
            .map(|values| Evaluated {
                place: Vec::new(),
                values: values.to_vec(),
            })
            .into();
        for number in 0..20 {
            let [a, b] = <[f64; 2]>::try_from(weights(2, number)).unwrap();
            let values = weighed(&done, number);
            // By hand: each end of the front has the whole weight of the objective where it is the worst.
            assert!((values[0] - 1.05 * b).abs() < 1e-9);
            assert!((values[1] - 1.05 * a).abs() < 1e-9);
            assert!((values[2] - 0.6 * a.max(b) - 0.03).abs() < 1e-9);
        }
        let alone = Evaluated {
            place: Vec::new(),
            values: vec![3.0, 4.0],
        };
        assert!(
            weighed(&[alone.clone(), alone], 1)
                .iter()
                .all(|x| x.is_finite())
        );
    }
}
