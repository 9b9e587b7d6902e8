//! The page of histories, in its file and in a real browser.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_precision_loss,
    reason = "a test may fail, and its counts are small"
)]

#[path = "../../bencher-report/tests/support/browser.rs"]
mod browser;
mod common;

use std::fs;
use std::path::{Path, PathBuf};

use browser::render;
use common::{EVIL, printed};
use serde_json::Value as Json;

/// Draws the page of the histories of a store.
fn page_of(store: &Path) -> PathBuf {
    printed(store, &["history", "report", "--store", "."]);
    store.join("reports/history/index.html")
}

/// The values that the page carries.
fn carried(page: &str) -> Json {
    let (_, after) = page.split_once("id=\"runs\">").unwrap();
    let (json, _) = after.split_once("</script>").unwrap();
    serde_json::from_str(json).unwrap()
}

/// A page with a script at its end, after it ran in the browser: what the script wrote into attributes of the body.
fn probed(page: &Path, script: &str) -> String {
    let script = format!(
        "<script>const wait = setInterval(async () => {{
            if (!document.documentElement.dataset.figures) return;
            clearInterval(wait);
            const note = (name, value) => document.body.dataset[name] = encodeURIComponent(JSON.stringify(value));
            {script}
        }}, 20);</script></body>"
    );
    let text = fs::read_to_string(page).unwrap();
    fs::write(page, text.replace("</body>", &script)).unwrap();
    let (dom, console) = render(page);
    assert_eq!(console, "", "the console is not empty");
    assert!(!dom.contains("class=\"failed-figure\""), "a figure failed");
    dom
}

fn noted(dom: &str, name: &str) -> Json {
    let after = dom.split(&format!(" data-{name}=\"")).nth(1).expect(name);
    let text = after.split('"').next().unwrap();
    let mut bytes = Vec::new();
    let mut parts = text.split('%');
    bytes.extend(parts.next().unwrap().bytes());
    for part in parts {
        let (digits, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).unwrap());
        bytes.extend(rest.bytes());
    }
    serde_json::from_slice(&bytes).unwrap()
}

/// The store whose pages the documentation shows.
#[test]
#[ignore = "writes into the folder that BENCHER_DEMO names"]
fn writes_the_store_of_the_documentation() {
    let root = PathBuf::from(std::env::var_os("BENCHER_DEMO").unwrap());
    common::one_point(&root);
    common::curves(&root);
    common::maps(&root);
    common::results(&root);
    common::regression(&root);
    if std::env::var_os("BENCHER_DEMO_HOSTILE").is_some() {
        common::hostile(&root);
    }
}

#[test]
fn every_figure_is_drawn_and_nothing_is_fetched() {
    let store = tempfile::tempdir().unwrap();
    common::one_point(store.path());
    common::curves(store.path());
    common::maps(store.path());
    let page = page_of(store.path());
    let written = fs::read_to_string(&page).unwrap();
    assert!(written.contains("default-src 'none'"));
    for address in ["http:", "https:", "url(", "@import", "src=\""] {
        assert!(!written.contains(address), "the page contains {address}");
    }
    // Over time, point by point, in one run, compared: of two results, of one, and of the one point alone.
    let figures = written.matches("class=\"plot\"").count();
    assert_eq!(figures, (2 + 2 + 2 + 1) + 1 + (1 + 1 + 1));
    let dom = probed(
        &page,
        "note('colors', matchMedia('(prefers-color-scheme: dark)').matches);
         note('traces', [...document.querySelectorAll('.plot')].map((plot) =>
            plot.querySelectorAll('.cartesianlayer .trace, .cartesianlayer image, .cartesianlayer .heatmaplayer').length));",
    );
    assert!(dom.contains(&format!("data-figures=\"{figures}\"")));
    let traces = noted(&dom, "traces");
    assert!(
        traces
            .as_array()
            .unwrap()
            .iter()
            .all(|count| count.as_u64().unwrap() > 0),
        "{traces}"
    );
    // Every section names its sweep, its tag and its latest run.
    for (title, tag, run) in [
        ("By length", "no tag", "PR 12 · 2026-03-12 · "),
        ("Start", "no tag", "PR 12 · 2026-03-12 · "),
        ("Transpose", "tag nightly", "PR 6 · 2026-03-06 · "),
    ] {
        let section = written
            .split("<section")
            .find(|part| part.contains(&format!(">{title}</h1>")));
        let section = section.unwrap();
        assert!(section.contains(&format!("<span>{tag}</span>")), "{title}");
        assert!(section.contains(&format!("latest: {run}")), "{title}");
    }
}

