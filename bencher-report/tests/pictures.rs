//! What pictures look like, by their pixels: no character covers them, every name has its place.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]
#![allow(dead_code, reason = "each test uses its part of what they share")]

mod common;
#[path = "support/picture.rs"]
mod picture;

use std::fs;

use bencher_core::dataset::{CellState, Dim};
use bencher_core::record::SweepRecord;
use bencher_core::value::{Kind, Value};
use bencher_core::var::Direction;
use bencher_report::{PngBackend, ReportOptions, write_report};
use common::labels;
use picture::Picture;

fn drawn(record: SweepRecord, renderer: PngBackend) -> Picture {
    let dir = tempfile::tempdir().unwrap();
    let options = ReportOptions {
        png_backend: renderer,
        html: false,
        ..ReportOptions::default()
    };
    let files = write_report(&[record], dir.path(), &options).unwrap();
    assert_eq!(files.warnings, [] as [String; 0]);
    Picture::read(&files.pngs[0])
}

/// Where the names of levels stand, in percent of a picture: captions make it higher than its plot.
fn names_in(picture: &Picture) -> (usize, usize) {
    const PLOT: usize = 1200;
    let of_plot = |percent: usize| percent * PLOT / picture.rows.len();
    (of_plot(80), of_plot(86))
}

const BOTH: [PngBackend; 2] = [PngBackend::Gnuplot, PngBackend::BuiltIn];

#[test]
fn no_character_is_larger_than_its_label() {
    let plain = ["abc", "abcd", "abcde", "ab", "a"];
    // Scripts that few machines have, pictographs, characters of nobody, marks that combine.
    let strange = [
        "日本語",
        "한국어",
        "ไทยไทย",
        "🦀\u{fe0f}",
        "\u{10_fffd}\u{301}",
    ];
    for renderer in BOTH {
        let usual = drawn(labels::words("Words", &plain), renderer).ink();
        let ink = drawn(labels::words("Words", &strange), renderer).ink();
        assert!(ink < usual * 1.2, "{renderer:?}: {ink} instead of {usual}");
    }
    // In titles, units, legends and the names of axes as well.
    let mut record = labels::legend();
    let usual = drawn(record.clone(), PngBackend::Gnuplot).ink();
    let dims = record.dataset.dims().to_vec();
    let mut info = record.dataset.variables()[0].info.clone();
    info.name = "速さ 🦀".to_owned();
    info.units = "個".to_owned();
    let dims = dims
        .into_iter()
        .enumerate()
        .map(|(n, mut dim)| {
            dim.name = format!("数 {n} \u{10_fffd}");
            dim
        })
        .collect();
    record.dataset = common::dataset(dims, vec![info], |_, at| {
        Ok(bencher_core::value::Value::Float(at[0] as f64 + 1.0))
    });
    let ink = drawn(record, PngBackend::Gnuplot).ink();
    assert!(ink < usual * 1.2, "{ink} instead of {usual}");
}

#[test]
fn every_name_of_twenty_has_a_place_of_its_own() {
    for renderer in BOTH {
        for count in [5, 8, 20] {
            for record in [labels::boxes(count), labels::bars(count)] {
                let title = record.title.clone();
                let picture = drawn(record, renderer);
                let (from, to) = names_in(&picture);
                assert_eq!(picture.columns(from, to), count, "{title}, {renderer:?}");
                assert!(!picture.touches_its_border(), "{title}, {renderer:?}");
            }
        }
        // More names than have room: every third or so is written.
        let picture = drawn(labels::bars(90), renderer);
        let (from, to) = names_in(&picture);
        let names = picture.columns(from, to);
        assert!((20..=45).contains(&names), "{names} by {renderer:?}");
    }
}

#[test]
fn a_legend_with_long_names_leaves_room_for_the_plot() {
    for renderer in BOTH {
        let picture = drawn(labels::legend(), renderer);
        assert!(!picture.touches_its_border(), "{renderer:?}");
    }
    for record in [labels::map_of_names(8), labels::maps(6), labels::facets()] {
        let title = record.title.clone();
        let picture = drawn(record, PngBackend::BuiltIn);
        assert!(!picture.touches_its_border(), "{title}");
    }
}

