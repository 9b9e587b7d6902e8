//! Counters beside the time: CPU time, allocations, memory, events of the processor and the kernel.
//!
//! A [`Meter`] reads them around a timed piece of code, outside the timed part:
//!
//! ```
//! use bencher_core::measure::Meter;
//! use bencher_core::var::Counter;
//! let mut meter = Meter::new(&[Counter::CpuTime, Counter::PageFaults, Counter::Instructions]);
//! meter.start();
//! for n in 0..1000_u64 {
//!     std::hint::black_box(n.pow(3));
//! }
//! meter.stop(1000);
//! for reading in meter.readings() {
//!     match &reading.value {
//!         Ok(value) => println!("{}: {value} per iteration", reading.counter.name()),
//!         Err(reason) => println!("{}: {reason}", reading.counter.name()),
//!     }
//! }
//! assert_eq!(meter.readings().len(), 3);
//! ```

mod gauge;
#[cfg_attr(not(target_os = "linux"), path = "no_perf.rs")]
mod perf;
mod tick;
#[cfg_attr(not(unix), path = "no_usage.rs")]
mod usage;

use std::time::Duration;

use super::{AllocationRegion, Allocations, Reason, peak_resident, reset_peak_resident};
use crate::var::Counter;
use gauge::Gauge;
pub(crate) use usage::core_use;
#[cfg(unix)]
pub(crate) use usage::cpu_time;

/// The value of a counter for one iteration, or the reason why there is none.
///
/// ```
/// use bencher_core::measure::{Reading, Reason};
/// use bencher_core::var::Counter;
/// let reading = Reading { counter: Counter::Cycles, value: Err(Reason::NoHardware) };
/// assert!(reading.value.is_err_and(|reason| reason.to_string().contains("hypervisor")));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The counter.
    pub counter: Counter,
    /// Its value per iteration, in the counter's [unit](Counter::units).
    pub value: Result<f64, Reason>,
}

/// Reads counters around a timed piece of code.
///
/// Several pieces, from [`start`](Self::start) to [`stop`](Self::stop), add up until [`reset`](Self::reset). The meter
/// measures the overhead of its own readings when it is made, and subtracts it. The kernel counts its events
/// (`instructions` to `cache_misses`, `cpu_migrations`, `task_clock`) for the thread that made the meter, and for
/// threads that this thread starts later.
///
/// See the [module](self) for an example.
#[derive(Debug)]
pub struct Meter {
    gauges: Vec<(usize, Gauge)>,
    allocations: Option<AllocationTotals>,
    resident: Option<Peak>,
    iterations: u64,
    readings: Vec<Reading>,
}

/// The allocations of the pieces so far.
#[derive(Debug, Default)]
struct AllocationTotals {
    region: Option<AllocationRegion>,
    count: f64,
    bytes: f64,
    peak: f64,
    cost: Duration,
    fault: Option<Reason>,
}

/// The peak of the pieces so far.
#[derive(Debug, Default)]
struct Peak {
    bytes: u64,
    fault: Option<Reason>,
}

impl Meter {
    /// Makes a meter of some counters. An unavailable counter keeps the reason.
    ///
    /// It takes some microseconds for each counter, and a millisecond for the first meter of the process that counts
    /// allocations.
    pub fn new(counters: &[Counter]) -> Self {
        let mut meter = Self {
            gauges: Vec::new(),
            allocations: None,
            resident: None,
            iterations: 0,
            readings: Vec::new(),
        };
        for (place, counter) in counters.iter().copied().enumerate() {
            let available = meter.add(place, counter);
            meter.readings.push(Reading {
                counter,
                value: Err(available.err().unwrap_or(Reason::NothingTimed)),
            });
        }
        meter.calibrate();
        meter
    }

    /// Finds what reading the counters adds to each: the least that an empty piece does.
    fn calibrate(&mut self) {
        const TRIES: u32 = 16;
        for _ in 0..TRIES {
            self.reset();
            self.start();
            self.stop(1);
            for (_, gauge) in &mut self.gauges {
                gauge.calibrate();
            }
        }
        self.reset();
    }

    fn add(&mut self, place: usize, counter: Counter) -> Result<(), Reason> {
        match counter {
            Counter::Allocations | Counter::AllocatedBytes | Counter::PeakBytes => {
                if !super::is_counting_allocator_installed() {
                    return Err(Reason::NoAllocator);
                }
                self.allocations.get_or_insert_default();
            }
            Counter::PeakResident => {
                reset_peak_resident()?;
                peak_resident()?;
                self.resident = Some(Peak::default());
            }
            _ => self.gauges.push((place, Gauge::open(counter)?)),
        }
        Ok(())
    }

