use super::*;
use crate::measure::{Alternatives, Clock, FakeClock};
use std::collections::BTreeSet;

/// Runs rounds whose samples take `cost` and give what `time` says of a point and its round.
fn run(
    points: u64,
    rules: RoundRules,
    cost: Duration,
    time: impl Fn(u64, u32) -> Option<f64>,
) -> (Rounds, Duration) {
    let clock = FakeClock::default();
    let mut rounds = Rounds::new((0..points).collect(), 1, rules, clock.now());
    while let Some(list) = rounds.next_round(clock.now()) {
        assert_eq!(list.iter().collect::<BTreeSet<_>>().len(), list.len());
        for point in list {
            if rounds.is_over(clock.now()) {
                break;
            }
            clock.advance(cost);
            let time = time(point, rounds.count(point));
            let time = time.map_or(RoundTime::BelowResolution, RoundTime::Time);
            rounds.record(point, Some(&[time]));
        }
    }
    (rounds, clock.now())
}

/// Noise that never settles: it grows by a percent a round.
fn noisy(round: u32) -> f64 {
    1.0 + f64::from(round) * 0.01 * f64::from(round * 7919 % 13)
}

const COST: Duration = Duration::from_millis(1);

#[test]
fn looks_are_half_an_octave_apart() {
    let mut looks = Vec::new();
    let mut rounds = 0;
    while looks.len() < 8 {
        rounds = look_after(rounds);
        looks.push(rounds);
    }
    assert_eq!(looks, [11, 16, 22, 32, 45, 64, 90, 128]);
}

#[test]
fn steady_points_stop_at_the_first_look_and_noisy_ones_go_on() {
    let steady = |point: u64, round| Some(if point == 0 { 1.0 } else { noisy(round) });
    let (rounds, _) = run(2, RoundRules::default(), COST, steady);
    assert_eq!(rounds.count(0), FIRST_LOOK);
    assert_eq!(rounds.stop(0), Some(StopReason::Converged(0.0)));
    assert!(rounds.count(1) > 2 * FIRST_LOOK, "{}", rounds.count(1));
}

#[test]
fn settled_noise_is_enough_unless_the_user_gives_time() {
    // Spread evenly over 60 %: nearly the same noise at every look, and bounds of some 10 %.
    let even = |_, round: u32| Some(1.0 + 0.02 * f64::from(round * 11 % 31));
    let (rounds, _) = run(1, RoundRules::default(), COST, even);
    assert!(matches!(rounds.stop(0), Some(StopReason::Settled(width)) if width > 0.01));
    let rules = RoundRules {
        stop_when_settled: false,
        budget: Some(COST * 500),
        ..RoundRules::default()
    };
    let (rounds, _) = run(1, rules, COST, even);
    assert_eq!(
        (rounds.stop(0), rounds.count(0)),
        (Some(StopReason::Budget), 500)
    );
}

#[test]
fn the_first_round_is_finished_whatever_the_budget() {
    let rules = RoundRules {
        budget: Some(COST),
        ..RoundRules::default()
    };
    let (rounds, spent) = run(5, rules, COST, |_, _| Some(1.0));
    assert_eq!(spent, COST * 5);
    assert!((0..5).all(|point| rounds.count(point) == 1));
    assert_eq!(rounds.stop(4), Some(StopReason::Budget));
}

#[test]
fn a_spent_budget_leaves_no_point_without_a_round() {
    let rules = RoundRules {
        budget: Some(COST),
        ..RoundRules::default()
    };
    let mut rounds = Rounds::new((0..4).collect(), 1, rules, Duration::ZERO);
    rounds.record(1, Some(&[RoundTime::Time(1.0)]));
    rounds.record(1, Some(&[RoundTime::Time(1.0)]));
    let mut list = rounds.next_round(COST * 2).unwrap();
    list.sort_unstable();
    assert_eq!(list, [0, 2, 3], "that has had two");
    for point in list {
        assert!(!rounds.is_over(COST * 2));
        rounds.record(point, Some(&[RoundTime::Time(1.0)]));
    }
    assert!(rounds.is_over(COST * 2));
    assert_eq!(rounds.next_round(COST * 2), None);
}

