//! The rounds of one point, and whether it has converged.

use crate::stats::{MISRATE, PointTime, RoundTime, Summary};

use super::rules::{FIRST_LOOK, RoundRules, RoundTarget, StopReason};

/// How near the last three estimates of the noise lie to each other where it has settled.
const SETTLED: f64 = 0.05;

/// The rounds of a point so far.
#[derive(Debug)]
pub(in super::super) struct Point {
    pub(in super::super) number: u64,
    pub(super) rounds: u32,
    pub(super) failed: u32,
    /// After how many rounds it was looked at last.
    looked_at: u32,
    /// The outcomes of the rounds for each timed result.
    pub(super) times: Vec<Vec<RoundTime>>,
    noises: Vec<f64>,
    /// The widest bounds of its results at the last look, as a share of the centre.
    pub(super) width: f64,
    /// Whether its times had several modes then, were preempted, or partly below resolution.
    pub(super) is_unreliable: bool,
    pub(in super::super) stop: Option<StopReason>,
}

impl Point {
    /// A point without rounds.
    pub(super) fn new(number: u64, results: usize) -> Self {
        Self {
            number,
            rounds: 0,
            failed: 0,
            looked_at: 0,
            times: vec![Vec::new(); results],
            noises: Vec::new(),
            width: f64::INFINITY,
            is_unreliable: false,
            stop: None,
        }
    }

    /// Whether the point is done, and why. It checks only at fixed rounds, because frequent checks would stop at a
    /// chance result.
    pub(super) fn judged(&mut self, rules: &RoundRules) -> Option<StopReason> {
        if self.rounds >= rules.rounds.most() {
            return Some(StopReason::Done);
        }
        if self.rounds > 0 && self.failed == self.rounds {
            return Some(StopReason::Failing);
        }
        if rules.best.is_some() {
            return None;
        }
        let is_open = rules.rounds == RoundTarget::AsNeeded;
        let is_look = self.rounds >= FIRST_LOOK && look_after(self.rounds - 1) == self.rounds;
        if !is_open || !is_look || self.looked_at == self.rounds {
            return None;
        }
        self.looked_at = self.rounds;
        let times = self.times.iter().map(|times| PointTime::of(times.clone()));
        let times: Vec<PointTime> = times.collect();
        let found: Vec<Summary> = times
            .iter()
            .filter_map(|time| time.summary(None, MISRATE))
            .collect();
        self.is_unreliable = times.iter().any(PointTime::is_unreliable);
        if found.is_empty() {
            return Some(StopReason::NoTimes);
        }
        let width = |found: &Summary| found.half_width().unwrap_or(f64::INFINITY);
        let before = self.width;
        self.width = found.iter().map(width).fold(0.0, f64::max);
        self.noises
            .push(found.iter().map(|found| found.noise).fold(0.0, f64::max));
        // Narrow bounds of one of several modes, or of what other programs took, do not make a point known.
        if self.is_unreliable {
            return None;
        }
        // Bounds that are near enough by chance are not so twice; those that are near by far need no proof.
        let is_sure = self.width <= rules.precision / 2.0 || before <= rules.precision;
        if self.width <= rules.precision && is_sure && rules.precision > 0.0 {
            return Some(StopReason::Converged(self.width));
        }
        (rules.stop_when_settled && rules.precision > 0.0 && self.has_settled())
            .then_some(StopReason::Settled(self.width))
    }

    fn has_settled(&self) -> bool {
        let Some(latest) = self.noises.last_chunk::<3>() else {
            return false;
        };
        let (least, most) = latest
            .iter()
            .fold((f64::INFINITY, 0.0_f64), |(l, m), x| (l.min(*x), m.max(*x)));
        most - least <= SETTLED * most
    }
}

/// The rounds at which points are looked at: 11, 16, 22, 32, 45, 64, ..., half an octave apart.
pub(super) fn look_after(rounds: u32) -> u32 {
    let mut half_octaves = 1;
    loop {
        let look = (8.0 * 2_f64.powf(f64::from(half_octaves) / 2.0)).floor();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates"
        )]
        let look = look as u32;
        if look > rounds {
            return look.max(FIRST_LOOK);
        }
        half_octaves += 1;
    }
}
