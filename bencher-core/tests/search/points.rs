//! The dataset of a search: its points, the best first, and those that a space has.

use bencher_core::dataset::CellState;
use bencher_core::value::Value;

use super::{Codec, Packing, bench, costs, quiet};

#[test]
fn a_search_gives_a_dataset_of_its_points_with_the_best_first() {
    let mut bench = bench(quiet(None));
    let result = bench
        .sweep("Cost")
        .optimize(Packing::COST)
        .evaluations(30)
        .run()
        .unwrap();
    let dataset = result.dataset();
    assert_eq!(dataset.dims()[0].name, "proposal");
    assert_eq!(dataset.shape(), [30, 2], "the best was measured twice");
    let costs = costs(dataset);
    assert!(costs.is_sorted() && costs[0] < 1.05, "{costs:?}");
    let Value::Item(best) = &dataset.dims()[0].values[0] else {
        panic!("a row")
    };
    assert!(
        best.part("x")
            .unwrap()
            .as_f64()
            .is_some_and(|x| (x - 0.7).abs() < 0.15),
        "{best}"
    );
    let attribute = |name: &str| dataset.attributes[name].as_str();
    assert_eq!(
        attribute("search"),
        "30 points (gp): the budget of 30 evaluations is used"
    );
    let named = attribute("search best");
    assert!(named.contains("codec=Packed(level=6)"), "{named}");
    assert!(named.contains(" is best (1"), "{named}");
    assert!(named.ends_with(" in 2 equal samples)"), "{named}");
    // All but the best have one sample, and say why.
    let cell = dataset.variable("cost").unwrap().cell(3).unwrap();
    assert_eq!(cell.state, CellState::Skipped);
    assert_eq!(
        cell.reason,
        Some("only points that may be the best are measured again")
    );
    // 30 points, the first leader again, to see that its value comes out the same, and the named one.
    assert_eq!(result.counts().executed, 32);
}

#[test]
fn a_search_ends_when_its_space_is_exhausted() {
    let mut bench = bench(quiet(None));
    let inputs = [Packing::X.values([0.1, 0.7]), Packing::CODEC];
    let result = bench
        .sweep("Cost")
        .inputs(inputs)
        .constraint("raw data has x below 0.5", |cost: &Packing| {
            cost.codec != Codec::Raw || cost.x < 0.5
        })
        .optimize(Packing::COST)
        .run()
        .unwrap();
    assert_eq!(result.dataset().shape()[0], 19);
    let text = &result.dataset().attributes["search"];
    assert!(
        text.contains("all 19 points of the space that keep the constraints"),
        "{text}"
    );
}
