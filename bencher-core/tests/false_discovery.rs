//! Whole comparisons at a false discovery rate: the same points as by p-values, and no more false ones than it says.

use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
use bencher_core::record::{Counts, SweepRecord};
use bencher_core::regression::{
    AXES_SHARE, BetweenRuns, CompareOptions, Dependence, ErrorControl, PairedRuns, RunComparison,
    RunSpreads, Schedule, SignedRanks, Threshold, Verdict, compare_stored, select_discoveries,
};
use bencher_core::value::{Kind, Value};
use bencher_core::var::Direction;

fn record(seconds: &[f64]) -> SweepRecord {
    let levels = (0..seconds.len() as u64).map(Value::from).collect();
    let info = VariableInfo {
        direction: Direction::Minimize,
        timed: true,
        units: "s".to_owned(),
        ..VariableInfo::new("elapsed", Kind::Float(64))
    };
    let dims = vec![Dim::input("n", Kind::Uint(64), levels), Dim::repeats(1)];
    let mut dataset = Dataset::new("Work", dims, vec![info]).unwrap();
    for (at, seconds) in seconds.iter().enumerate() {
        let variable = dataset.variable_mut(0).unwrap();
        let value = Value::Float(*seconds);
        variable.record(at, &value, CellState::Measured).unwrap();
    }
    SweepRecord {
        bench: "Work".to_owned(),
        title: "Work".to_owned(),
        description: String::new(),
        post_description: String::new(),
        tag: String::new(),
        started: String::new(),
        dataset,
        constants: Vec::new(),
        failures: Vec::new(),
        counts: Counts::default(),
        timings: Vec::new(),
        warnings: Vec::new(),
        sweep_type: String::new(),
        version: 1,
        identity: None,
        environment: None,
    }
}

/// Normal random numbers: Vigna's splitmix64 (2015), and Box and Muller (1958).
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// The times of both programs: of each point, a pair after the other.
type Times = Vec<Vec<[f64; 2]>>;

fn times(points: usize, pairs: usize, slowdown: impl Fn(usize) -> f64, seed: u64) -> Times {
    let mut random = Random(seed);
    let mut pair = |at: usize| {
        let mut time = |factor: f64| factor * (0.03 * random.normal()).exp();
        [time(1.0), time(slowdown(at))]
    };
    (0..points)
        .map(|at| (0..pairs).map(|_| pair(at)).collect())
        .collect()
}

fn runs_of(times: &Times) -> PairedRuns {
    let mut runs = PairedRuns::default();
    for pair in 0..times[0].len() {
        let side =
            |side: usize| -> Vec<f64> { times.iter().map(|pairs| pairs[pair][side]).collect() };
        runs.add(&[record(&side(0))], &[record(&side(1))]);
    }
    runs
}

fn flagged(found: &RunComparison) -> Vec<bool> {
    let points = found.sweeps[0].results[0].points.iter();
    points
        .map(|point| matches!(point.judgement.verdict, Verdict::Worse | Verdict::Better))
        .collect()
}

fn options(control: ErrorControl) -> CompareOptions {
    CompareOptions {
        control,
        ..CompareOptions::default()
    }
}

