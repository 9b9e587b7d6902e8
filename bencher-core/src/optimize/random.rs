use crate::space::mix;

/// Random numbers of a seed: the `SplitMix64` of Steele, Lea and Flood (2014). The same on every machine.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

/// The step between two states of `SplitMix64`, whose finaliser adds the first.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// The numbers of one proposal of a search.
    pub(super) const fn of(seed: u64, number: u64) -> Self {
        Self(mix(seed ^ mix(number)))
    }

    pub(super) const fn next(&mut self) -> u64 {
        let number = mix(self.0);
        self.0 = self.0.wrapping_add(STEP);
        number
    }

    /// From 0 to below 1.
    pub(super) const fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `count`; 0 for none.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of the count, and bounded by it"
    )]
    pub(super) fn below(&mut self, count: usize) -> usize {
        ((self.unit() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// Whether something with this probability happens.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// From the standard normal distribution, by Box and Muller (1958).
    pub(super) fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// A normal number around `mean` that lies between 0 and 1. Where that is next to impossible, the nearer end.
    pub(super) fn truncated(&mut self, mean: f64, deviation: f64) -> f64 {
        const TRIES: usize = 1000;
        let mut draws = (0..TRIES).map(|_| mean + deviation * self.normal());
        let inside = draws.find(|x| (0.0..=1.0).contains(x));
        inside.unwrap_or_else(|| mean.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_splitmix64() {
        // The first outputs for state 0, as published with the generator.
        let mut random = Random(0);
        let first = [random.next(), random.next(), random.next()];
        assert_eq!(
            first,
            [
                0xe220_a839_7b1d_cdaf,
                0x6e78_9e6a_a1b9_65f4,
                0x06c4_5d18_8009_454f
            ]
        );
    }

    #[test]
    fn normal_numbers_have_mean_and_deviation() {
        let mut random = Random::of(1, 2);
        let all: Vec<f64> = (0..20_000).map(|_| random.normal()).collect();
        let mean = all.iter().sum::<f64>() / 20_000.0;
        let square = all.iter().map(|x| x * x).sum::<f64>() / 20_000.0;
        // Three standard errors: 3 / sqrt(20,000), and 3 sqrt(2) / sqrt(20,000).
        assert!(
            mean.abs() < 0.022 && (square - 1.0).abs() < 0.03,
            "{mean} {square}"
        );
        let inside = (0..1000).map(|_| random.truncated(-5.0, 0.1));
        assert!(inside.into_iter().all(|x| (0.0..=1.0).contains(&x)));
    }
}
