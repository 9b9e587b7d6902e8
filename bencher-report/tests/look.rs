//! How large figures are and how they are laid out is what the reader wants: in the files, and in a browser.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]
#![allow(dead_code, reason = "each test uses its part of what they share")]

#[path = "support/browser.rs"]
mod browser;
mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bencher_core::record::SweepRecord;
use bencher_core::value::{Kind, Value};
use bencher_report::{
    PaneLayout, PlotSelection, PngBackend, ReportFiles, ReportOptions, write_report,
};
use browser::render;
use common::{contents, dataset, levels, numbers, record, result};

/// A record whose one chart has panels over all inputs but two.
fn faceted(further: &[(&str, &[&str])]) -> SweepRecord {
    let mut dims = vec![
        numbers("x", "mm", &[1.0, 2.0, 3.0]),
        levels("algo", &["a", "b"]),
    ];
    dims.extend(further.iter().map(|(name, values)| levels(name, values)));
    let data = dataset(dims, vec![result("y", "s", Kind::Float(64))], |_, at| {
        Ok(Value::Float(at.iter().sum::<usize>() as f64))
    });
    record("Faceted", data)
}

fn drawn(dir: &Path, records: &[SweepRecord], options: ReportOptions) -> ReportFiles {
    let files = write_report(records, dir, &options).unwrap();
    assert_eq!(files.warnings, [] as [String; 0]);
    files
}

/// Width and height, from a PNG file's first chunk.
fn size(picture: &Path) -> (u32, u32) {
    let bytes = fs::read(picture).unwrap();
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn plots_have_the_size_that_is_wanted() {
    let dir = tempfile::tempdir().unwrap();
    let options = ReportOptions {
        png_backend: PngBackend::BuiltIn,
        plot_width: 400,
        plot_height: 300,
        ..ReportOptions::default()
    };
    let files = drawn(dir.path(), &[faceted(&[])], options.clone());
    // Captions stand below the plot.
    let (width, height) = size(&files.pngs[0]);
    assert_eq!(width, 800);
    assert!((600..760).contains(&height), "{height}");
    let page = fs::read_to_string(files.html.unwrap()).unwrap();
    assert!(page.contains("min-width:0px;max-width:400px"));

    let grid = faceted(&[("mode", &["p", "q"])]);
    let files = drawn(dir.path(), std::slice::from_ref(&grid), options);
    // Two panels and their title; a picture is wide enough for both.
    let (width, height) = size(&files.pngs[0]);
    assert!((1600..1800).contains(&width), "{width} × {height}");
    let page = fs::read_to_string(files.html.unwrap()).unwrap();
    assert!(page.contains("min-width:500px;max-width:800px"));

    // Wider than the page, and so scrolled there; a picture too large for the memory has fewer pixels.
    let huge = ReportOptions {
        png_backend: PngBackend::BuiltIn,
        plot_width: 10_000,
        plot_height: 1_600,
        ..ReportOptions::default()
    };
    let files = drawn(dir.path(), &[faceted(&[])], huge);
    let (width, height) = size(&files.pngs[0]);
    assert!(width < 20_000 && u64::from(width) * u64::from(height) < 49_000_000);
    let page = fs::read_to_string(files.html.unwrap()).unwrap();
    assert!(page.contains("min-width:10000px;max-width:10000px"));
}

/// The page of some records in a layout, with what its tabs show after each was chosen: the labels of those
/// that stand open, and how many plots that have a width are in them.
fn probed(records: &[SweepRecord], layout: PaneLayout) -> (String, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    // Main effects have one panel, whatever the layout.
    let plots = ["line", "curve", "bar", "box", "heat-map", "panes"];
    let options = ReportOptions {
        png: false,
        layout,
        plots: Some(PlotSelection::of(plots).unwrap()),
        ..ReportOptions::default()
    };
    let page = drawn(dir.path(), records, options).html.unwrap();
    let probe = "<script>const wait = setInterval(() => {
        if (!document.documentElement.dataset.figures) return;
        clearInterval(wait);
        const states = [];
        const look = () => {
            const open = [...document.querySelectorAll('.part')].filter((part) => part.offsetHeight > 30);
            const label = (part) => document.getElementById(part.getAttribute('aria-labelledby')).textContent;
            const plots = open.flatMap((part) => [...part.querySelectorAll('.main-svg')]);
            const wide = plots.filter((plot) => plot.getBoundingClientRect().width > 300);
            states.push(open.map(label).join(' and ') + (wide.length > 0 ? ': drawn' : ': not drawn'));
        };
        for (const tab of document.querySelectorAll('[role=tab]')) { tab.click(); look(); }
        const first = document.querySelector('[role=tab]');
        if (first) {
            first.click();
            first.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
            look();
        }
        document.body.dataset.states = states.join(';');
    }, 20);</script></body>";
    let written = fs::read_to_string(&page).unwrap();
    fs::write(&page, written.replace("</body>", probe)).unwrap();
    let (dom, console) = render(&page);
    assert_eq!(console, "");
    assert!(!dom.contains("class=\"failed-figure\"") && !dom.contains("class=\"drawing\""));
    let states = dom.split("data-states=\"").nth(1).unwrap();
    let states = states.split('"').next().unwrap();
    let states = states.split(';').filter(|one| !one.is_empty());
    (written, states.map(str::to_owned).collect())
}

