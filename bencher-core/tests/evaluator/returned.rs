use bencher_core::evaluator::{Gather, IntoObjective, Objective, RunningJob};
use serde_json::json;

use crate::{ALL, create, two};

#[test]
fn whatever_a_function_returns_becomes_an_objective_or_a_failure() {
    fn of(returned: impl IntoObjective) -> Result<Vec<f64>, String> {
        returned.into_objective().map(|objective| objective.values)
    }
    let failed = |text: &str| Err(text.to_owned());
    let not_finite = "the objective is NaN, which is not a finite number";
    let table = [
        (of(1), Ok(vec![1.0])),
        (of(2.5_f32), Ok(vec![2.5])),
        (of(u64::MAX), Ok(vec![u64::MAX as f64])),
        (of(true), Ok(vec![1.0])),
        (of(false), Ok(vec![0.0])),
        (of(0.0), Ok(vec![0.0])),
        (of((1, 2)), Ok(vec![1.0, 2.0])),
        (of((1.5, false, 3_u8)), Ok(vec![1.5, 0.0, 3.0])),
        (of([1, 2]), Ok(vec![1.0, 2.0])),
        (of(vec![1.0, 2.0]), Ok(vec![1.0, 2.0])),
        (of(Some(4)), Ok(vec![4.0])),
        (of(Ok::<_, String>((1, 2))), Ok(vec![1.0, 2.0])),
        (of(Objective::new(3).with("a", "b")), Ok(vec![3.0])),
        (of(json!(1)), Ok(vec![1.0])),
        (of(json!([1, true])), Ok(vec![1.0, 1.0])),
        (
            of(json!({"objective": [1, 2], "metadata": {"a": 1}})),
            Ok(vec![1.0, 2.0]),
        ),
        (of(f64::NAN), failed(not_finite)),
        (of(Some(f64::NAN)), failed(not_finite)),
        (
            of(f64::INFINITY),
            failed("the objective is inf, which is not a finite number"),
        ),
        (
            of((1.0, f64::NAN)),
            failed("objective 2 of 2 is NaN, which is not a finite number"),
        ),
        (
            of([f64::NEG_INFINITY, 0.0]),
            failed("objective 1 of 2 is -inf, which is not a finite number"),
        ),
        (
            of(vec![0.0, f64::NAN]),
            failed("objective 2 of 2 is NaN, which is not a finite number"),
        ),
        (
            of(Objective::new((1, f64::NAN))),
            failed("objective 2 of 2 is NaN, which is not a finite number"),
        ),
        (of(None::<f64>), failed("the job returned no result")),
        (of(Vec::<f64>::new()), failed("the job returned no result")),
        (of(Err::<f64, _>("no memory")), failed("no memory")),
        (of(json!(null)), failed("the job returned no result")),
        (
            of(json!("F_no_memory")),
            failed("the job returned \"F_no_memory\", which is not a number"),
        ),
        (
            of(json!({"y": 1})),
            failed("the job returned an object without an `objective` or an `output`"),
        ),
    ];
    for (n, (found, expected)) in table.into_iter().enumerate() {
        assert_eq!(found, expected, "row {n}");
    }
    let json = json!({"objective": 7, "metadata": {"a": 1}}).into_objective();
    assert_eq!(json.unwrap(), Objective::new(7).with("a", 1));
}

#[test]
fn metadata_and_times_come_with_the_job() {
    for kind in ALL {
        let run = |job: &RunningJob<'_, u64>| Objective::new(**job).with("half", **job / 2);
        let mut evaluator = create(kind, run, two());
        evaluator.submit([8]).unwrap();
        let job = evaluator.gather(Gather::All).unwrap().remove(0);
        assert_eq!(
            job.objective.as_ref().unwrap().metadata["half"],
            4,
            "{kind}"
        );
        let (started, ended) = (job.started.unwrap(), job.ended.unwrap());
        assert!(job.submitted <= started && started <= ended);
        assert!(job.usage.is_none() && !job.is_other);
    }
}
