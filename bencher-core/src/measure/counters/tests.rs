use std::hint::black_box;

use super::*;

fn work() {
    let mut x = 1_u64;
    for n in 0..2_000_000 {
        x = black_box(x.wrapping_mul(31).wrapping_add(n));
    }
}

fn value(meter: &Meter, counter: Counter) -> &Result<f64, Reason> {
    let mut found = meter.readings().iter();
    &found
        .find(|reading| reading.counter == counter)
        .unwrap()
        .value
}

#[test]
fn nothing_is_read_before_something_was_timed_or_after_a_reset() {
    let mut meter = Meter::new(&[Counter::PageFaults]);
    let nothing = Err(Reason::NothingTimed);
    if cfg!(unix) {
        assert_eq!(meter.readings()[0].value, nothing);
        meter.start();
        meter.stop(1);
        assert!(meter.readings()[0].value.is_ok());
        meter.reset();
        assert_eq!(meter.readings()[0].value, nothing);
    }
}

/// Software events exist wherever the kernel has perf events; where it has none, or does not allow them,
/// there is a reason.
#[cfg(target_os = "linux")]
#[test]
fn the_time_on_a_core_is_counted() {
    let mut meter = Meter::new(&[Counter::CpuTime, Counter::TaskClock, Counter::CpuMigrations]);
    meter.start();
    work();
    meter.stop(10);
    let cpu = value(&meter, Counter::CpuTime).clone().unwrap();
    assert!(cpu > 0.0 && cpu < 1.0, "{cpu} s an iteration");
    match value(&meter, Counter::TaskClock) {
        // Other tests run in this process, so that its time is at least that of this thread.
        Ok(clock) => assert!(
            *clock > 0.0 && *clock <= cpu * 1.1 + 1e-5,
            "{clock} of {cpu}"
        ),
        Err(reason) => assert!(is_refusal(reason), "{reason}"),
    }
    match value(&meter, Counter::CpuMigrations) {
        Ok(moves) => assert!(*moves >= 0.0 && *moves < 100.0, "{moves}"),
        Err(reason) => assert!(is_refusal(reason), "{reason}"),
    }
}

#[cfg(target_os = "linux")]
fn is_refusal(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::NotAllowed { .. } | Reason::Sandbox | Reason::NoPerfEvents
    )
}

#[cfg(target_os = "linux")]
#[test]
fn hardware_counts_or_says_why_not() {
    let mut meter = Meter::new(&[Counter::Instructions, Counter::BranchMisses]);
    meter.start();
    work();
    meter.stop(2_000_000);
    match value(&meter, Counter::Instructions) {
        Ok(count) => assert!(*count > 1.0 && *count < 100.0, "{count}"),
        Err(reason) => {
            assert!(
                *reason == Reason::NoHardware || is_refusal(reason),
                "{reason}"
            );
            assert_eq!(meter.unavailable().count(), 2);
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn pages_that_are_touched_first_are_counted() {
    let mut meter = Meter::new(&[Counter::PageFaults, Counter::PeakResident]);
    meter.start();
    let block = black_box(vec![1_u8; 32 << 20]);
    meter.stop(1);
    let faults = value(&meter, Counter::PageFaults).clone().unwrap();
    // Huge pages of 2 MiB are the fewest.
    assert!(faults >= 8.0, "{faults}");
    match value(&meter, Counter::PeakResident) {
        Ok(bytes) => assert!(*bytes >= block.len() as f64, "{bytes}"),
        Err(reason) => assert!(matches!(reason, Reason::System(_)), "{reason}"),
    }
}

#[test]
fn without_the_allocator_the_reason_says_how_to_get_it() {
    let mut meter = Meter::new(&[Counter::Allocations, Counter::PeakBytes]);
    meter.start();
    meter.stop(1);
    assert_eq!(meter.cost(), Duration::ZERO);
    for reading in meter.readings() {
        let reason = reading.value.clone().unwrap_err();
        assert_eq!(reason, Reason::NoAllocator);
        assert!(reason.to_string().contains("#[global_allocator]"));
    }
}