#[test]
fn panels_stand_behind_tabs_where_that_is_wanted() {
    let record = [faceted(&[
        ("mode", &["p", "q"]),
        ("size", &["s", "m", "l"]),
    ])];
    // The figure of slices has no tabs.
    let plots = |page: &str| page.matches("class=\"plot\"").count() - 1;
    let (page, states) = probed(&record, PaneLayout::Grid);
    assert_eq!((plots(&page), states.len()), (1, 0));

    let (page, states) = probed(&record, PaneLayout::Tabs);
    assert_eq!(plots(&page), 6);
    assert_eq!(states[0], "size = s, mode = p: drawn");
    assert_eq!(states[5], "size = l, mode = q: drawn");
    let by_arrow = "size = s, mode = q: drawn";
    assert_eq!((states.len(), states[6].as_str()), (7, by_arrow));
    // Plots that are looked at one after the other have the same axes.
    let ranges: BTreeSet<&str> = page
        .split("\"range\":[")
        .skip(1)
        .filter_map(|range| range.split_once(']'))
        .map(|(range, _)| range)
        .collect();
    let of_x_of_y_of_signs = ["0.96,3.04", "-0.36,6.36", "0,1"];
    assert_eq!(ranges, of_x_of_y_of_signs.into());

    let (page, states) = probed(&record, PaneLayout::Both);
    assert_eq!(plots(&page), 3);
    let expected =
        ["size = s", "size = m", "size = l", "size = m"].map(|tab| format!("{tab}: drawn"));
    assert_eq!(states, expected);
}

#[test]
fn panes_stand_behind_tabs_too() {
    let dir = tempfile::tempdir().unwrap();
    let options = |layout| ReportOptions {
        png: false,
        layout,
        ..ReportOptions::default()
    };
    let page = |layout| {
        let files = drawn(dir.path(), &[contents::images()], options(layout));
        fs::read_to_string(files.html.unwrap()).unwrap()
    };
    let grid = page(PaneLayout::Grid);
    assert_eq!(
        (
            grid.matches("<ul class=\"panes\"").count(),
            grid.matches("role=\"tab\"").count()
        ),
        (1, 0)
    );
    let tabs = page(PaneLayout::Tabs);
    let parts = tabs.matches("role=\"tabpanel\"").count();
    assert_eq!(tabs.matches("<img").count(), grid.matches("<img").count());
    assert!(parts > 1 && tabs.matches("<ul class=\"panes\"").count() >= parts);
}
