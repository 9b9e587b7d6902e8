//! The scorecard: as a table, as JSON, and as a page in a real browser.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]

#[path = "../../bencher-report/tests/support/browser.rs"]
mod browser;
mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bencher_core::history::SnapshotState;
use browser::render;
use common::{EVIL, printed, tool};
use serde_json::Value as Json;

/// The rows as JSON, by sweep and result.
fn rows(store: &Path) -> BTreeMap<(String, String), Json> {
    let lines = printed(store, &["scorecard", "--json", "--store", "."]);
    let row = |line: &str| -> ((String, String), Json) {
        let row: Json = serde_json::from_str(line).unwrap();
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        ((text("sweep"), text("result")), row)
    };
    lines.lines().map(row).collect()
}

fn row<'r>(rows: &'r BTreeMap<(String, String), Json>, sweep: &str, result: &str) -> &'r Json {
    &rows[&(sweep.to_owned(), result.to_owned())]
}

#[test]
fn results_without_a_history_are_compared_with_the_previous_ones() {
    let store = tempfile::tempdir().unwrap();
    common::results(store.path());
    let rows = rows(store.path());
    let verdict = |result: &str| {
        let row = row(&rows, "Packing", result);
        (
            row["grade"].clone(),
            row["verdict"].clone(),
            row["reason"].clone(),
        )
    };
    // 110 for 100 at one of two points, and by `compare` the same at the other.
    assert_eq!(
        verdict("moves"),
        (
            "worse".into(),
            "worse".into(),
            "1 of 2 points; +10 % at items=20".into()
        )
    );
    assert_eq!(
        verdict("spills"),
        (
            "vanished".into(),
            "vanished".into(),
            "had values before, has none now".into()
        )
    );
    assert_eq!(verdict("levels"), ("same".into(), "same".into(), "".into()));
    assert_eq!(verdict("ratio").0, "undecided");
    assert!(
        verdict("ratio")
            .2
            .as_str()
            .unwrap()
            .starts_with("2 of 2 points: one run each")
    );
    // The geometric means: the root of 100 times 110, and the root of 1 times 1.1.
    let moves = row(&rows, "Packing", "moves");
    assert!((moves["value"].as_f64().unwrap() - 11_000_f64.sqrt()).abs() < 1e-9);
    assert!((moves["change"].as_f64().unwrap() - 1.1_f64.sqrt()).abs() < 1e-12);
    assert_eq!((&moves["points"], &moves["runs"]), (&2.into(), &2.into()));
    assert_eq!(moves["program"], "demo/packing (bench)");
    assert_eq!(row(&rows, "Packing", "spills")["value"], Json::Null);
}

#[test]
fn results_with_a_history_are_judged_by_its_rules() {
    let store = tempfile::tempdir().unwrap();
    common::one_point(store.path());
    common::curves(store.path());
    common::regression(store.path());
    let found = rows(store.path());
    let grade = |sweep: &str, result: &str| row(&found, sweep, result)["grade"].clone();
    assert_eq!(grade("Start", "elapsed"), "ok");
    assert_eq!(grade("Parse", "elapsed"), "regression");
    // A point failed in the newest run.
    assert_eq!(grade("By length", "elapsed"), "failed");
    assert_eq!(
        row(&found, "By length", "moves")["reason"],
        "samples failed at 1 of 12 points"
    );
    // 20 % above the median of eleven runs, of which eight are before the change.
    let parse = row(&found, "Parse", "elapsed");
    assert!(
        (parse["change"].as_f64().unwrap() - 1.2).abs() < 0.005,
        "{parse}"
    );
    assert!(
        (parse["value"].as_f64().unwrap() / 3.72e-6 - 1.0).abs() < 0.005,
        "{parse}"
    );
    assert_eq!(parse["runs"], 12);

    // Once it is accepted, it is no regression any more.
    printed(
        store.path(),
        &[
            "history",
            "accept",
            "Parse",
            "last",
            "--reason",
            "the checksum",
            "--store",
            ".",
        ],
    );
    let found = rows(store.path());
    let parse = row(&found, "Parse", "elapsed");
    assert_eq!(
        (&parse["grade"], &parse["reason"]),
        (&"accepted".into(), &"the checksum".into())
    );
    // And a run that a person rejects is a regression.
    printed(
        store.path(),
        &[
            "history",
            "fail",
            "Start",
            "last",
            "--reason",
            "noisy machine",
            "--store",
            ".",
        ],
    );
    let found = rows(store.path());
    let start = row(&found, "Start", "elapsed");
    assert_eq!(
        (&start["grade"], &start["reason"]),
        (&"regression".into(), &"noisy machine".into())
    );
}

#[test]
fn a_first_run_is_undecided_and_a_vanished_result_is_not() {
    use bencher_core::dataset::Dim;
    let store = tempfile::tempdir().unwrap();
    let cell = |_: &str, _: &[usize]| Some(5_u64.into());
    let one = |results| common::record("Sizes", vec![Dim::repeats(1)], results, cell);
    let both = || vec![common::count("bytes"), common::count("blocks")];
    common::keep(store.path(), 1, &one(both()), SnapshotState::Good);
    let found = rows(store.path());
    assert_eq!(row(&found, "Sizes", "bytes")["grade"], "undecided");
    common::keep(
        store.path(),
        2,
        &one(vec![common::count("bytes")]),
        SnapshotState::Good,
    );
    let found = rows(store.path());
    assert_eq!(row(&found, "Sizes", "bytes")["grade"], "ok");
    assert_eq!(row(&found, "Sizes", "blocks")["grade"], "vanished");
}

