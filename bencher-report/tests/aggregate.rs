//! The view of a sweep over fewer inputs: its numbers by hand, its words, its place.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]
#![allow(dead_code, reason = "each test uses its part of what they share")]

mod common;

use bencher_core::dataset::{
    Aggregate, Aggregation, CellState, Dataset, Dim, Statistic, VariableInfo,
};
use bencher_core::record::SweepRecord;
use bencher_core::value::{Kind, Value};
use bencher_report::{ReportOptions, write_report};
use common::{dataset, levels, powers, record, result};

/// The cost of `len` and `algo` is `100 len + 10 algo`, and 1 more at the second repeat; that of the last length and `b`
/// is missing.
fn costs(info: VariableInfo, repeats: u32) -> Dataset {
    let dims = vec![
        powers("len", "B", 10, 12),
        levels("algo", &["a", "b", "c"]),
        Dim::repeats(repeats),
    ];
    dataset(dims, vec![info], |_, at| {
        if at[..2] == [2, 1] {
            return Err((CellState::Failed, "no memory"));
        }
        let cost = (100 * at[0] + 10 * at[1] + at[2]) as f64;
        Ok(Value::Float(cost))
    })
}

fn view(inputs: Aggregate, statistic: Statistic) -> Aggregation {
    Aggregation { inputs, statistic }
}

/// The page and the warnings of a report, without its pictures.
fn page(record: SweepRecord, aggregate: Option<Aggregation>) -> (String, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let options = ReportOptions {
        png: false,
        aggregate,
        ..ReportOptions::default()
    };
    let files = write_report(&[record], dir.path(), &options).unwrap();
    let page = std::fs::read_to_string(files.html.unwrap()).unwrap();
    (page, files.warnings)
}

/// The titles of figures, in their order.
fn titles(page: &str) -> Vec<&str> {
    let figures = page.split("<figcaption><h2>").skip(1);
    figures
        .map(|rest| rest.split("</h2>").next().unwrap())
        .collect()
}

#[test]
fn the_mean_over_an_input_comes_first_and_says_what_it_is() {
    let data = costs(result("cost", "s", Kind::Float(64)), 1);
    let all = Some(view(Aggregate::AllButFirst, Statistic::Mean));
    let (page, warnings) = page(record("Costs", data), all);
    assert_eq!(warnings, [] as [String; 0]);
    assert_eq!(
        titles(&page)[..2],
        ["mean of cost vs len", "cost vs len vs algo"]
    );
    // By hand: 0, 10 and 20 make 10, 100 more for each length; of the last length, 200 and 220 are left.
    let rows: Vec<&str> = page
        .split("<tbody>")
        .find(|table| table.contains("110"))
        .map(|table| table.split("</tbody>").next().unwrap())
        .into_iter()
        .collect();
    assert_eq!(rows.len(), 1, "no table has the means");
    for mean in ["<td>10</td>", "<td>110</td>", "<td>210</td>"] {
        assert!(rows[0].contains(mean), "{mean} in {rows:?}");
    }
    for words in [
        "Each value is the mean over 3 points that differ in algo (3).",
        "is no property of one point",
        "Without bounds: each point has one sample.",
        "1 of 3 values are not of all 3 points",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn repeats_keep_their_spread_and_times_have_no_bounds() {
    let last = || view(Aggregate::Last(1), Statistic::Max);
    let data = costs(result("cost", "s", Kind::Float(64)), 2);
    let (repeated, _) = page(record("Costs", data), Some(last()));
    assert!(repeated.contains("Each value is the largest value over 3 points"));
    assert!(repeated.contains("the spread is that of the repeats"));
    // 20 and 21: the mean of the largest of each repeat.
    assert!(repeated.contains("<td>20.5</td>"));

    let timed = VariableInfo {
        timed: true,
        ..result("cost", "s", Kind::Float(64))
    };
    let (without, _) = page(record("Times", costs(timed, 8)), Some(last()));
    assert!(
        without.contains("Without bounds: those of single points are not bounds of this value.")
    );
}

/// The choice of a run is in its result, and a reader's own choice overrides it.
#[test]
fn a_record_says_which_view_it_has() {
    let mut data = costs(result("cost", "s", Kind::Float(64)), 1);
    let named = view(Aggregate::named(["len"]), Statistic::Sum);
    Aggregation::attach(Some(&named), &mut data);
    let (own, _) = page(record("Costs", data.clone()), None);
    assert_eq!(titles(&own)[0], "sum of cost vs algo");
    let other = Some(view(Aggregate::named(["algo"]), Statistic::Median));
    let (chosen, _) = page(record("Costs", data.clone()), other);
    assert_eq!(titles(&chosen)[0], "median of cost vs len");
    let unknown = Some(view(Aggregate::named(["alog"]), Statistic::Mean));
    let (without, warnings) = page(record("Costs", data), unknown);
    assert_eq!(titles(&without)[0], "cost vs len vs algo");
    assert!(
        warnings[0].contains("alog") && warnings[0].contains("`algo`"),
        "{warnings:?}"
    );
}
