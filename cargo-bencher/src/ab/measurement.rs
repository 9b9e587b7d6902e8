//! The pairs of processes, look after look.

use std::ffi::OsString;
use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use bencher_core::dataset::digits;
use bencher_core::record::SweepRecord;
use bencher_core::regression::{PairedRuns, Reason, RunComparison, Schedule, Verdict};

use super::options::AbOptions;
use super::program::Program;
use super::restriction::{is_open, restriction};

/// Two programs, and what they have measured.
pub(super) struct Measurement<'o> {
    options: &'o AbOptions,
    programs: [Program; 2],
    scratch: &'o Path,
    runs: PairedRuns,
    coin: Coin,
    /// What restricts the programs to the undecided points.
    restriction: Vec<OsString>,
}

impl<'o> Measurement<'o> {
    pub(super) fn new(options: &'o AbOptions, programs: [Program; 2], scratch: &'o Path) -> Self {
        Self {
            options,
            programs,
            scratch,
            runs: PairedRuns::default(),
            coin: Coin::new(),
            restriction: Vec::new(),
        }
    }

    /// Measures until every point is decided, or the pairs are used up.
    pub(super) fn run(mut self) -> Result<RunComparison, String> {
        let clock = Instant::now();
        self.pair()?;
        let family = self.runs.family(&self.options.output.compare);
        let schedule = Schedule::new(family, self.options.pairs).map_err(|reason| match reason {
            Reason::TooFewPairs { have, needed } => format!(
                "{} points need {needed} pairs or more for verdicts that are wrong in {} % of all \
                 comparisons at most; there would be {have}: raise `--pairs`, or compare fewer points",
                family.points(),
                digits(family.rate() * 100.0, 15)
            ),
            other => other.to_string(),
        })?;
        let first = schedule.pairs().first().copied().unwrap_or(1);
        eprintln!(
            "{} points; {first} to {} pairs, a pair takes {:.1} s",
            family.points(),
            self.options.pairs,
            clock.elapsed().as_secs_f64()
        );
        let names = self.programs.clone().map(|program| program.name);
        let mut look = 0;
        loop {
            let pairs = schedule.pairs().get(look).copied().unwrap_or(0);
            while self.runs.pairs() < pairs {
                self.pair()?;
            }
            let compare = &self.options.output.compare;
            let names = (names[0].as_str(), names[1].as_str());
            let found = self.runs.look(names, &schedule, look, compare);
            look += 1;
            let open = open_points(&found);
            let is_open_together = has_open_group(&found);
            eprintln!(
                "{pairs} pairs: {open} of {} points undecided{}",
                family.points(),
                if is_open_together {
                    ", and all points together"
                } else {
                    ""
                }
            );
            if look == schedule.pairs().len() || (open == 0 && !is_open_together) {
                return Ok(found);
            }
            self.restriction = restriction(&found);
        }
    }

    /// Starts both programs, in an order that a coin gives.
    fn pair(&mut self) -> Result<(), String> {
        let base_first = self.coin.toss();
        let [base, candidate] = self.programs.clone();
        let (base, candidate) = if base_first {
            let base = self.measure(&base)?;
            (base, self.measure(&candidate)?)
        } else {
            let candidate = self.measure(&candidate)?;
            (self.measure(&base)?, candidate)
        };
        self.runs.add(&base, &candidate);
        Ok(())
    }

    fn measure(&mut self, program: &Program) -> Result<Vec<SweepRecord>, String> {
        let further = |restriction: &[OsString]| -> Vec<OsString> {
            let arguments = self.options.arguments.iter().map(Into::into);
            arguments.chain(restriction.iter().cloned()).collect()
        };
        if !self.restriction.is_empty() {
            let restricted = program.measure(self.scratch, &further(&self.restriction));
            match restricted {
                Ok(records) => return Ok(records),
                // Not every grid can be restricted; all of it can be measured.
                Err(_) => self.restriction.clear(),
            }
        }
        program.measure(self.scratch, &further(&[]))
    }
}

fn open_points(found: &RunComparison) -> usize {
    let points = found.results().flat_map(|(_, result)| &result.points);
    points.filter(|point| is_open(point)).count()
}

fn has_open_group(found: &RunComparison) -> bool {
    let groups = found.results().flat_map(|(_, result)| &result.groups);
    let mut of_all = groups.filter(|group| group.level.is_none());
    of_all.any(|group| group.judgement.verdict == Verdict::Undecided)
}

/// Random bits, so that neither program is always the first of its pair: Vigna's splitmix64 (2015).
struct Coin(u64);

impl Coin {
    fn new() -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self(u64::from(now.subsec_nanos()) ^ (u64::from(std::process::id()) << 32) ^ now.as_secs())
    }

    fn toss(&mut self) -> bool {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coin_is_fair() {
        let mut coin = Coin(7);
        let heads = (0..10_000).filter(|_| coin.toss()).count();
        assert!((4_800..5_200).contains(&heads), "{heads}");
    }
}
