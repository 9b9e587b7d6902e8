//! Bodies whose times are drawn, and the machines that they seem to run on.

use super::random::Random;

/// How the times of a body vary. Where nothing else is said, 2 % of normal jitter in each call comes on top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// 2 % of normal jitter in each call.
    Steady,
    /// Log-normal, 30 % in each call.
    Noisy,
    /// One call in ten takes twice as long.
    Bimodal,
    /// 0.1 % of jitter, and ten times a second an interruption of 1 ms on average.
    Interrupted,
    /// Slower by 10 % over a second.
    Drift,
    /// A machine whose speed wanders by 2 %; what it is off by is forgotten within so many milliseconds.
    Wandering(f64),
    /// A machine with two speeds, 10 % apart, that it keeps for so many milliseconds on average; three
    /// tenths of the time it is slow.
    TwoSpeeds(f64),
}

pub const SHAPES: [Shape; 10] = [
    Shape::Steady,
    Shape::Noisy,
    Shape::Bimodal,
    Shape::Interrupted,
    Shape::Drift,
    Shape::Wandering(1.0),
    Shape::Wandering(10.0),
    Shape::Wandering(100.0),
    Shape::Wandering(1000.0),
    Shape::TwoSpeeds(10.0),
];

const INTERRUPTIONS_PER_SECOND: f64 = 10.0;
const INTERRUPTION_NS: f64 = 1e6;
const DRIFT_PER_SECOND: f64 = 0.1;
const SIGMA: f64 = 0.3;
const SLOW_SHARE: f64 = 0.3;
const SLOWNESS: f64 = 1.1;

impl Shape {
    pub fn name(self) -> String {
        match self {
            Self::Steady => "steady, 2 % jitter".to_owned(),
            Self::Noisy => "noisy, log-normal 30 %".to_owned(),
            Self::Bimodal => "bimodal, one call in ten twice as long".to_owned(),
            Self::Interrupted => "interrupted for 1 ms ten times a second".to_owned(),
            Self::Drift => "slower by 10 % over the second".to_owned(),
            Self::Wandering(ms) => format!("speed wanders by 2 %, over {ms} ms"),
            Self::TwoSpeeds(ms) => format!("two speeds 10 % apart, some {ms} ms each"),
        }
    }

    /// The times that calls really take over the undisturbed one, where there are several.
    pub const fn modes(self) -> &'static [f64] {
        match self {
            Self::Bimodal => &[1.0, 2.0],
            Self::TwoSpeeds(_) => &[1.0, SLOWNESS],
            _ => &[],
        }
    }

    /// The mean of a call over its undisturbed time, where that is the same at all times.
    pub fn mean(self, base_ns: f64) -> Option<f64> {
        match self {
            Self::Steady | Self::Wandering(_) => Some(1.0),
            Self::Noisy => Some((SIGMA * SIGMA / 2.0).exp()),
            Self::Bimodal => Some(1.1),
            Self::Interrupted => {
                Some(1.0 + interruptions_per_call(base_ns) * INTERRUPTION_NS / base_ns)
            }
            Self::TwoSpeeds(_) => Some(1.0 + SLOW_SHARE * (SLOWNESS - 1.0)),
            Self::Drift => None,
        }
    }
}

/// An interruption does not depend on what it interrupts.
fn interruptions_per_call(base_ns: f64) -> f64 {
    INTERRUPTIONS_PER_SECOND * base_ns / 1e9
}

/// A machine that runs calls one after the other.
#[derive(Clone, Debug)]
pub struct Machine {
    shape: Shape,
    base_ns: f64,
    random: Random,
    /// What all calls took.
    spent_ns: f64,
    /// How far a wandering speed is off, in standard deviations.
    off: f64,
    is_slow: bool,
}

impl Machine {
    /// On which a call takes so long where nothing disturbs it.
    pub fn new(shape: Shape, base_ns: f64, seed: u64) -> Self {
        let mut random = Random(seed);
        // A machine does not begin to run when it is looked at.
        let off = random.normal();
        let is_slow = random.unit() < SLOW_SHARE;
        Self {
            shape,
            base_ns,
            random,
            spent_ns: 0.0,
            off,
            is_slow,
        }
    }

    /// What the next call takes, in nanoseconds.
    pub fn call(&mut self) -> f64 {
        let random = &mut self.random;
        let factor = match self.shape {
            Shape::Steady => 1.0 + 0.02 * random.normal(),
            Shape::Noisy => (SIGMA * random.normal()).exp(),
            Shape::Bimodal => {
                if random.unit() < 0.1 {
                    2.0
                } else {
                    1.0
                }
            }
            Shape::Interrupted => {
                let usual = 1.0 + 0.001 * random.normal();
                if random.unit() < interruptions_per_call(self.base_ns) {
                    usual + random.exponential() * INTERRUPTION_NS / self.base_ns
                } else {
                    usual
                }
            }
            Shape::Drift => {
                (1.0 + DRIFT_PER_SECOND * self.spent_ns / 1e9) * (1.0 + 0.02 * random.normal())
            }
            Shape::Wandering(ms) => {
                let kept = (-self.base_ns / (ms * 1e6)).exp();
                self.off = kept * self.off + (1.0 - kept * kept).sqrt() * random.normal();
                (1.0 + 0.02 * self.off) * (1.0 + 0.02 * random.normal())
            }
            Shape::TwoSpeeds(ms) => {
                // `ms` is the mean of both; the slow speed is kept for three tenths of their sum.
                let share = if self.is_slow {
                    SLOW_SHARE
                } else {
                    1.0 - SLOW_SHARE
                };
                if random.unit() < self.base_ns / (2.0 * share * ms * 1e6) {
                    self.is_slow = !self.is_slow;
                }
                let speed = if self.is_slow { SLOWNESS } else { 1.0 };
                speed * (1.0 + 0.02 * random.normal())
            }
        };
        let time = factor.max(0.01) * self.base_ns;
        self.spent_ns += time;
        time
    }

    /// What so many calls take together on average, in nanoseconds, as if they had been run.
    pub fn skip(&mut self, calls: u64) -> f64 {
        let now = 1.0 + DRIFT_PER_SECOND * self.spent_ns / 1e9;
        let mean = self.shape.mean(self.base_ns).unwrap_or(now);
        let time = calls as f64 * mean * self.base_ns;
        self.spent_ns += time;
        time
    }

    /// What all calls took, in nanoseconds.
    pub fn spent_ns(&self) -> f64 {
        self.spent_ns
    }
}
