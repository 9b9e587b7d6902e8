//! Pictures of every kind of figure as they were when somebody last looked at them.
//!
//! `BENCHER_GOLDEN=write cargo test -p bencher-report --test golden` draws them anew: look at each of them before you
//! commit it.

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
use std::path::{Path, PathBuf};

use bencher_core::dataset::{CellState, Dim};
use bencher_core::record::SweepRecord;
use bencher_core::value::{Kind, ResultValue, Table, TablePlot, Value};
use bencher_core::var::Direction;
use bencher_report::{PlotSelection, PngBackend, ReportOptions, write_report};
use common::{dataset, gallery, inputs, levels, numbers, record, result};
use picture::Picture;

/// The share of pixels that may differ: another processor rounds the edge of a line otherwise.
const TOLERANCE: f64 = 0.003;
/// By how much a pixel may differ without counting, of 255.
const SHADE: u8 = 40;

/// Size against speed of three codecs at four levels each.
fn tradeoff() -> SweepRecord {
    let dims = vec![
        levels("codec", &["lz4", "zstd", "brotli"]),
        numbers("level", "", &[1.0, 3.0, 6.0, 9.0]),
        Dim::repeats(6),
    ];
    let wanted = |name: &str, units: &str, direction| {
        let mut info = result(name, units, Kind::Float(64));
        info.direction = direction;
        info
    };
    let results = vec![
        wanted("size", "B", Direction::Minimize),
        wanted("speed", "B/s", Direction::Maximize),
    ];
    let data = dataset(dims, results, |name, at| {
        let (codec, level) = (at[0] as f64, at[1] as f64);
        let noise = 1.0 + 0.03 * common::noise(at[0] * 100 + at[1] * 10 + at[2]);
        Ok(Value::Float(match name {
            "size" => 9e5 / (1.0 + 0.4 * codec + 0.25 * level),
            _ => 4e8 / (1.0 + 2.0 * codec + level * level) * noise,
        }))
    });
    record("Size against speed", data)
}

/// Places that samples recorded. One sample failed.
fn places() -> SweepRecord {
    let dims = vec![levels("walk", &["round", "straight", "lost"])];
    let results = vec![result("places", "", Kind::Table)];
    let data = dataset(dims, results, |_, at| {
        let step = |n: usize| common::noise(at[0] * 5000 + n) + common::noise(n * 7 + 3);
        let ways = (0..1500).map(|n| (n as f64 / 240.0, step(n), step(n + 1500)));
        let (xs, ys): (Vec<f64>, Vec<f64>) = match at[0] {
            0 => ways
                .map(|(t, x, y)| (3.0 * t.cos() + x, 3.0 * t.sin() + y))
                .unzip(),
            1 => ways
                .map(|(t, x, y)| (t - 3.0 + x * 0.3, t - 3.0 + y))
                .unzip(),
            _ => return Err((CellState::Failed, "never came home")),
        };
        let table = Table::new()
            .column("east", xs)
            .unwrap()
            .column("north", ys)
            .unwrap();
        Ok(table.plotted_as(TablePlot::Hexbin).into_value())
    });
    record("Places", data)
}

/// A map with extremes: one cell is far above all others, one far below, and one has no value.
fn extremes() -> SweepRecord {
    let dims = vec![
        numbers("a", "", &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        numbers("b", "", &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]),
    ];
    let results = vec![result("cost", "s", Kind::Float(64))];
    let data = dataset(dims, results, |_, at| match at {
        [1, 2] => Ok(Value::Float(1e9)),
        [4, 5] => Ok(Value::Float(-1e9)),
        [3, 3] => Err((CellState::BelowResolution, "")),
        _ => Ok(Value::Float(2.0 + at[0] as f64 + at[1] as f64)),
    });
    record("Extremes", data)
}

/// How often each of seven searches finds its goal, of ten tries: their bounds overlap.
fn shares() -> SweepRecord {
    let names = ["random", "grid", "anneal", "tpe", "race", "bayes", "swarm"];
    let dims = vec![
        levels("search", &names),
        numbers("budget", "", &[10.0, 20.0, 40.0, 80.0, 160.0]),
        Dim::repeats(10),
    ];
    let results = vec![result("found", "", Kind::Bool)];
    let data = dataset(dims, results, |_, at| {
        let known = (at[0] + 1) as f64 * (at[1] + 1) as f64 / 36.0;
        let luck = 0.5 + 0.5 * common::noise(at[0] * 1000 + at[1] * 50 + at[2]);
        Ok(Value::Bool(luck < known.min(0.95)))
    });
    record("Searches", data)
}