#[test]
fn a_budget_ends_within_a_round() {
    let rules = RoundRules {
        budget: Some(COST * 13),
        rounds: RoundTarget::Exactly(100),
        ..RoundRules::default()
    };
    let (rounds, spent) = run(5, rules, COST, |_, _| Some(1.0));
    assert_eq!(spent, COST * 13);
    let counts: Vec<u32> = (0..5).map(|point| rounds.count(point)).collect();
    assert_eq!(counts.iter().sum::<u32>(), 13);
    assert!(
        counts.iter().all(|count| (2..=3).contains(count)),
        "{counts:?}"
    );
}

#[test]
fn what_is_left_goes_to_the_widest_points() {
    // Ten points, one of them much noisier; after the first look there is time for one of them.
    let rules = RoundRules {
        budget: Some(COST * (10 * FIRST_LOOK + 6)),
        stop_when_settled: false,
        precision: 1e-6,
        ..RoundRules::default()
    };
    let times = |point, round| {
        let noise = noisy(round) - 1.0;
        Some(1.0 + if point == 7 { noise } else { noise / 100.0 })
    };
    let (rounds, _) = run(10, rules, COST, times);
    assert!(rounds.count(7) >= FIRST_LOOK + 5, "{}", rounds.count(7));
    let others = (0..10).filter(|point| *point != 7);
    assert!(others.map(|p| rounds.count(p)).max() <= Some(FIRST_LOOK + 1));
}

#[test]
fn alternatives_go_on_together() {
    let rules = RoundRules {
        alternatives: Some(Alternatives {
            stride: 1,
            count: 2,
        }),
        ..RoundRules::default()
    };
    let times = |point, round| Some(if point == 1 { noisy(round) } else { 1.0 });
    let (rounds, _) = run(4, rules, COST, times);
    assert!(rounds.count(0) > FIRST_LOOK);
    assert_eq!(rounds.count(0), rounds.count(1), "pairs");
    assert_eq!(rounds.count(2), FIRST_LOOK, "another group");
}

#[test]
fn a_point_that_only_fails_is_not_tried_for_ever() {
    let mut rounds = Rounds::new(vec![0, 1], 1, RoundRules::default(), Duration::ZERO);
    let mut tried = 0;
    while let Some(list) = rounds.next_round(Duration::ZERO) {
        for point in list {
            tried += u32::from(point == 0);
            let times = [RoundTime::Time(1.0)];
            rounds.record(point, (point == 1).then_some(&times[..]));
        }
    }
    assert_eq!(tried, 1);
    assert_eq!(
        (rounds.stop(0), rounds.count(1)),
        (Some(StopReason::Failing), FIRST_LOOK)
    );
}

#[test]
fn without_times_there_is_nothing_to_wait_for() {
    let (rounds, _) = run(1, RoundRules::default(), COST, |_, _| None);
    assert_eq!(
        (rounds.count(0), rounds.stop(0)),
        (FIRST_LOOK, Some(StopReason::NoTimes))
    );
}

/// Narrow bounds of the lower of two modes do not make a point known.
#[test]
fn points_with_several_modes_go_on() {
    let rules = RoundRules {
        budget: Some(COST * 100),
        ..RoundRules::default()
    };
    let times = |_, round: u32| Some(if round.is_multiple_of(3) { 5.6 } else { 1.57 });
    let (rounds, _) = run(1, rules, COST, times);
    assert_eq!(
        (rounds.stop(0), rounds.count(0)),
        (Some(StopReason::Budget), 100)
    );
    assert_eq!((rounds.width(0), rounds.is_unreliable(0)), (0.0, true));
}

/// Mostly too short for the clock: no time is spent on the few rounds that something disturbed.
#[test]
fn points_below_resolution_spend_no_budget() {
    let times = |_, round: u32| round.is_multiple_of(4).then_some(3e-5);
    let (rounds, _) = run(1, RoundRules::default(), COST, times);
    assert_eq!(
        (rounds.stop(0), rounds.count(0)),
        (Some(StopReason::NoTimes), FIRST_LOOK)
    );
}

#[test]
fn so_many_rounds_as_wanted() {
    let rules = RoundRules {
        rounds: RoundTarget::Exactly(3),
        ..RoundRules::default()
    };
    let (rounds, spent) = run(4, rules, COST, |_, _| Some(1.0));
    assert_eq!(spent, COST * 12);
    assert!(
        rounds
            .stops()
            .all(|stop| stop.1 == 3 && stop.2 == Some(StopReason::Done))
    );
    assert_eq!(rounds.expected(), 12);
}
