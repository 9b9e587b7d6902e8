use super::super::Reason;
use super::perf::PerfEvent;
use super::tick::Tick;
use super::usage::{self, Usage};
use crate::var::Counter;

/// A number that only grows, and how far it grew in some pieces of code.
#[derive(Debug)]
pub(super) struct Gauge {
    source: Source,
    /// The size of one count in the counter's unit.
    unit: f64,
    /// The overhead: the count of an empty piece, with all gauges that are read around it.
    own: Option<f64>,
    before: Option<Tick>,
    /// How far it grew in all pieces.
    grown: Tick,
    pieces: u32,
    fault: Option<Reason>,
}

/// Where the number is read.
#[derive(Debug)]
enum Source {
    Usage(Usage),
    Perf(PerfEvent),
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
        Ok(Self {
            source,
            unit,
            own: None,
            before: None,
            grown: Tick::default(),
            pieces: 0,
            fault: None,
        })
    }

    /// Takes what it grew in the pieces since the last reset, which were empty, for what each adds, unless an earlier
    /// try found less; a try that could not be counted says nothing.
    pub(super) fn calibrate(&mut self) {
        if let Ok(grown) = self.grown.projected() {
            let own = grown / f64::from(self.pieces.max(1));
            self.own = Some(self.own.map_or(own, |least| least.min(own)));
        }
    }

    pub(super) fn reset(&mut self) {
        self.before = None;
        self.grown = Tick::default();
        self.pieces = 0;
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
        match now {
            Ok(now) => {
                self.grown = self.grown.and(now.since(before));
                self.pieces = self.pieces.saturating_add(1);
            }
            Err(reason) => self.fault = Some(reason),
        }
    }

    /// How far it grew in all pieces, in the counter's unit.
    pub(super) fn total(&self) -> Result<f64, Reason> {
        match &self.fault {
            Some(reason) => Err(reason.clone()),
            None => {
                let own = self.own.unwrap_or(0.0) * f64::from(self.pieces);
                Ok((self.grown.projected()? - own).max(0.0) * self.unit)
            }
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
        let grown = |now: Tick, before| now.since(before).projected();
        assert_eq!(grown(at(150, 0, 0), at(100, 0, 0)), Ok(50.0));
        assert_eq!(grown(at(150, 20, 20), at(100, 10, 10)), Ok(50.0));
        assert_eq!(grown(at(150, 30, 20), at(100, 10, 10)), Ok(100.0));
        let crowded = at(100, 30, 10).since(at(100, 10, 10));
        assert_eq!(crowded.projected(), Err(Reason::Crowded));
        let other = at(150, 30, 30).since(at(100, 10, 10));
        assert_eq!(
            crowded.and(other).projected(),
            Ok(100.0),
            "of two pieces one was counted"
        );
    }
}
