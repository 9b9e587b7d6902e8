//! Records whose labels are hard to place: many, long, alike, or in scripts that a font may lack.

use super::{dataset, levels, noise, numbers, powers, record, result};
use bencher_core::dataset::Dim;
use bencher_core::record::SweepRecord;
use bencher_core::value::{Kind, Value};
use bencher_core::var::Scale;

/// A value for every position.
fn data(dims: Vec<Dim>, name: &str, units: &str) -> bencher_core::dataset::Dataset {
    dataset(dims, vec![result(name, units, Kind::Float(64))], |_, at| {
        let seed = at.iter().fold(7, |seed, n| seed * 31 + n);
        Ok(Value::Float(3.0 + noise(seed) + at[0] as f64))
    })
}

/// So many names of some twenty characters.
pub(crate) fn names(count: usize) -> Vec<String> {
    (0..count)
        .map(|n| format!("quick-sort-variant-{n}"))
        .collect()
}

fn named(name: &str, names: &[String]) -> Dim {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    levels(name, &names)
}

/// Boxes over so many names.
pub(crate) fn boxes(count: usize) -> SweepRecord {
    let dims = vec![named("name", &names(count)), Dim::repeats(8)];
    record(&format!("Boxes of {count}"), data(dims, "y", "s"))
}

/// Bars over so many names.
pub(crate) fn bars(count: usize) -> SweepRecord {
    let dims = vec![named("name", &names(count))];
    record(&format!("Bars of {count}"), data(dims, "y", "s"))
}

/// Boxes over words, so that whatever renderer draws boxes has to write them.
pub(crate) fn words(title: &str, words: &[&str]) -> SweepRecord {
    let dims = vec![levels("word", words), Dim::repeats(4)];
    record(title, data(dims, "y", ""))
}

/// A heat map of names over names.
pub(crate) fn map_of_names(count: usize) -> SweepRecord {
    let dims = vec![
        named("left-hand implementation", &names(count)),
        named("right-hand implementation", &names(count.max(20))),
    ];
    record(&format!("Map of {count}"), data(dims, "y", "s"))
}

/// Panels of heat maps, with long names in their titles.
pub(crate) fn maps(panels: usize) -> SweepRecord {
    let dims = vec![
        powers("len", "B", 4, 12),
        powers("block", "B", 4, 12),
        named("implementation", &names(panels)),
    ];
    record(
        &format!("Maps in {panels}"),
        data(dims, "throughput", "MiB/s"),
    )
}

/// Panels of lines over two more inputs, with a long unit.
pub(crate) fn facets() -> SweepRecord {
    let dims = vec![
        powers(
            "len",
            "elements of the longest of all input sequences",
            4,
            12,
        ),
        named("algorithm", &names(4)),
        named("a rather long name of an input", &names(3)),
        named("mode of operation", &names(2)),
    ];
    let units = "elements of the longest of all input sequences per second and thread";
    record(
        "Facets",
        data(dims, "throughput of the whole program", units),
    )
}

/// Lines with a legend of twelve long names.
pub(crate) fn legend() -> SweepRecord {
    let dims = vec![
        powers("len", "B", 4, 12),
        named("implementation of the algorithm", &names(12)),
    ];
    record("Legend", data(dims, "y", "s"))
}

/// A logarithmic axis over all that a number can be.
pub(crate) fn decades() -> SweepRecord {
    let values: Vec<f64> = (-3..=3).map(|n| 10_f64.powi(100 * n)).collect();
    let mut dim = numbers("x", "", &values);
    dim.scale = Scale::Log;
    let data = dataset(
        vec![dim],
        vec![result("y", "", Kind::Float(64))],
        |_, at| Ok(Value::Float(values[at[0]])),
    );
    record("Decades", data)
}

/// A heat map with one cell far beyond all others.
pub(crate) fn extreme(value: f64) -> SweepRecord {
    let axis: Vec<f64> = (0..12).map(f64::from).collect();
    let dims = vec![numbers("a", "", &axis), numbers("b", "", &axis)];
    let data = dataset(dims, vec![result("y", "s", Kind::Float(64))], |_, at| {
        Ok(Value::Float(match (at[0], at[1]) {
            (5, 7) => value,
            (a, b) => 1.0 + (a + b) as f64 / 22.0,
        }))
    });
    record(&format!("Extreme {value}"), data)
}

/// All of them.
pub(crate) fn all() -> Vec<SweepRecord> {
    let long = "a".repeat(60);
    let alike: Vec<String> = (1..=3)
        .map(|n| format!("{long}{n}{long}"))
        .chain(["a b", "a  b", "a\tb", "A b", "a b ", ""].map(str::to_owned))
        .collect();
    let alike: Vec<&str> = alike.iter().map(String::as_str).collect();
    vec![
        boxes(8),
        boxes(20),
        boxes(60),
        bars(5),
        bars(20),
        bars(90),
        words(
            "Scripts",
            &["plain", "日本語", "한국어", "ไทย", "עברית", "🦀 crab"],
        ),
        words("Alike", &alike),
        map_of_names(8),
        map_of_names(40),
        maps(2),
        maps(6),
        facets(),
        legend(),
        decades(),
        extreme(1e6),
        extreme(-40.0),
    ]
}
