//! The pairs of processes, look after look.

use std::ffi::OsString;
use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use bencher_core::dataset::digits;
use bencher_core::record::SweepRecord;
use bencher_core::regression::{PairedRuns, Reason, RunComparison, Schedule, Verdict};

use crate::stop::Stop;
use crate::text::counted;

use super::options::MeasurementOptions;
use super::program::Program;
use super::restriction::{is_open, restriction};

/// Two programs, and what they have measured.
pub(super) struct Measurement<'o> {
    options: &'o MeasurementOptions,
    programs: [Program; 2],
    scratch: &'o Path,
    stop: &'o Stop,
    runs: PairedRuns,
    coin: Coin,
    /// What restricts the programs to the undecided points.
    restriction: Vec<OsString>,
}

/// How a measurement ended.
#[derive(Debug)]
pub(super) enum Measured {
    /// With the verdicts of its last look.
    Whole(RunComparison),
    /// The user stopped it after some pairs; the latest look, if there was one.
    Interrupted {
        pairs: usize,
        looked: Option<RunComparison>,
    },
}

impl<'o> Measurement<'o> {
    pub(super) fn new(
        options: &'o MeasurementOptions,
        programs: [Program; 2],
        scratch: &'o Path,
        stop: &'o Stop,
    ) -> Self {
        Self {
            options,
            programs,
            scratch,
            stop,
            runs: PairedRuns::default(),
            coin: Coin::new(),
            restriction: Vec::new(),
        }
    }

    /// Measures until every point is decided, or `is_enough`, or the pairs are used up, or the user stops it.
    ///
    /// # Errors
    /// Where a program fails, or the pairs are too few for any verdict.
    pub(super) fn run(
        mut self,
        is_enough: &dyn Fn(&RunComparison) -> bool,
    ) -> Result<Measured, String> {
        let mut looked = None;
        match self.looks(is_enough, &mut looked) {
            Ok(()) => looked
                .map(Measured::Whole)
                .ok_or_else(|| "there was no look at the pairs".to_owned()),
            Err(_) if self.stop.is_requested() => Ok(Measured::Interrupted {
                pairs: self.runs.pairs(),
                looked,
            }),
            Err(error) => Err(error),
        }
    }

    /// Looks at more and more pairs; `looked` is what the latest look found.
    fn looks(
        &mut self,
        is_enough: &dyn Fn(&RunComparison) -> bool,
        looked: &mut Option<RunComparison>,
    ) -> Result<(), String> {
        let clock = Instant::now();
        self.pair()?;
        let compare = self.options.output.compare;
        let family = self.runs.family(&compare);
        let schedule = Schedule::new(family, self.options.pairs).map_err(|reason| match reason {
            Reason::TooFewPairs { have, needed } => format!(
                "{} {} {needed} pairs or more for verdicts that are wrong in {} % of all \
                 comparisons at most; there would be {have}: raise `--pairs`, or compare fewer points",
                counted(family.points(), "point"),
                if family.points() == 1 { "needs" } else { "need" },
                digits(family.rate() * 100.0, 15)
            ),
            other => other.to_string(),
        })?;
        let first = schedule.pairs().first().copied().unwrap_or(1);
        eprintln!(
            "{}; {first} to {} pairs, a pair takes {:.1} s",
            counted(family.points(), "point"),
            self.options.pairs,
            clock.elapsed().as_secs_f64()
        );
        let names = self.programs.clone().map(|program| program.name);
        for (look, pairs) in schedule.pairs().iter().enumerate() {
            while self.runs.pairs() < *pairs {
                self.pair()?;
            }
            let names = (names[0].as_str(), names[1].as_str());
            let found = self.runs.look(names, &schedule, look, &compare);
            let open = open_points(&found);
            let is_open_together = has_open_group(&found);
            eprintln!(
                "{pairs} pairs: {open} of {} undecided{}",
                counted(family.points(), "point"),
                if is_open_together {
                    ", and all points together"
                } else {
                    ""
                }
            );
            let is_decided = open == 0 && !is_open_together;
            let is_over = is_decided || is_enough(&found);
            if !is_over {
                self.restriction = restriction(&found);
            }
            *looked = Some(found);
            if is_over {
                break;
            }
        }
        Ok(())
    }

    /// Starts both programs, in an order that a coin gives.
    fn pair(&mut self) -> Result<(), String> {
        if self.stop.is_requested() {
            return Err("interrupted".to_owned());
        }
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
            let further = further(&self.restriction);
            match program.measure(self.scratch, &further, self.stop) {
                Ok(records) => return Ok(records),
                Err(error) if self.stop.is_requested() => return Err(error),
                // Not every grid can be restricted; all of it can be measured.
                Err(_) => self.restriction.clear(),
            }
        }
        program.measure(self.scratch, &further(&[]), self.stop)
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
