use super::super::Reason;
use super::perf::PerfEvent;
use super::usage::{self, Usage};
use crate::var::Counter;

/// A number that only grows, and how far it grew in some pieces of code.
#[derive(Debug)]
pub(super) struct Gauge {
    source: Source,
    /// What one count is in the counter's unit.
    unit: f64,
    /// What an empty piece adds.
    own: f64,
    before: Option<Tick>,
    total: f64,
    fault: Option<Reason>,
}

/// Where the number is read.
#[derive(Debug)]
enum Source {
    Usage(Usage),
    Perf(PerfEvent),
}

/// What was read. The processor counts only so many events at once; the kernel then takes turns, and
/// says for how long an event was wanted and for how long it was counted, both in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) value: u64,
    pub(super) wanted: u64,
    pub(super) counted: u64,
}

impl Tick {
    /// How far the number grew, projected to the whole time where it was counted for a part of it.
    pub(super) fn since(self, before: Self) -> Result<f64, Reason> {
        let grown = self.value.saturating_sub(before.value) as f64;
        let wanted = self.wanted.saturating_sub(before.wanted);
        let counted = self.counted.saturating_sub(before.counted);
        if wanted == counted {
            return Ok(grown);
        }
        if counted == 0 {
            return Err(Reason::Crowded);
        }
        Ok(grown * wanted as f64 / counted as f64)
    }
}

impl Gauge {
    pub(super) fn open(counter: Counter) -> Result<Self, Reason> {
        let source = match usage::of(counter) {
            Some(usage) => Source::Usage(usage?),
            None => Source::Perf(PerfEvent::open(counter)?),
        };
        source.read()?;
        let unit = match counter {
            Counter::CpuTime | Counter::TaskClock => 1e-9,
            _ => 1.0,
        };
        let mut gauge = Self {
            source,
            unit,
            own: 0.0,
            before: None,
            total: 0.0,
            fault: None,
        };
        gauge.own = gauge.empty();
        gauge.reset();
        Ok(gauge)
    }

    /// The least that an empty piece adds.
    fn empty(&mut self) -> f64 {
        const TRIES: u32 = 16;
        let tries = (0..TRIES).map(|_| {
            self.reset();
            self.start();
            self.stop();
            self.total
        });
        tries.reduce(f64::min).unwrap_or(0.0)
    }

    pub(super) fn reset(&mut self) {
        self.before = None;
        self.total = 0.0;
        self.fault = None;
    }

    #[inline]
    pub(super) fn start(&mut self) {
        match self.source.read() {
            Ok(tick) => self.before = Some(tick),
            Err(reason) => self.fault = Some(reason),
        }
    }

    #[inline]
    pub(super) fn stop(&mut self) {
        let now = self.source.read();
        let Some(before) = self.before.take() else {
            return;
        };
        match now.and_then(|now| now.since(before)) {
            Ok(grown) => self.total += (grown - self.own).max(0.0),
            Err(reason) => self.fault = Some(reason),
        }
    }

    /// How far it grew in all pieces, in the counter's unit.
    pub(super) fn total(&self) -> Result<f64, Reason> {
        match &self.fault {
            Some(reason) => Err(reason.clone()),
            None => Ok(self.total * self.unit),
        }
    }
}

impl Source {
    #[inline]
    fn read(&self) -> Result<Tick, Reason> {
        match self {
            Self::Usage(usage) => Ok(Tick {
                value: usage.read()?,
                ..Tick::default()
            }),
            Self::Perf(event) => event.read(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_was_counted_in_turns_is_projected() {
        let at = |value, wanted, counted| Tick {
            value,
            wanted,
            counted,
        };
        assert_eq!(at(150, 0, 0).since(at(100, 0, 0)), Ok(50.0));
        assert_eq!(at(150, 20, 20).since(at(100, 10, 10)), Ok(50.0));
        assert_eq!(at(150, 30, 20).since(at(100, 10, 10)), Ok(100.0));
        assert_eq!(at(100, 30, 10).since(at(100, 10, 10)), Err(Reason::Crowded));
    }
}
