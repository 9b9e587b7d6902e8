//! Several objectives: their front, and what is sure of it.

use bencher_core::optimize::Sampler;
use bencher_core::record::{FrontClass, SearchHistory, SearchTrial};

use super::{Packing, bench, quiet};

#[test]
fn several_objectives_give_their_front_first() {
    let mut bench = bench(quiet(None));
    let search = bench
        .sweep("Cost")
        .optimize(Packing::COST)
        .optimize(Packing::SPEED);
    let result = search.evaluations(25).run().unwrap();
    let dataset = result.dataset();
    assert_eq!(
        dataset.shape(),
        [25, 2],
        "one point of the front was measured twice"
    );
    assert_eq!(dataset.attributes["search objectives"], "cost, speed");
    let history = SearchHistory::of(dataset).unwrap();
    let on_front = |trial: &&SearchTrial| trial.front == Some(FrontClass::Surely);
    let front = history.trials.iter().filter(on_front).count();
    assert!((2..25).contains(&front), "{front} points on the front");
    let dominated = |trial: &SearchTrial| trial.front == Some(FrontClass::Dominated);
    assert!(
        history.trials[front..].iter().all(dominated),
        "exact values decide"
    );
    let best = &dataset.attributes["search best"];
    assert_eq!(
        *best,
        format!(
            "the front of cost and speed has {front} of 25 points surely and 0 maybe; {} are surely dominated",
            25 - front
        )
    );
    assert_eq!(history.hypervolume.len(), 25);
    assert!(history.hypervolume.is_sorted() && history.hypervolume[24] > 0.5);
    let value =
        |name: &str, point: usize| dataset.variable(name).unwrap().number(2 * point).unwrap();
    let beats = |a: usize, b: usize| {
        value("cost", a) < value("cost", b) && value("speed", a) > value("speed", b)
    };
    assert!(
        (0..25).all(|other| !beats(other, 0)),
        "the first lies on the front"
    );
}

#[test]
fn under_noise_the_front_is_measured_again() {
    let mut bench = bench(quiet(None));
    let search = bench
        .sweep("Cost")
        .optimize(Packing::COST)
        .optimize(Packing::SPEED)
        .sampler(Sampler::Sobol);
    let search = search.constants([Packing::NOISE.with_const(0.2)]);
    let result = search.evaluations(30).run().unwrap();
    let dataset = result.dataset();
    assert_eq!(
        dataset.shape(),
        [30, 7],
        "six fresh samples of the points of the front"
    );
    let history = SearchHistory::of(dataset).unwrap();
    let count = |class| {
        let trials = history.trials.iter();
        trials.filter(|trial| trial.front == Some(class)).count()
    };
    // The noise of one sample hides more than one in five of the differences.
    assert!(count(FrontClass::Maybe) > 0 && count(FrontClass::Dominated) > 0);
    assert!(
        count(FrontClass::Surely) < 10,
        "{:?}",
        dataset.attributes["search best"]
    );
}
