//! What the plots over several inputs look like as pictures, by their pixels.

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

use bencher_core::bench::PlotSelection;
use bencher_core::dataset::{CellState, Dim};
use bencher_core::record::SweepRecord;
use bencher_core::value::{Kind, Value};
use bencher_report::{PngBackend, ReportOptions, write_report};
use common::{dataset, evil, levels, numbers, powers, record, result};
use picture::Picture;

const BOTH: [PngBackend; 2] = [PngBackend::Gnuplot, PngBackend::BuiltIn];

fn drawn(record: SweepRecord, plots: &str, renderer: PngBackend, size: u32) -> Vec<Picture> {
    let dir = tempfile::tempdir().unwrap();
    let options = ReportOptions {
        png_backend: renderer,
        html: false,
        plots: Some(PlotSelection::of(plots.split(',')).unwrap()),
        plot_width: size,
        plot_height: size,
        ..ReportOptions::default()
    };
    let files = write_report(&[record], dir.path(), &options).unwrap();
    assert_eq!(files.warnings, [] as [String; 0], "{plots}");
    files.pngs.iter().map(|path| Picture::read(path)).collect()
}

fn one(record: SweepRecord, plots: &str, renderer: PngBackend) -> Picture {
    let mut pictures = drawn(record, plots, renderer, 600);
    assert_eq!(pictures.len(), 1, "{plots}");
    pictures.remove(0)
}

/// `x + y` from 0 to 20; with a hole, the middle failed.
fn slope(hole: bool) -> SweepRecord {
    let places: Vec<f64> = (0..=10).map(f64::from).collect();
    let dims = vec![numbers("x", "", &places), numbers("y", "", &places)];
    let info = vec![result("sum", "", Kind::Float(64))];
    let data = dataset(dims, info, |_, at| match at {
        [4..=6, 4..=6] if hole => Err((CellState::Failed, "boom")),
        at => Ok(Value::Float((at[0] + at[1]) as f64)),
    });
    record("Slope", data)
}

#[test]
fn contours_have_a_colour_between_two_levels() {
    // Levels at 5, 10 and 15: four colours, two of which are equally dark, and the ground.
    let areas = one(slope(false), "contour", PngBackend::BuiltIn).areas();
    assert_eq!(areas.len(), 4, "{areas:?}");
    let holed = one(slope(true), "contour", PngBackend::BuiltIn).areas();
    // The grey of what is missing, #b3b3b3.
    assert!(holed.contains(&(0xff - 0xb3)), "{holed:?}");
    assert!(!areas.contains(&(0xff - 0xb3)), "{areas:?}");
    // gnuplot draws lines alone.
    let lines = one(slope(false), "contour", PngBackend::Gnuplot);
    assert_eq!(lines.areas(), [0]);
    assert!(lines.ink() > 0.001);
}

#[test]
fn a_surface_has_many_colours_and_a_hole() {
    let rise = |hole: bool| {
        let places: Vec<f64> = (0..=10).map(f64::from).collect();
        let dims = vec![numbers("x", "", &places), numbers("y", "", &places)];
        let info = vec![result("height", "", Kind::Float(64))];
        let data = dataset(dims, info, |_, at| match at {
            [4..=6, 4..=6, ..] if hole => Err((CellState::Failed, "boom")),
            at => Ok(Value::Float(at[0] as f64)),
        });
        one(record("Rise", data), "surface", PngBackend::BuiltIn)
    };
    // Two pixels for each point; below stand captions, which differ.
    let plot = |mut picture: Picture| {
        picture.rows.truncate(1200);
        picture
    };
    let (whole, holed) = (plot(rise(false)), plot(rise(true)));
    // A slope of 100 patches covers a part of the picture; 16 of them are missing.
    let missing = 1.0 - holed.ink() / whole.ink();
    assert!((0.05..0.3).contains(&missing), "{missing}");
}

#[test]
fn every_picture_keeps_to_its_borders() {
    let long = |n: usize| format!("an input with a name of more than thirty characters, {n}");
    let dims = || {
        let names = [0, 1, 2, 3].map(long);
        let level = [
            "a level with a long name that takes room",
            "another level with a long name",
        ];
        vec![
            powers(&names[0], "B", 4, 12),
            numbers(&names[1], "a long unit", &[0.5, 1.0, 2.5]),
            levels(&names[2], &level),
            levels(&names[3], &["a", "b"]),
            Dim::repeats(3),
        ]
    };
    let info = || vec![result(&long(9), "s", Kind::Float(64))];
    let wide = dataset(dims(), info(), |_, at| {
        if at[0] == 3 && at[2] == 1 {
            return Err((CellState::Failed, "no memory"));
        }
        let base = 10_f64.powf(at[0] as f64 - 6.0);
        Ok(Value::Float(
            base * (1.0 + at.iter().skip(1).sum::<usize>() as f64),
        ))
    });
    for renderer in BOTH {
        // gnuplot draws one of them by itself.
        let all = ["interaction", "parallel", "band", "contour", "surface"];
        let count = if renderer == PngBackend::Gnuplot {
            1
        } else {
            all.len()
        };
        for plots in all.into_iter().take(count) {
            for picture in drawn(record("Wide", wide.clone()), plots, renderer, 600) {
                assert!(!picture.touches_its_border(), "{plots} by {renderer:?}");
                assert!(
                    picture.ink() > 0.002,
                    "{plots} by {renderer:?}: {}",
                    picture.ink()
                );
            }
        }
        for picture in drawn(evil(), "parallel,interaction,band", renderer, 600) {
            assert!(!picture.touches_its_border(), "{renderer:?}");
        }
    }
}

#[test]
fn numbers_at_the_ends_of_the_floats_are_drawn() {
    for (low, high) in [
        (-1e308, 1e308),
        (f64::MIN, f64::MAX),
        (1e-320, 3e-320),
        (5.0, 5.0),
    ] {
        let dims = || {
            vec![
                numbers("a", "", &[low, high + if low < high { 0.0 } else { 1.0 }]),
                numbers("b", "", &[0.0, 1.0, 2.0]),
                numbers("c", "", &[0.0, 1.0]),
                levels("d", &["p", "q"]),
                Dim::repeats(2),
            ]
        };
        let info = vec![result("out", "s", Kind::Float(64))];
        let data = dataset(dims(), info, |_, at| {
            let share = (at[0] * 6 + at[1] * 2 + at[2]) as f64 / 11.0;
            Ok(Value::Float(low * (1.0 - share) + high * share))
        });
        let plots = "parallel,interaction,band,contour,surface,volume";
        for renderer in if low < 0.0 { &BOTH[..] } else { &BOTH[1..] }
            .iter()
            .copied()
        {
            let pictures = drawn(record("Ends", data.clone()), plots, renderer, 250);
            assert!(pictures.len() >= 6, "{low} to {high}: {}", pictures.len());
            for (n, picture) in pictures.iter().enumerate() {
                assert!(
                    picture.ink() > 0.001,
                    "{low} to {high}, {n} by {renderer:?}"
                );
            }
        }
    }
}
