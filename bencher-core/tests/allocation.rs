//! Allocations are counted exactly, whatever thread makes them. The test's own machinery allocates now
//! and then, too, so what is expected must be seen in one of several tries.

use std::cell::RefCell;
use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use bencher_core::context::Context;
use bencher_core::measure::{
    AllocationRegion, Allocations, CountingAllocator, FakeClock, Meter, Reason, Timer,
    is_counting_allocator_installed,
};
use bencher_core::var::Counter;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::system();

const ALL: [Counter; 3] = [
    Counter::Allocations,
    Counter::AllocatedBytes,
    Counter::PeakBytes,
];

/// One test at a time: they count for the whole process.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn counted(work: impl Fn()) -> Allocations {
    let region = AllocationRegion::start().unwrap();
    work();
    region.stop()
}

/// What is seen most often says nothing: it must be seen at all.
fn assert_seen<T: PartialEq + std::fmt::Debug>(expected: T, look: impl Fn() -> T) {
    let seen: Vec<T> = (0..20).map(|_| look()).collect();
    assert!(
        seen.contains(&expected),
        "{expected:?} is not among {seen:?}"
    );
}

fn values(meter: &RefCell<Meter>) -> Vec<f64> {
    let meter = meter.borrow();
    let readings = meter.readings().iter();
    readings
        .map(|reading| reading.value.clone().unwrap())
        .collect()
}

#[test]
fn count_bytes_and_peak_are_exact() {
    let _alone = alone();
    assert!(is_counting_allocator_installed());
    assert_seen((3, 1700, 1500, 0), || {
        let all = counted(|| {
            let first = black_box(vec![0_u8; 1000]);
            let second = black_box(Vec::<u8>::with_capacity(500));
            drop((first, second));
            drop(black_box(Box::new([0_u8; 200])));
        });
        (all.count, all.bytes, all.peak_bytes, all.kept_bytes)
    });
    assert_seen((2, 4000, 4000), || {
        let all = counted(|| {
            let mut list = Vec::<u8>::with_capacity(1000);
            black_box(&mut list).extend([0; 1000]);
            list.reserve_exact(3000);
            black_box(list);
        });
        (all.count, all.bytes, all.peak_bytes)
    });
}

#[test]
fn all_threads_of_a_body_count() {
    let _alone = alone();
    let look = || {
        counted(|| {
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        for _ in 0..100 {
                            drop(black_box(Box::new([0_u8; 64])));
                        }
                    });
                }
            });
        })
    };
    assert_seen(true, || {
        let all = look();
        all.count >= 400 && all.bytes >= 400 * 64 && all.peak_bytes >= 64
    });
    assert!(look().cost_s > 0.0);
}

#[test]
fn one_region_at_a_time_and_one_that_is_dropped_is_closed() {
    let _alone = alone();
    let region = AllocationRegion::start().unwrap();
    assert_eq!(AllocationRegion::start().unwrap_err(), Reason::Concurrent);
    drop(region);
    assert!(AllocationRegion::start().is_ok());
}

#[test]
fn pieces_add_up_and_what_lies_between_does_not_count() {
    let _alone = alone();
    let meter = RefCell::new(Meter::new(&ALL));
    assert_seen(vec![1.5, 400.0, 400.0], || {
        let mut meter_now = meter.borrow_mut();
        meter_now.reset();
        for sizes in [&[100_usize, 200][..], &[300, 300, 300, 400]] {
            meter_now.start();
            for size in sizes {
                drop(black_box(Vec::<u8>::with_capacity(*size)));
            }
            meter_now.stop(2);
            drop(black_box(vec![0_u8; 4096]));
        }
        drop(meter_now);
        values(&meter)
    });
}

#[test]
fn every_way_to_time_counts_per_iteration_what_is_inside_the_time() {
    let _alone = alone();
    let one = vec![1.0, 256.0, 256.0];
    let make = || black_box(Vec::<u8>::with_capacity(256));
    let clock = FakeClock::default();
    let timer = Timer::on(clock.clone());
    let meter = RefCell::new(Meter::new(&ALL));
    let context = |seeder| {
        Context::new(1, seeder)
            .with_timer(&timer)
            .with_meter(&meter)
    };
    let tick = || clock.advance(Duration::from_micros(1));
    let mut elapsed: Option<f64> = None;

    let look = RefCell::new(|way: usize| {
        let mut cx = context(&|| 42);
        match way {
            0 => drop(cx.measure(&mut elapsed, || {
                tick();
                make()
            })),
            1 => drop(cx.iter(&mut elapsed, || {
                tick();
                make()
            })),
            2 => cx.iter(&mut elapsed, || {
                tick();
                drop(make());
            }),
            3 => drop(cx.iter_with_setup(
                &mut elapsed,
                || vec![0_u8; 1000],
                |input| {
                    tick();
                    (make(), input)
                },
            )),
            _ => drop(cx.iter_batched(
                &mut elapsed,
                10,
                || vec![0_u8; 1000],
                |input| {
                    tick();
                    (make(), input)
                },
            )),
        }
        values(&meter)
    });
    for way in 0..5 {
        assert_seen(one.clone(), || (look.borrow_mut())(way));
    }
}

#[test]
fn what_counting_takes_is_not_in_the_time() {
    let _alone = alone();
    let clock = FakeClock::default();
    let timer = Timer::on(clock.clone());
    let meter = RefCell::new(Meter::new(&ALL));
    let mut elapsed: Option<f64> = None;
    let work = || {
        clock.advance(Duration::from_millis(1));
        for _ in 0..1000 {
            drop(black_box(Box::new(1_u64)));
        }
    };
    Context::new(1, &|| 42)
        .with_timer(&timer)
        .with_meter(&meter)
        .measure(&mut elapsed, work);
    let cost = meter.borrow().cost();
    assert!(cost > Duration::from_nanos(500), "{cost:?}");
    let expected = Duration::from_millis(1).saturating_sub(cost);
    let error = elapsed.unwrap() - expected.as_secs_f64();
    assert!(error.abs() < 1e-12, "{error}");
}

#[test]
fn a_body_that_panics_leaves_the_meter_usable() {
    let _alone = alone();
    let meter = RefCell::new(Meter::new(&ALL));
    let panicking = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut elapsed: Option<f64> = None;
        Context::new(1, &|| 42)
            .with_meter(&meter)
            .measure(&mut elapsed, || panic!("on purpose"))
    }));
    assert!(panicking.is_err());
    assert_seen(vec![1.0, 16.0, 16.0], || {
        let mut elapsed: Option<f64> = None;
        Context::new(1, &|| 42)
            .with_meter(&meter)
            .measure(&mut elapsed, || drop(black_box(Box::new([0_u8; 16]))));
        values(&meter)
    });
}
