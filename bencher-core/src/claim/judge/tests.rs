use super::*;
use crate::dataset::{CellState, Dim, VariableInfo};
use crate::value::{Kind, Value};

/// The samples of one point each, of one result.
fn runs(kind: Kind, points: &[&[Option<Value>]]) -> Dataset {
    let levels = (0..points.len() as u64).map(Value::from).collect();
    let len = Dim::input("len", Kind::Uint(64), levels);
    let repeats = points.iter().map(|samples| samples.len()).max().unwrap();
    let info = VariableInfo::new("x", kind);
    let dims = vec![len, Dim::repeats(u32::try_from(repeats).unwrap())];
    let mut dataset = Dataset::new("Runs", dims, vec![info]).unwrap();
    for (point, samples) in points.iter().enumerate() {
        for (repeat, sample) in samples.iter().enumerate() {
            let cells = dataset.variable_mut(0).unwrap();
            let flat = point * repeats + repeat;
            match sample {
                Some(value) => cells.record(flat, value, CellState::Measured).unwrap(),
                None => cells.record_absent(flat, CellState::Missing, None).unwrap(),
            }
        }
    }
    dataset
}

fn numbers(values: &[f64]) -> Vec<Option<Value>> {
    values.iter().map(|x| Some(Value::Float(*x))).collect()
}

fn one_point(values: &[f64]) -> Dataset {
    runs(Kind::Float(64), &[&numbers(values)])
}

/// Sets the state of a cell.
fn absent(dataset: &mut Dataset, flat: usize, state: CellState, reason: &str) {
    let cells = dataset.variable_mut(0).unwrap();
    cells
        .record_absent(flat, state, Some(reason.into()))
        .unwrap();
}

fn outcome(dataset: &Dataset, claim: &str) -> ClaimOutcome {
    let claim = claim.parse().unwrap();
    judge_claim(dataset, "x", &claim).unwrap().remove(0)
}

/// The verdict on a sweep of one point, with its evidence.
fn verdict(dataset: &Dataset, claim: &str) -> (ClaimVerdict, String) {
    let found = outcome(dataset, claim);
    let points = [&found.nearest, &found.doubtful].into_iter().flatten();
    let evidence = found.failures.iter().chain(points).next();
    let evidence = evidence.map(|point| point.evidence.clone());
    (found.verdict(), evidence.unwrap_or_default())
}

use ClaimVerdict::{Fails, Holds, Undecided};

fn text(verdict: ClaimVerdict, evidence: &str) -> (ClaimVerdict, String) {
    (verdict, evidence.to_owned())
}

#[test]
fn one_sample_that_violates_a_claim_makes_it_fail() {
    let samples = one_point(&[0.5, 0.72, 0.71, 0.6]);
    let found = verdict(&samples, "< 0.7");
    assert_eq!(
        found,
        text(Fails, "0.72 in repeat 2; 2 of 4 samples violate it")
    );
    let found = verdict(&samples, "> 0.55");
    assert_eq!(
        found,
        text(Fails, "0.5 in repeat 1; 1 of 4 samples violates it")
    );
    let evidence = "the worst of 4 samples is 0.72; at 95 %, at least 47.3 % of all satisfy it";
    assert_eq!(verdict(&samples, "<= 0.72"), text(Holds, evidence));
    assert_eq!(verdict(&samples, "< 0.72").0, Fails);
    let evidence = "0.5 in repeat 1; 4 of 4 samples violate it";
    assert_eq!(verdict(&samples, "== 3"), text(Fails, evidence));
    assert_eq!(verdict(&samples, "!= 3").0, Holds);
    let nan = one_point(&[0.5, f64::NAN]);
    let evidence = "NaN in repeat 2; 1 of 2 samples violates it";
    assert_eq!(verdict(&nan, "< 0.7"), text(Fails, evidence));
    assert_eq!(verdict(&nan, "median < 0.7"), text(Fails, evidence));
}

#[test]
fn numbers_that_agree_are_exact() {
    for claim in ["< 0.7", "median < 0.7", "p99 < 0.7", "mean < 0.7"] {
        let found = verdict(&one_point(&[0.5]), claim);
        assert_eq!(
            found,
            text(Holds, "0.5 in the only sample taken"),
            "{claim}"
        );
        let found = verdict(&one_point(&[0.5; 3]), claim);
        assert_eq!(found, text(Holds, "0.5 in all 3 samples"), "{claim}");
        let found = verdict(&one_point(&[0.8]), claim);
        assert_eq!(found, text(Fails, "0.8 in the only sample"), "{claim}");
    }
}