/// The comparison knows no p-values; those of the signed-rank test select the same points.
#[test]
fn the_points_are_those_that_their_p_values_select() {
    let options = options(ErrorControl::FalseDiscovery);
    let (mut selected, mut family_wise) = (0, 0);
    for seed in 0..20 {
        // Effects from none to 9 %, at noise of 4 % between the programs of a pair.
        let times = times(30, 24, |at| 1.0 + 0.003 * at as f64, seed);
        let mut runs = runs_of(&times);
        let family = runs.family(&options);
        let schedule = Schedule::new(family, 24).unwrap();
        let last = schedule.pairs().len() - 1;
        let found = runs.look(("a", "b"), &schedule, last, &options);
        let band = options.threshold.log();
        let ranks = SignedRanks::new(24);
        let p_values: Vec<f64> = times
            .iter()
            .map(|pairs| {
                let ratios: Vec<f64> = pairs.iter().map(|[a, b]| (b / a).ln()).collect();
                ranks.p_value(&ratios, -band, band)
            })
            .collect();
        // The points have half of the rate, beside the groups.
        let rate = 0.05 * (1.0 - AXES_SHARE) * schedule.share(last);
        let expected = select_discoveries(&p_values, rate, Dependence::Any);
        assert_eq!(flagged(&found), expected.is_selected, "seed {seed}");
        let misrates = found.sweeps[0].results[0].points.iter();
        for (point, is_selected) in misrates.zip(&expected.is_selected) {
            let misrate = if *is_selected {
                expected.misrate
            } else {
                expected.rest_misrate
            };
            assert!((point.judgement.misrate / misrate - 1.0).abs() < 1e-9);
        }
        selected += expected.is_selected.iter().filter(|is| **is).count();

        let plain = self::options(ErrorControl::FamilyWise);
        let mut runs = runs_of(&times);
        let schedule = Schedule::new(runs.family(&plain), 24).unwrap();
        let last = schedule.pairs().len() - 1;
        let found = runs.look(("a", "b"), &schedule, last, &plain);
        family_wise += flagged(&found).iter().filter(|is| **is).count();
    }
    assert!(
        selected > family_wise + 20,
        "many slow points help each other: {selected} beside {family_wise}"
    );
}

/// Half of the points are slower, the others equal, without a threshold and with early stopping: the mean share of
/// equal points among the flagged ones stays below the rate, which is 40 % here so that there is something to see.
#[test]
fn the_share_of_false_discoveries_is_at_most_the_rate_over_all_looks() {
    let options = CompareOptions {
        threshold: Threshold::NONE,
        rate: 0.4,
        ..options(ErrorControl::FalseDiscovery)
    };
    let trials = 50;
    let (mut shares, mut discoveries) = (0.0, 0);
    for seed in 0..trials {
        let slowdown = |at: usize| if at < 10 { 1.05 } else { 1.0 };
        let times = times(20, 30, slowdown, 1_000 + seed);
        let mut runs = runs_of(&times);
        let schedule = Schedule::new(runs.family(&options), 30).unwrap();
        assert!(schedule.pairs().len() > 1, "there is an early look");
        let mut flags = Vec::new();
        for look in 0..schedule.pairs().len() {
            flags = flagged(&runs.look(("a", "b"), &schedule, look, &options));
        }
        let count = |flags: &[bool]| flags.iter().filter(|is| **is).count();
        let (all, wrong) = (count(&flags), count(&flags[10..]));
        shares += wrong as f64 / all.max(1) as f64;
        discoveries += all;
    }
    let mean = shares / f64::from(u32::try_from(trials).unwrap());
    // The points have half of the rate, and half of them are equal.
    assert!(mean <= 0.4 * (1.0 - AXES_SHARE) * 0.5 + 0.02, "{mean}");
    assert!(discoveries > 9 * usize::try_from(trials).unwrap());
}

struct OnePercent;

impl RunSpreads for OnePercent {
    fn between_runs(
        &self,
        _: &SweepRecord,
        _: &str,
        _: &[(String, String)],
    ) -> Option<BetweenRuns> {
        Some(BetweenRuns {
            deviation: 0.01,
            freedom: 1e6,
        })
    }
}

/// Stored runs: with a spread of 1 %, the bounds of the normal distribution are 1.4 % times its quantile. Eight of ten
/// points are slower by 5.8 %: beyond 2 % by 2.59 standard errors, which a misrate of 0.05 · 8 / (10 · 2.93) shows
/// (2.47) and that of one point, 0.05 / 10, does not (2.81).
#[test]
fn stored_runs_have_the_same_rule() {
    let base = [record(&[1.0; 10])];
    let slow = |at: usize| if at < 8 { 1.058 } else { 1.0 };
    let now = [record(&(0..10).map(slow).collect::<Vec<f64>>())];
    let compared = |control| {
        let options = options(control);
        compare_stored(("a", &base), ("b", &now), &options, &OnePercent)
    };
    let found = compared(ErrorControl::FalseDiscovery);
    assert_eq!(found.counts().worse, 8, "{}", found.table(true));
    assert_eq!(compared(ErrorControl::FamilyWise).counts().worse, 0);
    assert!(
        found
            .to_string()
            .contains("on average, 5 % at most of the points named worse or better are not"),
        "{found}"
    );
    assert_eq!(found.to_json()["error_control"], "false-discovery");
}
