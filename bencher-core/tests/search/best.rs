//! The best point under noise: a candidate meets the leader, finalists race, and the winner is measured again.

use bencher_core::bench::RunConfig;
use bencher_core::optimize::Sampler;
use bencher_core::record::SearchHistory;

use super::{Codec, Packing, bench, costs, quiet};

#[test]
fn under_noise_the_best_is_measured_again() {
    let mut bench = bench(quiet(None));
    let search = bench
        .sweep("Cost")
        .optimize(Packing::COST)
        .sampler(Sampler::Tpe)
        .evaluations(40);
    let result = search
        .constants([Packing::NOISE.with_const(0.5)])
        .run()
        .unwrap();
    let dataset = result.dataset();
    let best = &dataset.attributes["search best"];
    assert!(
        best.contains("at 95 %, in 6 samples after it was chosen)"),
        "{best}"
    );
    assert!(
        best.contains("finalists is better by more than 1 %, at 95 %")
            || best.contains(" leads (") && best.contains("; undecided between it and "),
        "{best}"
    );
    // One sample each, a third of all for candidates and leaders, twelve rounds of four finalists, and six at the end.
    let executed = result.counts().executed;
    assert!(
        (40 + 4 * 6 + 6..=40 + 20 + 4 * 12 + 6 + 7).contains(&executed),
        "{executed}"
    );
    // The bounds are those of the last six samples of the first point.
    let cost = dataset.variable("cost").unwrap();
    let own: Vec<f64> = (0..dataset.shape()[1])
        .filter_map(|repeat| cost.number(repeat))
        .collect();
    let fresh = &own[own.len() - 6..];
    let mean = fresh.iter().sum::<f64>() / 6.0;
    let named: f64 = best
        .split(['(', ','])
        .find_map(|part| part.trim().parse().ok())
        .unwrap();
    assert!((mean - named).abs() < 1e-4 * mean, "{mean} {best}");
}

#[test]
fn a_search_that_expects_no_more_is_decided_by_its_finalists() {
    let config = RunConfig {
        best_within: Some(0.05),
        ..quiet(None)
    };
    let search = |noise: f64| {
        let mut bench = bench(config.clone());
        let search = bench.sweep("Cost").optimize(Packing::COST).evaluations(60);
        let raw = Packing::CODEC.with_const(Codec::Raw);
        let search = search
            .inputs([Packing::X])
            .constants([raw, Packing::NOISE.with_const(noise)]);
        let result = search.run().unwrap();
        let history = SearchHistory::of(result.dataset()).unwrap();
        (
            history.end,
            result.dataset().attributes["search best"].clone(),
        )
    };
    // Without noise, the value decides; with some, the race of the finalists does.
    assert_eq!(search(0.0).0, "named");
    let (end, best) = search(0.02);
    assert_eq!(end, "named", "{best}");
    assert!(
        best.contains("; none of the 4 finalists is better by more than 5 %, at 95 %"),
        "{best}"
    );
}

#[test]
fn the_best_so_far_is_no_lucky_value() {
    // The least mean is 1. With the noise, a single value can be 0.5. No leader is
    // reported with such a value: each but the first was better in three pairs of samples.
    let mut bench = bench(quiet(None));
    let search = bench
        .sweep("Cost")
        .optimize(Packing::COST)
        .sampler(Sampler::Random);
    let search = search
        .constants([Packing::NOISE.with_const(0.5)])
        .evaluations(60);
    let result = search.run().unwrap();
    let dataset = result.dataset();
    let first: Vec<f64> = costs(dataset);
    let lucky = first.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(lucky < 0.95, "{lucky}");
    let best = &dataset.attributes["search best"];
    let named: f64 = best
        .split(['(', ','])
        .find_map(|part| part.trim().parse().ok())
        .unwrap();
    assert!(named > lucky + 0.05, "{named} {lucky}: {best}");
}