/// By exact binomial sums, the 20th and 11th of 30 sorted values bound the median at 95 % on one side each, and 29 is
/// the least number of values that bound p90 from above.
#[test]
fn quantiles_are_judged_by_the_bound_that_decides() {
    let values: Vec<f64> = (1..=30).map(f64::from).collect();
    let samples = one_point(&values);
    let bounds = "the median is 15.5, at least 11 and at most 20, each at 95 % (30 samples)";
    assert_eq!(verdict(&samples, "median < 20.5"), text(Holds, bounds));
    assert_eq!(verdict(&samples, "median <= 20").0, Holds);
    assert_eq!(verdict(&samples, "median < 20").0, Undecided);
    assert_eq!(verdict(&samples, "median < 11.5").0, Undecided);
    assert_eq!(verdict(&samples, "median < 11"), text(Fails, bounds));
    assert_eq!(verdict(&samples, "median > 10.5").0, Holds);
    assert_eq!(verdict(&samples, "median >= 20.5").0, Fails);
    assert_eq!(verdict(&samples, "p90 <= 30").0, Holds);
    let few = one_point(&values[..28]);
    let found = verdict(&few, "p90 < 1000");
    let evidence = "the p90 is 25.3, at least 22 at 95 % (28 samples; both bounds need 29)";
    assert_eq!(found, text(Undecided, evidence));
    assert_eq!(verdict(&few, "p90 < 22").0, Fails, "one bound is enough");
}

#[test]
fn a_mean_needs_two_samples() {
    let samples = one_point(&[1.0, 2.0, 3.0, 4.0, 5.0]);
    let evidence = "the mean is 3, at least 1.493 and at most 4.507, each at 95 % (5 samples)";
    assert_eq!(verdict(&samples, "mean < 4.6"), text(Holds, evidence));
    assert_eq!(verdict(&samples, "mean < 4.5").0, Undecided);
    assert_eq!(verdict(&samples, "mean > 4.6").0, Fails);
}

#[test]
fn truth_values_are_equal_or_have_a_share() {
    let truths = |count: usize, of: usize| -> Vec<Option<Value>> {
        (0..of)
            .map(|n| Some(Value::Bool(n >= of - count)))
            .collect()
    };
    let all = runs(Kind::Bool, &[&truths(20, 20)]);
    let evidence = "true in all 20 samples; at 95 %, at least 86.1 % of all satisfy it";
    assert_eq!(verdict(&all, "== true"), text(Holds, evidence));
    let most = runs(Kind::Bool, &[&truths(19, 20)]);
    let evidence = "false in repeat 1; 1 of 20 samples violates it";
    assert_eq!(verdict(&most, "== true"), text(Fails, evidence));
    assert_eq!(verdict(&most, "!= false"), text(Fails, evidence));
    let evidence =
        "19 of 20 samples are true; the share is at least 78.4 % and at most 99.7 %, each at 95 %";
    assert_eq!(verdict(&most, "mean >= 78 %"), text(Holds, evidence));
    assert_eq!(verdict(&most, "mean >= 79 %").0, Undecided);
    assert_eq!(verdict(&most, "mean > 0.998").0, Fails);
    assert_eq!(
        verdict(&runs(Kind::Bool, &[&truths(3, 3)]), "mean >= 0.9").0,
        Undecided
    );
}

#[test]
fn failed_samples_fail_and_unset_ones_are_doubtful() {
    let mut samples = one_point(&[0.5, 0.6, 0.65]);
    absent(&mut samples, 1, CellState::Missing, "");
    let found = verdict(&samples, "< 0.7");
    assert_eq!(found, text(Undecided, "1 of 3 samples did not set it"));
    assert_eq!(verdict(&samples, "< 0.6").0, Fails, "another violates it");
    absent(&mut samples, 2, CellState::Failed, "out of memory");
    let evidence = "no value, because repeat 3 failed: out of memory";
    assert_eq!(verdict(&samples, "< 0.7"), text(Fails, evidence));
    let mut late = one_point(&[0.5, 0.6]);
    absent(&mut late, 0, CellState::TimedOut, "1 s");
    let evidence = "no value, because repeat 1 was stopped at its time limit: 1 s";
    assert_eq!(verdict(&late, "< 0.7"), text(Fails, evidence));
    let unset = runs(Kind::Float(64), &[&[None, None]]);
    let evidence = "2 of 2 samples did not set it";
    assert_eq!(verdict(&unset, "< 0.7"), text(Undecided, evidence));
}

