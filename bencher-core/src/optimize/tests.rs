//! Searches of functions whose best point is known.

use bencher_macros::{ParametrizedSweep, SweepEnum};

use super::*;
use crate::plan::SweepChoice;
use crate::value::Value;
use crate::var::{Input, ParametrizedSweep as _};

/// The Branin function has its least value, 0.397887, at (pi, 2.275) and two other places (Dixon and Szegö 1978).
#[derive(ParametrizedSweep, Clone, Debug)]
#[bencher(crate = crate)]
struct Branin {
    #[sweep(bounds(-5.0, 10.0))]
    a: f64,
    #[sweep(bounds(0.0, 15.0))]
    b: f64,
    #[result(direction = "minimize")]
    height: Option<f64>,
}

impl Branin {
    fn value(&self) -> f64 {
        use std::f64::consts::PI;
        let (a, b) = (self.a, self.b);
        let bend = b - 5.1 / (4.0 * PI * PI) * a * a + 5.0 / PI * a - 6.0;
        bend * bend + 10.0 * (1.0 - 1.0 / (8.0 * PI)) * a.cos() + 10.0
    }
}

#[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
#[bencher(crate = crate)]
enum Codec {
    Raw,
    Zstd {
        #[sweep(bounds(1, 19))]
        level: i32,
    },
    Brotli {
        #[sweep(bounds(0, 11))]
        quality: u32,
        #[sweep(bounds(0.1, 10.0), scale = "log")]
        window: f64,
    },
}

/// Every kind of input.
#[derive(ParametrizedSweep, Clone, Debug)]
#[bencher(crate = crate)]
struct Mixed {
    #[sweep]
    codec: Codec,
    #[sweep(bounds(16, 65_536), scale = "log")]
    block: u32,
    #[sweep(bounds(0.0, 1.0), step = 0.125)]
    load: f64,
    #[sweep(values(1, 10, 100, 1000))]
    batch: u64,
    #[sweep]
    checked: bool,
    #[sweep(values("lz", "huffman"))]
    method: String,
    #[sweep(bounds(0, u128::MAX))]
    huge: u128,
    #[sweep(bounds(1.0, 1.000_001))]
    narrow: f32,
    #[constant(7)]
    seed: u64,
    #[result(direction = "minimize")]
    time: Option<f64>,
}

fn mixed_space() -> SearchSpace {
    SearchSpace::new(&Mixed::baseline().unwrap(), &SweepChoice::default()).unwrap()
}

fn branin(options: SearchOptions) -> Search<Branin> {
    let goals = [Goal::minimize("value")];
    Search::new(
        &Branin::baseline().unwrap(),
        &SweepChoice::default(),
        goals,
        options,
    )
    .unwrap()
}

/// Runs a search to its end, and gives its proposals.
fn run(search: &mut Search<Branin>) -> Vec<(f64, f64)> {
    let mut proposed = Vec::new();
    while let Asked::Trial(trial) = search.ask().unwrap() {
        proposed.push((trial.sweep.a, trial.sweep.b));
        search.tell(trial.number, trial.sweep.value()).unwrap();
    }
    proposed
}

#[test]
fn every_kind_of_input_has_dimensions() {
    let space = mixed_space();
    let names: Vec<&str> = space.dimensions().collect();
    assert_eq!(
        names,
        [
            "codec",
            "codec.Zstd.level",
            "codec.Brotli.quality",
            "codec.Brotli.window",
            "block",
            "load",
            "batch",
            "checked",
            "method",
            "huge",
            "narrow"
        ]
    );
    let mut random = random::Random::of(1, 1);
    for _ in 0..500 {
        let place = space.random(&mut random);
        let own = space.values(&place).unwrap();
        let values = space.plan().values_with(&own);
        // A place and its values are the same thing: what is stored is found again.
        let again = space.place_of(&values).unwrap();
        let same = place
            .iter()
            .zip(&again)
            .all(|(a, b)| a.to_bits() == b.to_bits());
        assert!(same, "{place:?} {again:?} {values:?}");
        let codec = place[0];
        assert_eq!(place[1].is_nan(), (codec - 1.0).abs() > 0.5);
        assert_eq!(place[2].is_nan(), (codec - 2.0).abs() > 0.5);
        let load = values[2].as_f64().unwrap();
        assert!(
            (load * 8.0).fract() == 0.0 && load < 1.0,
            "a step of 1/8: {load}"
        );
        space.plan().with_values(&own, &mut |_| Ok(())).unwrap();
    }
}