#[test]
fn the_table_has_the_worst_first_and_an_empty_store_is_an_error() {
    let store = tempfile::tempdir().unwrap();
    common::results(store.path());
    common::regression(store.path());
    let shown = printed(store.path(), &["scorecard", "--store", "."]);
    let verdicts: Vec<&str> = shown
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(
        verdicts,
        ["vanished", "regression", "worse", "undecided", "same"]
    );
    assert!(
        shown.contains(
            "5 results of 2 sweeps: 1 vanished, 1 regression, 1 worse, 1 undecided, 1 same"
        )
    );

    let empty = tempfile::tempdir().unwrap();
    let ran = tool(empty.path(), &["scorecard", "--store", "."]);
    let errors = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(1));
    assert!(
        errors.contains("no result is stored in .; run a benchmark first"),
        "{errors}"
    );
    assert!(!empty.path().join("reports").exists());
}

#[test]
fn a_file_of_somebody_else_is_not_replaced() {
    let store = tempfile::tempdir().unwrap();
    common::results(store.path());
    let page = store.path().join("card.html");
    fs::write(&page, "mine").unwrap();
    let ran = tool(
        store.path(),
        &["scorecard", "--store", ".", "--out", "card.html"],
    );
    let errors = String::from_utf8(ran.stderr).unwrap();
    assert!(
        ran.status.code() == Some(1) && errors.contains("was not written by bencher"),
        "{errors}"
    );
    assert_eq!(fs::read_to_string(&page).unwrap(), "mine");
    fs::remove_file(&page).unwrap();
    for _ in 0..2 {
        printed(
            store.path(),
            &["scorecard", "--store", ".", "--output", "card.html"],
        );
    }
    assert!(
        fs::read_to_string(&page)
            .unwrap()
            .contains("Scorecard</h1>")
    );
}

#[test]
fn the_page_needs_no_script_and_sorts_with_it() {
    let store = tempfile::tempdir().unwrap();
    common::results(store.path());
    common::regression(store.path());
    common::hostile(store.path());
    printed(store.path(), &["report", "--store", "."]);
    printed(store.path(), &["scorecard", "--store", "."]);
    let page = store.path().join("reports/scorecard/index.html");
    let written = fs::read_to_string(&page).unwrap();
    assert!(written.contains("default-src 'none'"));
    for address in ["http:", "https:", "url(", "@import", "src=\""] {
        assert!(!written.contains(address), "the page contains {address}");
    }
    assert_eq!(
        written.matches("<svg class=\"spark\" role=\"img\"").count(),
        5
    );
    // The link leads to the section of the sweep in its report.
    let link = "./../all/index.html#packing";
    assert!(written.contains(&format!("<a href=\"{link}\">Packing</a>")));
    let report = fs::read_to_string(store.path().join("reports/all/index.html")).unwrap();
    assert!(report.contains("<section id=\"packing\""));

    let script = "<script>
        const order = () => [...document.querySelectorAll('tbody')].map((body) =>
            [...body.rows].slice(1).map((row) => row.cells[2].textContent).join(' ')).join(' | ');
        const note = (name, value) => document.body.dataset[name] = encodeURIComponent(value);
        note('first', order());
        const press = (name) => [...document.querySelectorAll('th button')].find((one) => one.textContent === name).click();
        press('Latest');
        note('rising', order());
        press('Latest');
        note('falling', order() + ' ' + document.querySelectorAll('th[aria-sort=descending]').length);
        note('images', document.images.length);
    </script></body>";
    fs::write(&page, written.replace("</body>", script)).unwrap();
    let (dom, console) = render(&page);
    assert_eq!(console, "");
    let noted = |name: &str| {
        let after = dom.split(&format!(" data-{name}=\"")).nth(1).expect(name);
        after
            .split('"')
            .next()
            .unwrap()
            .replace("%20", " ")
            .replace("%7C", "|")
    };
    assert_eq!(noted("images"), "0");
    // The groups stay; a result without a value comes last either way.
    assert!(
        noted("first").starts_with("spills moves ratio levels | "),
        "{}",
        noted("first")
    );
    assert!(
        noted("rising").starts_with("ratio levels moves spills | "),
        "{}",
        noted("rising")
    );
    assert!(
        noted("falling").starts_with("moves levels ratio spills | "),
        "{}",
        noted("falling")
    );
    assert!(noted("falling").ends_with(" 1"));
    let shown = EVIL.replace('<', "&lt;").replace('>', "&gt;");
    assert!(dom.contains(&shown));
}

/// Draws `docs/scorecard.png` anew, and prints the table beside it: `cargo test -p cargo-bencher --test scorecard -- \
/// --ignored --nocapture`.
#[test]
#[ignore = "writes a picture of the docs"]
fn the_picture_of_the_docs() {
    let store = tempfile::tempdir().unwrap();
    common::one_point(store.path());
    common::curves(store.path());
    common::maps(store.path());
    common::results(store.path());
    common::regression(store.path());
    println!("{}", printed(store.path(), &["scorecard", "--store", "."]));
    let profile = tempfile::tempdir().unwrap();
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/scorecard.png");
    let drawn = std::process::Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
        ])
        .arg("--window-size=1060,1000")
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--screenshot={}", picture.display()))
        .arg(format!(
            "file://{}/reports/scorecard/index.html",
            store.path().display()
        ))
        .status();
    assert!(drawn.unwrap().success());
}