/// The kinds of figure, with a sweep that shows each.
fn cases() -> Vec<(&'static str, &'static str, SweepRecord)> {
    let all = gallery();
    let of = |title: &str| {
        let mut records = all.iter();
        let found = records.find(|record| record.title == title);
        found.expect(title).clone()
    };
    let curves = || of("Curves over repeats");
    let boxes = || of("Boxes");
    let map = || of("Heat map");
    let facets = || of("Facets");
    let field = || of("Heat maps over a third input");
    vec![
        ("line", "line", of("A line")),
        ("line-of-moments", "line", inputs::nightly()),
        ("curve", "curve", curves()),
        ("curve-in-panels", "curve", facets()),
        ("curve-of-variants", "curve", inputs::variants()),
        ("curve-of-many", "curve", shares()),
        ("band", "band", curves()),
        ("scaling", "scaling", curves()),
        ("ratio", "ratio", curves()),
        ("bar", "bar", of("Bars")),
        ("box", "box", boxes()),
        ("box-side-by-side", "box", of("Boxes side by side")),
        ("violin", "violin", boxes()),
        ("scatter", "scatter", boxes()),
        ("ecdf", "ecdf", boxes()),
        (
            "histogram",
            "histogram",
            of("Truth, text and a distribution"),
        ),
        ("heat-map", "heat-map", map()),
        ("heat-map-in-panels", "heat-map", field()),
        ("heat-map-of-extremes", "heat-map", extremes()),
        ("hexbin", "hexbin", places()),
        ("contour", "contour", map()),
        ("surface", "surface", map()),
        ("volume", "volume", field()),
        ("main-effects", "main-effects", facets()),
        ("interaction", "interaction", facets()),
        ("parallel", "parallel", facets()),
        ("pareto", "pareto", tradeoff()),
    ]
}

fn draw(dir: &Path, plot: &str, record: &SweepRecord) -> PathBuf {
    let options = ReportOptions {
        png_backend: PngBackend::BuiltIn,
        html: false,
        plot_width: 420,
        plot_height: 300,
        plots: Some(PlotSelection::of([plot]).unwrap()),
        ..ReportOptions::default()
    };
    let files = write_report(std::slice::from_ref(record), dir, &options).unwrap();
    assert_eq!(files.warnings, [] as [String; 0]);
    files.pngs.first().expect(plot).clone()
}

/// Writes the darkness of a picture as a grey PNG file: in colours it would be three times as large.
fn write_grey(picture: &Picture, path: &Path) {
    let size = |length: usize| u32::try_from(length).unwrap();
    let file = fs::File::create(path).unwrap();
    let mut encoder = png::Encoder::new(file, size(picture.width), size(picture.rows.len()));
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_compression(png::Compression::High);
    // Areas and strokes repeat as they are.
    encoder.set_filter(png::Filter::NoFilter);
    let light: Vec<u8> = picture
        .rows
        .iter()
        .flatten()
        .map(|dark| 255 - dark)
        .collect();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&light).unwrap();
}

/// The share of pixels that differ; all where the sizes do.
fn difference(one: &Picture, other: &Picture) -> f64 {
    if one.width != other.width || one.rows.len() != other.rows.len() {
        return 1.0;
    }
    let pixels = one.rows.iter().flatten().zip(other.rows.iter().flatten());
    let differ = pixels.filter(|(one, other)| one.abs_diff(**other) > SHADE);
    differ.count() as f64 / (one.width * one.rows.len()) as f64
}

#[test]
fn figures_look_as_they_did() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let is_written = std::env::var_os("BENCHER_GOLDEN").is_some_and(|what| what == "write");
    let mut wrong = Vec::new();
    for (name, plot, record) in cases() {
        let dir = tempfile::tempdir().unwrap();
        let drawn = draw(dir.path(), plot, &record);
        let golden = folder.join(format!("{name}.png"));
        if is_written {
            fs::create_dir_all(&folder).unwrap();
            write_grey(&Picture::read(&drawn), &golden);
        }
        if !golden.is_file() {
            wrong.push(format!("{name}: there is no {}", golden.display()));
            continue;
        }
        let found = difference(&Picture::read(&drawn), &Picture::read(&golden));
        if found > TOLERANCE {
            wrong.push(format!(
                "{name}: {:.2} % of the pixels differ",
                found * 100.0
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nlook at the pictures that BENCHER_GOLDEN=write draws",
        wrong.join("\n")
    );
}

/// One value of a line that changed is seen: the tolerance hides no mark.
#[test]
fn a_changed_value_is_seen() {
    let line = |last: f64| {
        let data = dataset(
            vec![numbers("n", "", &[1.0, 2.0, 3.0, 4.0])],
            vec![result("cost", "s", Kind::Float(64))],
            |_, at| Ok(Value::Float([1.0, 3.0, 2.0, last][at[0]])),
        );
        let dir = tempfile::tempdir().unwrap();
        Picture::read(&draw(dir.path(), "line", &record("Costs", data)))
    };
    assert!(difference(&line(2.5), &line(2.5)) < f64::EPSILON);
    let found = difference(&line(2.5), &line(2.4));
    assert!(found > TOLERANCE, "{found}");
}