#[test]
fn places_snap_to_steps_of_the_scale() {
    let space = SearchSpace::new(&Branin::baseline().unwrap(), &SweepChoice::default()).unwrap();
    let scale = &space.dimensions[0].scale;
    let place = scale.snapped(1.0 / 3.0);
    let step = 2.0_f64.powi(-20);
    assert!((place - 1.0 / 3.0).abs() <= step / 2.0);
    assert!((place / step - (place / step).round()).abs() < 1e-6);
    assert_eq!(scale.snapped(place).to_bits(), place.to_bits());
    let narrow = &mixed_space().dimensions[10].scale;
    let places: std::collections::HashSet<u64> = (0..=1000_u32)
        .map(|i| narrow.snapped(f64::from(i) / 1000.0).to_bits())
        .collect();
    assert_eq!(places.len(), 9, "so many numbers of 32 bits lie there");
}

#[test]
fn stored_samples_may_lie_elsewhere() {
    let space = mixed_space();
    let mut values: Vec<Value> = space.plan().values_with(&[]);
    values[1] = 8.into();
    values[0] = "Lzma".into();
    values[3] = 31.into();
    let place = space.place_of(&values).unwrap();
    assert!(place[4] < 0.0, "below the bounds");
    assert!(
        place[0] > 2.0 && !space.contains(&place),
        "a choice that is no more"
    );
    assert!(
        place[6] > 1.0 / 3.0 && place[6] < 2.0 / 3.0,
        "between 10 and 100"
    );
    values[8] = 8.into();
    assert_eq!(space.place_of(&values), None, "the constant differs");
}

#[test]
fn models_find_the_best_point() {
    let best = |sampler, budget| {
        let mut search = branin(
            SearchOptions::default()
                .sampler(sampler)
                .budget(budget)
                .seed(3),
        );
        run(&mut search);
        search.best().unwrap().objectives[0] - 0.397_887
    };
    // The medians of 100 evaluations are 2e-5, 0.03, 0.04 and 0.4; these are few evaluations.
    assert!(best(Sampler::GaussianProcess, 35) < 0.1);
    assert!(best(Sampler::Tpe, 80) < 1.5);
    assert!(best(Sampler::Nsga, 80) < 1.5);
    assert!(best(Sampler::Sobol, 80) < 5.0);
    assert!(best(Sampler::Random, 80) < 5.0);
}

#[test]
fn nothing_is_proposed_twice_until_the_space_is_exhausted() {
    for sampler in Sampler::ALL {
        let options = SearchOptions::default().sampler(sampler);
        let choice = SweepChoice::default()
            .with_inputs([
                Input::from("a").values([0.0, 1.0, 2.0]),
                Input::from("b").values([1.0, 2.0, 3.0, 4.0]),
            ])
            .with_constraint("a is not b", |one: &Branin| {
                one.a.to_bits() != one.b.to_bits()
            });
        let start = Branin::baseline().unwrap();
        let goals = [Goal::minimize("value")];
        let mut search = Search::new(&start, &choice, goals, options).unwrap();
        let mut proposed = run(&mut search);
        assert_eq!(
            search.ended(),
            Some(SearchEnd::Exhausted { points: 10 }),
            "{sampler}"
        );
        proposed.sort_by(|a, b| a.partial_cmp(b).unwrap());
        proposed.dedup();
        assert_eq!(proposed.len(), 10, "{sampler}");
    }
}

