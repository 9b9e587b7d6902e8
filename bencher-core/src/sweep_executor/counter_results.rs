//! Results whose values come from counters.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use crate::job::Sample;
use crate::measure::{Meter, Reason};
use crate::value::{Kind, Value};
use crate::var::{Counter, Schema};

use crate::plan::recorded_results;
use crate::result_collector::MissingReason;

/// A result whose counter was unavailable, with the reason.
///
/// ```
/// use bencher_core::measure::Reason;
/// use bencher_core::sweep_executor::UncountedResult;
/// let uncounted = UncountedResult { result: "cycles".to_owned(), reason: Reason::NoHardware };
/// assert!(uncounted.to_string().starts_with("`cycles` was not counted: this machine shows no"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UncountedResult {
    /// The result.
    pub result: String,
    /// The reason.
    pub reason: Reason,
}

impl std::fmt::Display for UncountedResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` was not counted: {}", self.result, self.reason)
    }
}

/// The results of a sweep that counters fill, and the meter that counts for them.
#[derive(Debug)]
pub(crate) struct CounterResults {
    results: Vec<CountedResult>,
    meter: Mutex<Turn>,
    /// Notified when a sample returns the meter.
    is_free: Condvar,
    /// Why the last sample has no number, by the position in a sample.
    missed: Mutex<BTreeMap<usize, Reason>>,
}

/// The owner of the meter: one sample at a time, since some counters count for the whole process.
#[derive(Debug, Default)]
struct Turn {
    /// Made by the thread that uses it, because the kernel counts for that one.
    meter: Option<(ThreadId, RefCell<Meter>)>,
    /// The number of the sample that has it, and when that sample is abandoned if it has not ended.
    owner: Option<(u64, Option<Instant>)>,
    samples: u64,
}

#[derive(Debug)]
struct CountedResult {
    position: usize,
    name: &'static str,
    kind: Kind,
    counter: Counter,
}

/// The meter, taken while a sample is.
pub(super) struct MeterGuard<'a> {
    counted: &'a CounterResults,
    number: u64,
    meter: Option<(ThreadId, RefCell<Meter>)>,
}

impl MeterGuard<'_> {
    pub(super) fn meter(&self) -> Option<&RefCell<Meter>> {
        self.meter.as_ref().map(|(_, meter)| meter)
    }
}

impl Drop for MeterGuard<'_> {
    fn drop(&mut self) {
        let mut turn = self.counted.turn();
        // An abandoned sample has lost its turn.
        if turn.owner.is_some_and(|(number, _)| number == self.number) {
            turn.owner = None;
            turn.meter = self.meter.take();
            drop(turn);
            self.counted.is_free.notify_one();
        }
    }
}

impl CounterResults {
    /// None where no result is counted.
    pub(super) fn of(schema: &Schema) -> Option<Arc<Self>> {
        let results: Vec<CountedResult> = recorded_results(schema)
            .enumerate()
            .filter_map(|(position, (_, var))| {
                Some(CountedResult {
                    position,
                    name: var.name,
                    kind: var.kind,
                    counter: var.counter?,
                })
            })
            .collect();
        (!results.is_empty()).then(|| {
            Arc::new(Self {
                results,
                meter: Mutex::default(),
                is_free: Condvar::new(),
                missed: Mutex::default(),
            })
        })
    }

    /// The meter, with nothing counted, for a sample that may take so long.
    pub(super) fn acquire(&self, time_left: Option<Duration>) -> MeterGuard<'_> {
        let here = thread::current().id();
        let mut turn = self.turn();
        while let Some((_, until)) = turn.owner {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            turn = match left {
                Some(Duration::ZERO) => break,
                Some(left) => {
                    let woken = self.is_free.wait_timeout(turn, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self
                    .is_free
                    .wait(turn)
                    .unwrap_or_else(PoisonError::into_inner),
            };
        }
        turn.samples += 1;
        let number = turn.samples;
        turn.owner = Some((
            number,
            time_left.and_then(|left| Instant::now().checked_add(left)),
        ));
        let mut held = turn.meter.take();
        drop(turn);
        match &mut held {
            Some((thread, meter)) if *thread == here => meter.get_mut().reset(),
            other => {
                let counters: Vec<Counter> = self.results.iter().map(|r| r.counter).collect();
                *other = Some((here, RefCell::new(Meter::new(&counters))));
            }
        }
        MeterGuard {
            counted: self,
            number,
            meter: held,
        }
    }

    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts what was counted into the results that the benchmark left unset.
    pub(super) fn fill(&self, sample: &mut Sample, meter: &Meter) {
        for (result, reading) in self.results.iter().zip(meter.readings()) {
            if let Some(unset @ None) = sample.get_mut(result.position) {
                match &reading.value {
                    Ok(number) => *unset = Some(value_of(result.kind, *number)),
                    Err(reason) => {
                        self.missed().insert(result.position, reason.clone());
                    }
                }
            }
        }
    }

    /// The source of the reasons why counters are unavailable.
    pub(super) fn missing_reason(self: &Arc<Self>) -> MissingReason {
        let counted = Arc::clone(self);
        MissingReason(Arc::new(move |position, is_stored| {
            counted.reason(position, is_stored)
        }))
    }

    /// Why a result of a sample, by its position there, has no number; none where nothing is counted for it.
    fn reason(&self, position: usize, is_stored: bool) -> Option<Arc<str>> {
        self.results
            .iter()
            .find(|result| result.position == position)?;
        if is_stored {
            return Some(
                "it was not counted when the sample was stored; overwrite the sample to count it"
                    .into(),
            );
        }
        let missed = self.missed();
        missed
            .get(&position)
            .map(|reason| reason.to_string().into())
    }

    /// The results that were not counted in some sample.
    pub(super) fn uncounted(&self) -> Vec<UncountedResult> {
        let missed = self.missed();
        let results = self.results.iter();
        results
            .filter_map(|result| {
                Some(UncountedResult {
                    result: result.name.to_owned(),
                    reason: missed.get(&result.position)?.clone(),
                })
            })
            .collect()
    }

    fn missed(&self) -> MutexGuard<'_, BTreeMap<usize, Reason>> {
        self.missed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A number as a result holds it: counts are rounded where it is a whole number.
fn value_of(kind: Kind, number: f64) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count, which `as` keeps in range"
    )]
    match kind {
        Kind::Uint(_) => Value::from(number.round() as u64),
        _ => Value::from(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abandoned_sample_keeps_no_other_waiting() {
        let counted = CounterResults {
            results: Vec::new(),
            meter: Mutex::default(),
            is_free: Condvar::new(),
            missed: Mutex::default(),
        };
        let late = counted.acquire(Some(Duration::ZERO));
        let next = counted.acquire(None);
        assert!(late.meter().is_some() && next.meter().is_some());
        drop(late);
        assert!(counted.turn().owner.is_some(), "the turn is the next one's");
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| counted.acquire(None).number);
            drop(next);
            assert_eq!(waiting.join().unwrap(), 3);
        });
    }

    #[test]
    fn counts_are_rounded_to_whole_results() {
        assert_eq!(value_of(Kind::Uint(64), 1.5), Value::from(2));
        assert_eq!(value_of(Kind::Uint(64), -1.0), Value::from(0));
        assert_eq!(value_of(Kind::Float(64), 1.5), Value::from(1.5));
    }
}