#[test]
fn points_that_were_not_measured_are_not_judged() {
    let mut samples = runs(Kind::Float(64), &[&numbers(&[0.5]), &numbers(&[0.6]), &[]]);
    absent(&mut samples, 0, CellState::Skipped, "odd");
    let found = outcome(&samples, "< 0.7");
    assert_eq!((found.points(), found.verdict()), (1, Holds));
    let line = "x < 0.7: holds at 1 of 1 point (0.6 in the only sample taken)";
    assert_eq!(found.lines(), [line]);
    absent(&mut samples, 1, CellState::Skipped, "even");
    let found = outcome(&samples, "< 0.7");
    assert_eq!(found.verdict(), Undecided);
    assert_eq!(
        found.lines(),
        ["x < 0.7: not judged, because no point was measured"]
    );
}

#[test]
fn lines_name_points_values_and_the_worst() {
    let points: Vec<Vec<Option<Value>>> = [&[0.5, 0.6], &[0.8, 0.6], &[0.1, 0.68], &[0.9, 0.9]]
        .map(|values: &[f64; 2]| numbers(values))
        .to_vec();
    let points: Vec<&[Option<Value>]> = points.iter().map(Vec::as_slice).collect();
    let mut samples = runs(Kind::Float(64), &points);
    let lines = outcome(&samples, "< 0.7").lines();
    let expected = [
        "x < 0.7: fails at 2, holds at 2 of 4 points",
        "x < 0.7 fails at len=1: 0.8 in repeat 1; 1 of 2 samples violates it",
        "x < 0.7 fails at len=3: 0.9 in repeat 1; 2 of 2 samples violate it",
    ];
    assert_eq!(lines, expected);
    absent(&mut samples, 0, CellState::Missing, "");
    let lines = outcome(&samples, "< 1").lines();
    let expected = [
        "x < 1: undecided at 1, holds at 3 of 4 points",
        "x < 1 undecided at len=0: 1 of 2 samples did not set it",
    ];
    assert_eq!(lines, expected);
}

/// Times: the centre counts, not the worst round.
#[test]
fn times_are_judged_by_their_centre() {
    let seconds: Vec<f64> = (0..12).map(|n| 0.005 + f64::from(n % 4) * 1e-5).collect();
    let mut times = one_point(&seconds);
    {
        let info = &mut times.variable_mut(0).unwrap().info;
        (info.timed, info.units) = (true, "s".to_owned());
    }
    let (found, evidence) = verdict(&times, "< 5.1 ms");
    assert_eq!(found, Holds);
    let expected = "the centre is 5.015 ms, between 5.0";
    assert!(
        evidence.starts_with(expected) && evidence.ends_with("at 95 % (12 rounds)"),
        "{evidence}"
    );
    assert_eq!(verdict(&times, "< 5.016 ms").0, Undecided);
    assert_eq!(verdict(&times, "mean < 5 ms").0, Fails);
    assert_eq!(verdict(&times, "worst < 5.025 ms").0, Fails);
    assert_eq!(verdict(&times, "worst < 5.035 ms").0, Holds);
    for flat in 3..12 {
        absent(&mut times, flat, CellState::Skipped, "not needed");
    }
    let (found, evidence) = verdict(&times, "< 1 s");
    let expected = "the centre is 5.01 ms, without bounds (3 rounds; both bounds need 6)";
    assert_eq!((found, &*evidence), (Undecided, expected));
    for flat in 0..3 {
        absent(&mut times, flat, CellState::BelowResolution, "20 ns");
    }
    assert_eq!(verdict(&times, "< 1 ns"), text(Holds, "below resolution"));
    assert_eq!(
        verdict(&times, "> 1 ns"),
        text(Undecided, "below resolution")
    );
    assert_eq!(
        verdict(&times, "worst < 1 ns"),
        text(Holds, "below resolution")
    );
}

#[test]
fn parts_of_vectors_are_judged_one_by_one() {
    let infos =
        ["force.x", "force.y", "forces"].map(|name| VariableInfo::new(name, Kind::Float(64)));
    let mut runs = Dataset::new("Runs", vec![Dim::repeats(1)], infos.to_vec()).unwrap();
    for (index, force) in [1.0, 3.0, 9.0].into_iter().enumerate() {
        let cells = runs.variable_mut(index).unwrap();
        let value = Value::Float(force);
        cells.record(0, &value, CellState::Measured).unwrap();
    }
    let claim = "< 2".parse().unwrap();
    let found = judge_claim(&runs, "force", &claim).unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|one| (&*one.result, one.verdict()))
        .collect();
    assert_eq!(found, [("force.x", Holds), ("force.y", Fails)]);
    let error = judge_claim(&runs, "forse", &claim).unwrap_err();
    assert!(matches!(error, ClaimError::Unknown(_)));
}