#[test]
fn one_seed_gives_one_sequence_with_any_number_of_workers() {
    let options = || SearchOptions::default().budget(24).workers(4).seed(5);
    let alone = run(&mut branin(options()));
    let mut search = branin(options());
    let (mut together, mut running) = (Vec::new(), Vec::new());
    loop {
        match search.ask().unwrap() {
            Asked::Trial(trial) => {
                together.push((trial.sweep.a, trial.sweep.b));
                running.push(trial);
            }
            // The last of four to start ends first, and the one that is needed last.
            Asked::Wait(number) => {
                assert_eq!(running[0].number, number);
                while let Some(trial) = running.pop() {
                    search.tell(trial.number, trial.sweep.value()).unwrap();
                }
            }
            Asked::Ended(end) => {
                assert_eq!(end, SearchEnd::Budget { trials: 24 });
                break;
            }
        }
    }
    assert_eq!(alone, together);
    assert_ne!(alone, run(&mut branin(options().seed(6))));
}

#[test]
fn a_search_that_learns_what_another_told_goes_on_with_it() {
    let mut whole = branin(SearchOptions::default().budget(20).seed(2));
    let proposed = run(&mut whole);
    // A later one with the same results proposes nothing that is known.
    let mut later = branin(SearchOptions::default().budget(5).seed(2));
    for trial in whole.trials() {
        let (a, b) = (
            trial.inputs[0].1.as_f64().unwrap(),
            trial.inputs[1].1.as_f64().unwrap(),
        );
        later
            .learn(&Branin { a, b, height: None }, trial.objectives[0])
            .unwrap();
    }
    let more = run(&mut later);
    assert!(more.iter().all(|one| !proposed.contains(one)));
    assert_eq!(later.trials().len(), 25);
    assert!(later.best().unwrap().objectives[0] <= whole.best().unwrap().objectives[0]);
}

#[test]
fn failures_are_data() {
    let mut search = branin(SearchOptions::default().budget(40));
    let mut failed = 0;
    while let Asked::Trial(trial) = search.ask().unwrap() {
        if trial.sweep.a < 0.0 {
            failed += 1;
            search.tell(trial.number, f64::NAN).unwrap();
        } else {
            search.tell(trial.number, trial.sweep.value()).unwrap();
        }
    }
    assert!(
        (1..15).contains(&failed),
        "the failing third is avoided: {failed}"
    );
    assert!(search.best().unwrap().objectives[0] < 1.0);
    let nan = search
        .trials()
        .into_iter()
        .find(|trial| trial.error.is_some())
        .unwrap();
    assert_eq!(
        nan.error.as_deref(),
        Some("the objective is NaN, which is not a finite number")
    );

    let mut hopeless = branin(SearchOptions::default().budget(35));
    while let Asked::Trial(trial) = hopeless.ask().unwrap() {
        hopeless.tell(trial.number, f64::NAN).unwrap();
    }
    let error = hopeless.best().unwrap_err().to_string();
    assert!(
        error.starts_with("none of the 35 trials has a finite objective"),
        "{error}"
    );
}

#[test]
fn errors_say_what_is_wrong() {
    let start = Branin::baseline().unwrap();
    let all = SweepChoice::default;
    let new = |choice: &SweepChoice<Branin>, goals: &[Goal], options| {
        Search::new(&start, choice, goals.to_vec(), options)
    };
    let goals = [Goal::minimize("value")];
    let error = |choice: SweepChoice<Branin>, goals: &[Goal], options| {
        new(&choice, goals, options).unwrap_err().to_string()
    };
    let options = SearchOptions::default;
    assert!(error(all(), &[], options()).starts_with("nothing to optimize"));
    assert!(error(all(), &goals, options().budget(0)).starts_with("the budget of the search is 0"));
    assert!(error(all(), &goals, options().workers(0)).starts_with("a search with 0 workers"));
    let twice = [goals[0].clone(), Goal::maximize("value")];
    assert!(error(all(), &twice, options()).contains("named twice"));
    let held = all().with_constants([("a", 1.0), ("b", 1.0)]);
    assert!(error(held, &goals, options()).starts_with("nothing to search"));
    assert!(error(all().with_inputs(["c"]), &goals, options()).contains("`c`"));

    let never = all().with_constraint("a is above 20", |one: &Branin| one.a > 20.0);
    let mut search = new(&never, &goals, options()).unwrap();
    let error = search.ask().unwrap_err().to_string();
    assert!(
        error.contains("keeps all constraints; the last one broke \"a is above 20\""),
        "{error}"
    );
    let panics = all().with_constraint("sound", |_: &Branin| panic!("no"));
    let error = new(&panics, &goals, options())
        .unwrap()
        .ask()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("\"sound\" panicked") && error.contains("no"),
        "{error}"
    );

    let mut search = new(&all(), &goals, options()).unwrap();
    assert_eq!(search.best().unwrap_err(), SearchError::NoTrials);
    let Asked::Trial(trial) = search.ask().unwrap() else {
        panic!("it has just begun")
    };
    assert_eq!(
        search
            .tell(trial.number, (1.0, 2.0))
            .unwrap_err()
            .to_string(),
        "trial 0 was told 2 objectives, but the search has 1"
    );
    search.tell(trial.number, 1.0).unwrap();
    assert_eq!(
        search.tell(trial.number, 2.0).unwrap_err(),
        SearchError::ToldTwice(0)
    );
    assert!(
        (search.best().unwrap().objectives[0] - 1.0).abs() < 1e-12,
        "the first result stays"
    );
}