#[test]
fn the_line_of_one_point_has_marks_bands_and_hollow_points() {
    let store = tempfile::tempdir().unwrap();
    common::one_point(store.path());
    let shown = printed(store.path(), &["history", "show", "Start", "--store", "."]);
    let page = page_of(store.path());
    let written = fs::read_to_string(&page).unwrap();
    // The change points are those that `history show` lists, with the same numbers.
    let changes: Vec<&str> = shown.lines().filter(|line| line.contains("->")).collect();
    assert_eq!(changes.len(), 2, "{shown}");
    for change in changes {
        assert!(written.contains(&change.replace('>', "&gt;")), "{change}");
    }
    let dom = probed(
        &page,
        "const plot = document.querySelector('.plot');
         note('names', plot.data.map((trace) => trace.name));
         note('line', plot.data.find((trace) => trace.name === 'elapsed').x);
         note('failed', plot.data.find((trace) => trace.name === 'failed run').x);
         note('symbol', plot.data.find((trace) => trace.name === 'failed run').marker.symbol);
         note('marks', plot.layout.shapes.map((shape) => shape.x0));
         note('labels', plot.layout.annotations.map((label) => label.text));
         note('hover', plot.data.find((trace) => trace.name === 'elapsed').hovertext[0]);",
    );
    let names: Vec<String> = serde_json::from_value(noted(&dom, "names")).unwrap();
    assert_eq!(
        names,
        [
            "any run (95 %)",
            "within the run (95 %)",
            "elapsed",
            "failed run",
            "accepted run"
        ]
    );
    // The seventh run failed: the line passes it by. The marks stand before PR 8 and before PR 10.
    let numbers = |name: &str| -> Vec<f64> { serde_json::from_value(noted(&dom, name)).unwrap() };
    assert_eq!(
        numbers("line"),
        [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 8.0, 9.0, 10.0, 11.0]
    );
    assert_eq!(
        (numbers("failed"), noted(&dom, "symbol")),
        (vec![6.0], "circle-open".into())
    );
    assert_eq!(numbers("marks"), [6.5, 8.5]);
    let labels: Vec<String> = serde_json::from_value(noted(&dom, "labels")).unwrap();
    assert!(
        labels[0].starts_with("PR 8 (") && labels[0].contains("): +29."),
        "{labels:?}"
    );
    let hover = noted(&dom, "hover");
    let hover = hover.as_str().unwrap();
    let commit = format!("{:016x}", 0xa1b2_c3d4_e5f6_0718_u64);
    for part in [
        "PR 1 · 2026-03-01",
        &commit[..9],
        "1.82",
        "within the run",
        "any run",
    ] {
        assert!(hover.contains(part), "{hover}");
    }
}

/// The time of the sweep of maps, as its declaration has it.
fn latency(n: u64, row: usize, column: usize, layout: usize) -> f64 {
    let work = 2_f64.powi(i32::try_from(row + column).unwrap()) + 3.0;
    let slow = if n == 6 && layout == 1 {
        1.0 + 0.06 * column as f64
    } else {
        1.0
    };
    work * 1e-6
        * slow
        * (1.0 + 0.01 * common::noise(n * 999 + (row * 31 + column * 7 + layout) as u64))
}

#[test]
fn ratios_are_quotients_of_what_was_measured() {
    let store = tempfile::tempdir().unwrap();
    common::maps(store.path());
    let page = page_of(store.path());
    // The last two runs: every point that has both values, the worst first.
    let mut expected: Vec<(usize, usize, usize, f64)> = Vec::new();
    for row in 0..6 {
        for column in 0..5 {
            for layout in 0..2 {
                let ratio = latency(6, row, column, layout) / latency(5, row, column, layout);
                expected.push((row, column, layout, ratio));
            }
        }
    }
    expected.retain(|(row, column, layout, _)| (*row, *column, *layout) != (5, 4, 1));
    expected.sort_by(|one, other| other.3.total_cmp(&one.3));
    let rows = "const rows = () => [...document.querySelectorAll('.ratios tbody tr')]
            .map((row) => [...row.cells].map((cell) => cell.textContent));";
    let dom = probed(
        &page,
        &format!(
            "{rows}
             note('written', rows());
             const figure = document.querySelector('.ratios').closest('figure');
             const [, a, b] = figure.querySelectorAll('select');
             const choose = (select, value) => {{ select.value = value; select.dispatchEvent(new Event('change')); }};
             choose(a, '0');
             note('first', rows()[0]);
             choose(a, '4');
             note('again', rows());
             const plot = figure.querySelector('.plot');
             note('middle', [plot.layout.coloraxis.cmin + plot.layout.coloraxis.cmax, plot.layout.coloraxis.colorscale[2]]);
             note('cells', plot.data.filter((trace) => trace.showscale !== false)
                .flatMap((trace) => trace.z.flat()).filter((z) => z !== null).length);"
        ),
    );
    let written: Vec<Vec<String>> = serde_json::from_value(noted(&dom, "written")).unwrap();
    assert_eq!(written.len(), 59);
    for (row, (x, y, layout, ratio)) in written.iter().zip(&expected) {
        let at = [
            [1, 2, 4, 8, 16, 32][*x].to_string(),
            [1, 2, 4, 8, 16][*y].to_string(),
        ];
        assert_eq!(row[..2], at, "{row:?}");
        assert_eq!(row[2], ["dense", "sparse"][*layout]);
        let shown: f64 = row[5].parse().unwrap();
        assert!((shown - ratio).abs() < 6e-4, "{row:?} {ratio}");
    }
    // What the script fills in is what the page had without it.
    assert_eq!(noted(&dom, "again"), noted(&dom, "written"));
    let first: Vec<String> = serde_json::from_value(noted(&dom, "first")).unwrap();
    let shown: f64 = first[5].parse().unwrap();
    let worst = (0..6).flat_map(|row| (0..5).map(move |column| (row, column)));
    let worst = worst
        .filter(|at| *at != (5, 4))
        .map(|(row, column)| latency(6, row, column, 1) / latency(1, row, column, 1));
    assert!(
        (shown - worst.fold(0.0, f64::max)).abs() < 6e-4,
        "{first:?}"
    );
    // White is no change; the failed point has no colour.
    assert_eq!(
        noted(&dom, "middle"),
        serde_json::json!([0, [0.5, "#f4f4f4"]])
    );
    assert_eq!(noted(&dom, "cells"), 59);
}

