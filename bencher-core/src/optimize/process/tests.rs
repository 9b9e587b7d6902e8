//! The model's proposals in searches of functions whose best point is known.

use bencher_macros::ParametrizedSweep;

use crate::optimize::{Asked, Goal, Origin, Search, SearchOptions};
use crate::plan::SweepChoice;
use crate::var::ParametrizedSweep as _;

/// Three methods that seem to be the same: the last one is better, but only near 0.85.
#[derive(ParametrizedSweep, Clone, Debug)]
#[bencher(crate = crate)]
struct Method {
    #[sweep(values("plain", "folded", "packed"))]
    name: String,
    #[sweep(bounds(0.0, 1.0))]
    share: f64,
    #[result(direction = "minimize")]
    cost: Option<f64>,
}

impl Method {
    fn value(&self) -> f64 {
        let plain = 1.0 + (self.share - 0.3).powi(2);
        if self.name == "packed" {
            plain.min(4.0 * (self.share - 0.85).abs())
        } else {
            plain
        }
    }
}

fn search(options: SearchOptions) -> (Vec<Method>, Vec<Origin>) {
    let (start, goals) = (Method::baseline().unwrap(), [Goal::minimize("cost")]);
    let mut search = Search::new(&start, &SweepChoice::default(), goals, options).unwrap();
    let (mut sweeps, mut origins) = (Vec::new(), Vec::new());
    while let Asked::Trial(trial) = search.ask().unwrap() {
        search.tell(trial.number, trial.sweep.value()).unwrap();
        origins.push(trial.origin);
        sweeps.push(trial.sweep);
    }
    (sweeps, origins)
}

#[test]
fn where_little_is_expected_choices_are_looked_at_elsewhere() {
    let (sweeps, origins) = search(SearchOptions::default().budget(50));
    // The first ten spread over the space in any case.
    let later = origins.iter().skip(10);
    let spread = later.filter(|origin| **origin == Origin::Spread).count();
    assert!((8..=20).contains(&spread), "{spread} of 40");
    let least = sweeps
        .iter()
        .map(Method::value)
        .fold(f64::INFINITY, f64::min);
    assert!(least < 0.05, "{least}");
}