#[test]
fn several_goals_give_a_front() {
    let goals = [Goal::minimize("a squared"), Goal::maximize("nearness of 2")];
    let options = SearchOptions::default().budget(30);
    let choice = SweepChoice::default().with_inputs(["a"]);
    let start = Branin::baseline().unwrap();
    let mut search = Search::new(&start, &choice, goals, options).unwrap();
    while let Asked::Trial(trial) = search.ask().unwrap() {
        let a = trial.sweep.a;
        search
            .tell(trial.number, (a * a, -(a - 2.0).abs()))
            .unwrap();
    }
    let front = search.front();
    // Between 0 and 2, each goal costs the other; elsewhere, both are worse.
    let a = |trial: &FinishedTrial| trial.inputs[0].1.as_f64().unwrap();
    let between = front
        .iter()
        .filter(|trial| (-0.1..=2.1).contains(&a(trial)))
        .count();
    assert!(
        between >= 8 && between + 2 >= front.len(),
        "{between} of {}",
        front.len()
    );
}

#[test]
fn importance_is_the_share_of_the_variance() {
    let options = SearchOptions::default().sampler(Sampler::Sobol).budget(40);
    let mut search = branin(options);
    assert!(search.importance().is_empty(), "nothing is known");
    while let Asked::Trial(trial) = search.ask().unwrap() {
        // Both have a width of 15, so the variances are as 9 to 1.
        search
            .tell(trial.number, 3.0 * trial.sweep.a + trial.sweep.b)
            .unwrap();
    }
    let found = search.importance();
    assert_eq!(
        (found[0].dimension.as_str(), found[1].dimension.as_str()),
        ("a", "b")
    );
    assert!(
        (found[0].share - 0.9).abs() < 0.05 && (found[1].share - 0.1).abs() < 0.05,
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .all(|one| one.low <= one.share && one.share <= one.high)
    );
}

#[test]
fn a_target_ends_the_search() {
    let mut search = branin(SearchOptions::default().target(20.0));
    let proposed = run(&mut search);
    assert!(matches!(search.ended(), Some(SearchEnd::Target { value }) if value <= 20.0));
    assert!(proposed.len() < 40);
}

#[test]
fn inputs_that_change_together_are_one_dimension() {
    let pairs = Input::zip(
        "pair",
        [
            Input::from("a").values([0.0, 1.0, 2.0]),
            Input::from("b").values([9.0, 5.0, 1.0]),
        ],
    );
    let choice = SweepChoice::default().with_inputs([pairs]);
    let start = Branin::baseline().unwrap();
    let goals = [Goal::minimize("value")];
    let mut search = Search::new(&start, &choice, goals, SearchOptions::default()).unwrap();
    let mut proposed = run(&mut search);
    proposed.sort_by(|a, b| a.partial_cmp(b).unwrap());
    assert_eq!(proposed, [(0.0, 9.0), (1.0, 5.0), (2.0, 1.0)]);
}