#[test]
fn the_slider_shows_each_run_and_the_page_carries_each_value_once() {
    let store = tempfile::tempdir().unwrap();
    common::maps(store.path());
    let page = page_of(store.path());
    let written = fs::read_to_string(&page).unwrap();
    let carried = carried(&written);
    let values = carried[0]["results"][0]["values"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!((values.len(), values[0].as_array().unwrap().len()), (6, 60));
    // The points of a run, the last input fastest, in seven digits.
    let third = values[2].as_array().unwrap();
    let expected = latency(3, 1, 2, 1);
    let value = third[(5 + 2) * 2 + 1].as_f64().unwrap();
    assert!((value / expected - 1.0).abs() < 1e-6, "{value} {expected}");
    assert_eq!(third[59], Json::Null);
    assert_eq!(
        carried[0]["results"][0]["states"][2]
            .as_str()
            .unwrap()
            .chars()
            .last(),
        Some('f')
    );
    // A number of seven digits is on the page once.
    let text = third[(5 + 2) * 2 + 1].to_string();
    assert_eq!(written.matches(&text).count(), 1, "{text}");

    let dom = probed(
        &page,
        "const slider = document.querySelector('input[type=range]');
         const plot = document.querySelector('[id*=\"--run-\"] .plot');
         const shown = () => [document.querySelector('output').textContent,
            plot.data[1].z[2][1], plot.layout.coloraxis.cmin];
         note('latest', shown());
         slider.value = 2;
         slider.dispatchEvent(new Event('input'));
         await new Promise((next) => setTimeout(next, 200));
         note('third', shown());",
    );
    let (latest, third) = (noted(&dom, "latest"), noted(&dom, "third"));
    assert!(
        latest[0]
            .as_str()
            .unwrap()
            .starts_with("6: PR 6 · 2026-03-06"),
        "{latest}"
    );
    assert!(
        third[0]
            .as_str()
            .unwrap()
            .starts_with("3: PR 3 · 2026-03-03"),
        "{third}"
    );
    assert_eq!(
        latest[2], third[2],
        "the colours mean the same in every run"
    );
    // Colours of two decades and more are logarithmic, and in the unit of the scale.
    let color = third[1].as_f64().unwrap();
    assert!(
        (10_f64.powf(color) * 1e-6 / expected - 1.0).abs() < 1e-5,
        "{third}"
    );
}

#[test]
fn names_are_text() {
    let store = tempfile::tempdir().unwrap();
    common::hostile(store.path());
    let page = page_of(store.path());
    let dom = probed(
        &page,
        "note('images', document.images.length);
         note('ticks', [...document.querySelectorAll('.xtick text')].map((tick) => tick.textContent));
         note('options', [...document.querySelectorAll('option')].map((option) => option.textContent));",
    );
    assert_eq!(noted(&dom, "images"), 0, "a name became an element");
    let ticks: Vec<String> = serde_json::from_value(noted(&dom, "ticks")).unwrap();
    assert!(ticks.iter().any(|tick| tick == "%{x}<b>"), "{ticks:?}");
    assert!(
        ticks.iter().any(|tick| tick == "</script><img…"),
        "{ticks:?}"
    );
    let options: Vec<String> = serde_json::from_value(noted(&dom, "options")).unwrap();
    assert!(
        options
            .iter()
            .any(|option| option.starts_with(&format!("3: {EVIL} · "))),
        "{options:?}"
    );
    let shown = EVIL.replace('<', "&lt;").replace('>', "&gt;");
    assert!(dom.contains(&format!(">{shown}</h1>")));
}
