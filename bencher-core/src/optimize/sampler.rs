use std::fmt;
use std::str::FromStr;

use crate::space::DesignPoints;
use crate::var::{Design, UnknownName};

use super::error::SearchError;
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
    /// A Gaussian process with expected improvement (`gp`); with several objectives, of random weightings of them
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
    /// It spreads over the space, before a model has enough points.
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
            let values = weighed(known.done, &mut random);
            let found = process::propose(known, &values, &mut memo.process, &mut random);
            // Of a weighting, the improvement has no unit.
            let is_single = known.objectives() == 1;
            let (place, expected) = found.unzip();
            improvement = expected.filter(|_| is_single);
            (place, Origin::Model)
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
        improvement: None,
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

/// One value from several objectives: the augmented Chebyshev norm with random weights (`ParEGO`, Knowles 2006).
fn weighed(done: &[Evaluated], random: &mut Random) -> Vec<f64> {
    let objectives = done.first().map_or(0, |one| one.values.len());
    if objectives == 1 {
        return done
            .iter()
            .filter_map(|one| one.values.first().copied())
            .collect();
    }
    let mut weights: Vec<f64> = (0..objectives)
        .map(|_| -(1.0 - random.unit()).ln())
        .collect();
    let sum: f64 = weights.iter().sum();
    for weight in &mut weights {
        *weight /= sum;
    }
    let ends: Vec<(f64, f64)> = (0..objectives)
        .map(|at| {
            let finite = done.iter().filter(|one| !one.has_failed());
            let values = finite.filter_map(|one| one.values.get(at));
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(*value), high.max(*value))
            })
        })
        .collect();
    let weighed = |one: &Evaluated| {
        if one.has_failed() {
            return f64::INFINITY;
        }
        let parts = one.values.iter().zip(&ends).zip(&weights);
        let parts = parts
            .map(|((value, (low, high)), weight)| weight * (value - low) / (high - low).max(1e-12));
        let (most, sum) = parts.fold((0.0_f64, 0.0), |(most, sum), part| {
            (most.max(part), sum + part)
        });
        most + 0.05 * sum
    };
    done.iter().map(weighed).collect()
}

/// Random draws before every place is looked at.
const DRAWS: u64 = 1000;

/// The most places that are looked at one by one.
const MOST_LISTED: u128 = 1 << 20;

/// A random free place; none where there is none.
fn any_free(known: &Known<'_>, random: &mut Random) -> Result<Option<Place>, SearchError> {
    let count = known.space.count();
    let is_full = count <= known.taken() as u128 && !known.space.plan().has_constraints();
    if !is_full {
        for _ in 0..DRAWS {
            let place = known.space.random(random);
            if known.is_free(&place) {
                return Ok(Some(place));
            }
        }
    }
    if count > MOST_LISTED {
        return nothing_allowed(known.space, DRAWS, random).map(|()| None);
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