#[test]
fn a_logarithmic_axis_of_many_decades_is_no_bar_of_ticks() {
    for renderer in BOTH {
        let ink = drawn(labels::decades(), renderer).ink();
        assert!(ink < 0.03, "{ink} by {renderer:?}");
    }
}

/// Cells of four values, evenly spaced.
fn map_of(low: f64, high: f64) -> SweepRecord {
    let dims = vec![
        common::numbers("a", "", &[0.0, 1.0]),
        common::numbers("b", "", &[0.0, 1.0]),
    ];
    let info = common::result("y", "", Kind::Float(64));
    let data = common::dataset(dims, vec![info], |_, at| {
        let share = (2 * at[0] + at[1]) as f64 / 3.0;
        Ok(Value::Float(low * (1.0 - share) + high * share))
    });
    common::record("Map", data)
}

#[test]
fn colours_are_told_apart_however_large_small_or_near_their_values_are() {
    let usual = drawn(map_of(-1.0, 1.0), PngBackend::BuiltIn).areas();
    assert_eq!(usual.len(), 5, "four cells and the ground: {usual:?}");
    for (low, high) in [
        (-1e308, 1e308),
        (-1.7e308, 1.7e308),
        (f64::MIN, f64::MAX),
        (1e-320, 3e-320),
        (1e-20, 3e-20),
    ] {
        let areas = drawn(map_of(low, high), PngBackend::BuiltIn).areas();
        assert_eq!(areas, usual, "{low} to {high}");
    }
}

#[test]
fn lines_over_all_numbers_are_drawn() {
    let line = |low: f64, high: f64| {
        let info = common::result("y", "", Kind::Float(64));
        let place = |n: usize| low * (1.0 - n as f64 / 4.0) + high * (n as f64 / 4.0);
        let values: Vec<f64> = (0..5).map(place).collect();
        let data = common::dataset(
            vec![common::numbers("x", "", &values)],
            vec![info],
            |_, at| Ok(Value::Float(values[at[0]])),
        );
        common::record("Line", data)
    };
    for renderer in BOTH {
        let usual = drawn(line(-1.0, 1.0), PngBackend::BuiltIn).ink();
        for (low, high) in [(-1e308, 1e308), (-1.7e308, 1.7e308), (1e-320, 3e-320)] {
            let ink = drawn(line(low, high), renderer).ink();
            let near = usual * 0.8..usual * 1.4;
            assert!(
                near.contains(&ink),
                "{low} to {high} by {renderer:?}: {ink} and {usual}"
            );
        }
    }
}

/// Boxes over words, of a result of which no point is the best: captions would name it.
fn words(words: &[&str]) -> SweepRecord {
    let mut record = labels::words("Words", words);
    record.dataset.variable_mut(0).unwrap().info.direction = Direction::None;
    record
}

#[test]
fn names_that_a_font_cannot_draw_are_numbered() {
    for renderer in BOTH {
        // Characters that no font has; fonts differ between machines.
        let strange = ["\u{10_fff0}\u{10_fff1}", "\u{10_fff2}\u{10_fff3}", "plain"];
        let picture = drawn(words(&strange), renderer);
        let same = drawn(words(&["□□ #1", "□□ #2", "plain"]), renderer);
        assert!(picture.rows == same.rows, "{renderer:?}");
    }
    let scripts = ["日本語", "한국어", "ไทย"];
    let picture = drawn(words(&scripts), PngBackend::BuiltIn);
    let numbered = ["□□□ #1", "□□□ #2", "□□□ #3"];
    let same = drawn(words(&numbered), PngBackend::BuiltIn);
    assert!(picture.rows == same.rows);
}

#[test]
fn a_result_that_no_sample_has_is_no_empty_frame() {
    let info = common::result("y", "s", Kind::Float(64));
    let data = common::dataset(vec![Dim::repeats(40)], vec![info], |_, _| {
        Err((CellState::BelowResolution, "below 25 ns"))
    });
    let dir = tempfile::tempdir().unwrap();
    let files = write_report(
        &[common::record("Nothing", data)],
        dir.path(),
        &ReportOptions::default(),
    );
    let files = files.unwrap();
    assert_eq!((&files.pngs, &files.warnings), (&vec![], &vec![]));
    let page = fs::read_to_string(files.html.unwrap()).unwrap();
    assert!(page.contains("below resolution"), "the page says why");
}