    /// The unavailable counters, with the reason.
    pub fn unavailable(&self) -> impl Iterator<Item = &Reading> {
        self.readings
            .iter()
            .filter(|reading| !matches!(reading.value, Ok(_) | Err(Reason::NothingTimed)))
    }

    /// Resets all counts.
    pub fn reset(&mut self) {
        self.iterations = 0;
        for (place, gauge) in &mut self.gauges {
            gauge.reset();
            set(&mut self.readings, *place, Err(Reason::NothingTimed));
        }
        if let Some(counted) = &mut self.allocations {
            *counted = AllocationTotals::default();
        }
        if let Some(peak) = &mut self.resident {
            *peak = Peak::default();
        }
        self.read_memory();
    }

    /// Starts to count a piece.
    pub fn start(&mut self) {
        // In this order, reading one counter adds the least to the other.
        if let Some(peak) = &mut self.resident {
            peak.fault = peak.fault.take().or(reset_peak_resident().err());
        }
        for (_, gauge) in &mut self.gauges {
            gauge.start();
        }
        if let Some(counted) = &mut self.allocations {
            // One that was left open by a panic is closed first.
            counted.region = None;
            match AllocationRegion::start() {
                Ok(region) => counted.region = Some(region),
                Err(reason) => counted.fault = Some(reason),
            }
        }
    }

    /// Ends a piece that ran the given number of iterations.
    pub fn stop(&mut self, iterations: u64) {
        if let Some(counted) = &mut self.allocations
            && let Some(region) = counted.region.take()
        {
            counted.add(&region.stop(), iterations);
        }
        for (_, gauge) in self.gauges.iter_mut().rev() {
            gauge.stop();
        }
        if let Some(peak) = &mut self.resident {
            match peak_resident() {
                Ok(bytes) => peak.bytes = peak.bytes.max(bytes),
                Err(reason) => peak.fault = Some(reason),
            }
        }
        self.iterations = self.iterations.saturating_add(iterations);
        self.read();
    }

    /// The readings of all pieces since the last [`reset`](Self::reset), in the order of the counters.
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// The time that counting allocations took in the last piece, to be subtracted from the time of the piece.
    pub fn cost(&self) -> Duration {
        self.allocations
            .as_ref()
            .map_or(Duration::ZERO, |counted| counted.cost)
    }

    fn read(&mut self) {
        let iterations = self.iterations.max(1) as f64;
        for (place, gauge) in &self.gauges {
            let value = gauge.total().map(|total| total / iterations);
            set(&mut self.readings, *place, value);
        }
        self.read_memory();
    }

    fn read_memory(&mut self) {
        let (nothing, iterations) = (self.iterations == 0, self.iterations.max(1) as f64);
        for reading in &mut self.readings {
            let of_allocations = |value: fn(&AllocationTotals) -> f64| {
                let counted = self.allocations.as_ref();
                counted.map(|counted| counted.fault.clone().map_or(Ok(value(counted)), Err))
            };
            let found =
                match reading.counter {
                    Counter::Allocations => of_allocations(|counted| counted.count)
                        .map(|sum| sum.map(|x| x / iterations)),
                    Counter::AllocatedBytes => of_allocations(|counted| counted.bytes)
                        .map(|sum| sum.map(|x| x / iterations)),
                    Counter::PeakBytes => of_allocations(|counted| counted.peak),
                    Counter::PeakResident => self
                        .resident
                        .as_ref()
                        .map(|peak| peak.fault.clone().map_or(Ok(peak.bytes as f64), Err)),
                    _ => None,
                };
            if let Some(value) = found {
                reading.value = if nothing {
                    Err(Reason::NothingTimed)
                } else {
                    value
                };
            }
        }
    }
}

impl AllocationTotals {
    fn add(&mut self, piece: &Allocations, iterations: u64) {
        self.count += piece.count as f64;
        self.bytes += piece.bytes as f64;
        self.peak = self.peak.max(piece.peak_per_iteration(iterations));
        self.cost = Duration::try_from_secs_f64(piece.cost_s).unwrap_or_default();
    }
}

fn set(readings: &mut [Reading], place: usize, value: Result<f64, Reason>) {
    if let Some(reading) = readings.get_mut(place) {
        reading.value = value;
    }
}

#[cfg(test)]
mod tests;
