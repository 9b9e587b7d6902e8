//! Results that are names, moments and lists: recorded, stored, exported and read back.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use bencher::dataset::Dataset;
use bencher::jiff::Timestamp;
use bencher::prelude::*;
use bencher::value::{Table, TableColumn, Value};
use support::{bench, quiet};

#[derive(SweepEnum, Clone, Debug, PartialEq)]
enum Verdict {
    Converged,
    /// It stopped early.
    Stopped {
        #[sweep(bounds(0, 9), samples = 3)]
        step: u32,
    },
}

#[derive(ParametrizedSweep, Clone, Debug)]
struct Descent {
    #[sweep(values(1, 2, 3))]
    rate: u32,
    #[result]
    verdict: Option<Verdict>,
    #[result]
    finished: Option<Timestamp>,
    #[result]
    losses: Option<Vec<f64>>,
    #[result]
    counts: Option<Vec<u64>>,
}

impl Benchmark for Descent {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.verdict = Some(match self.rate {
            1 => Verdict::Converged,
            step => Verdict::Stopped { step },
        });
        self.finished = Some(Timestamp::from_second(
            1_772_366_400 + i64::from(self.rate),
        )?);
        self.losses = Some(
            (0..self.rate)
                .map(|step| 1.0 / f64::from(step + 1))
                .collect(),
        );
        self.counts = Some(vec![u64::MAX; 1]);
        Ok(())
    }
}

/// The dataset of a run whose samples lie in a folder, and how many samples it executed.
fn run(root: &std::path::Path) -> (Dataset, u64) {
    let result = bench::<Descent>(quiet(root))
        .sweep("Descent")
        .run()
        .unwrap();
    (result.dataset().clone(), result.counts().executed)
}

fn text(dataset: &Dataset, result: &str, flat: usize) -> String {
    let variable = dataset.variable(result).unwrap();
    variable.cell(flat).unwrap().value.unwrap().to_string()
}

fn column(dataset: &Dataset, result: &str, flat: usize) -> TableColumn {
    let value = dataset.variable(result).unwrap().cell(flat).unwrap().value;
    let table = Table::decode(value.unwrap().as_payload().unwrap().content().unwrap()).unwrap();
    table.get("value").unwrap().clone()
}

#[test]
fn names_moments_and_lists_are_recorded_and_found_again() {
    let root = tempfile::tempdir().unwrap();
    let (first, executed) = run(root.path());
    assert_eq!(executed, 3);
    for dataset in [&first, &run(root.path()).0] {
        assert_eq!(text(dataset, "verdict", 0), "Converged");
        assert_eq!(text(dataset, "verdict", 1), "Stopped(step=2)");
        assert_eq!(text(dataset, "finished", 2), "2026-03-01T12:00:03Z");
        let losses = column(dataset, "losses", 2);
        assert_eq!(losses, TableColumn::Float(vec![1.0, 0.5, 1.0 / 3.0]));
        let large = TableColumn::Float(vec![u64::MAX as f64]);
        assert_eq!(column(dataset, "counts", 0), large);
    }
    assert_eq!(run(root.path()).1, 0, "all samples come from the store");
}

#[test]
fn they_survive_the_exports() {
    let root = tempfile::tempdir().unwrap();
    let dataset = run(root.path()).0;
    let json = Dataset::from_json(&dataset.to_json()).unwrap();
    assert_eq!(text(&json, "verdict", 1), "Stopped(step=2)");
    assert_eq!(text(&json, "finished", 0), "2026-03-01T12:00:01Z");
    assert_eq!(column(&json, "losses", 1), column(&dataset, "losses", 1));
    let mut csv = Vec::new();
    dataset.write_csv(&mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(
        csv.contains("Stopped(step=2)") && csv.contains("2026-03-01T12:00:02Z"),
        "{csv}"
    );
    // A name has no best value, whatever its direction.
    assert!(dataset.optimum("verdict").is_err());
    let value = dataset.variable("verdict").unwrap().cell(0).unwrap().value;
    assert_eq!(value, Some(Value::from("Converged")));
}
