//! Records of inputs that are more than a number or a name.

use bencher_core::dataset::{CellState, Dim};
use bencher_core::record::SweepRecord;
use bencher_core::value::{Item, Kind, Value};

use super::{dataset, levels, noise, record, result};

/// A dimension of variants, each of a name and a part.
pub(crate) fn variants_of(name: &str, variants: &[(&str, &str, i64)]) -> Dim {
    let item = |(name, part, value): &(&str, &str, i64)| {
        Value::from(Item::new(*name, [(*part, Value::from(*value))]))
    };
    Dim::input(name, Kind::Category, variants.iter().map(item).collect())
}

/// Codecs with a level each, one of which always fails.
pub(crate) fn variants() -> SweepRecord {
    let codec = variants_of(
        "codec",
        &[
            ("Zstd", "level", 1),
            ("Zstd", "level", 9),
            ("Zstd", "level", 3),
            ("Brotli", "quality", 2),
            ("Brotli", "quality", 6),
            ("Brotli", "quality", 11),
            ("Xz", "preset", 0),
            ("Xz", "preset", 6),
        ],
    );
    let data = dataset(
        vec![codec, Dim::repeats(5)],
        vec![result("elapsed", "s", Kind::Seconds)],
        |_, at| match at[0] {
            6 | 7 => Err((CellState::Failed, "liblzma is not installed")),
            4 => Err((CellState::BelowResolution, "below 25 ns")),
            n => Ok(Value::Float(
                2e-4 * (n as f64 + 1.0) * (1.0 + 0.1 * noise(n * 10 + at[1])),
            )),
        },
    );
    record("Variants with settings", data)
}

/// Rows and columns that grow together.
pub(crate) fn zipped() -> SweepRecord {
    let item = |n: i64| {
        let parts = [("rows", Value::from(n)), ("cols", Value::from(2 * n))];
        Value::from(Item::new("", parts))
    };
    let shape = Dim::input("shape", Kind::Item, [4, 8, 16, 32].map(item).to_vec());
    let data = dataset(
        vec![shape, levels("order", &["row major", "column major"])],
        vec![result("transferred", "B", Kind::Uint(64))],
        |_, at| {
            Ok(Value::from(
                (1_u64 << (10 + 2 * at[0])) * (1 + at[1] as u64),
            ))
        },
    );
    record("Zipped inputs", data)
}

/// Moments: a night of measurements, and years of them.
pub(crate) fn nightly() -> SweepRecord {
    let moments = |name: &str, first: i128, step: i128, count: i128| {
        let moment = |n: i128| Value::DateTime((first + n * step) * 1_000_000_000);
        Dim::input(name, Kind::DateTime, (0..count).map(moment).collect())
    };
    let data = dataset(
        vec![
            moments("commit", 1_704_067_200, 2_629_800, 24),
            levels("build", &["debug", "release"]),
        ],
        vec![result("elapsed", "s", Kind::Seconds)],
        |_, at| match (at[0], at[1]) {
            (7, 1) => Err((CellState::TimedOut, "took longer than 60 s")),
            (n, build) => Ok(Value::Float(
                (1.0 + 0.02 * n as f64 + 0.05 * noise(n)) * (2.0 - build as f64),
            )),
        },
    );
    record("Moments", data)
}

/// Numbers of 32 bits, all but one of them far below one.
pub(crate) fn narrow() -> SweepRecord {
    let rates = [0.1_f32, 0.2, 0.3].map(Value::from).to_vec();
    let data = dataset(
        vec![Dim::input("rate", Kind::Float(32), rates)],
        vec![
            result("pos[0]", "m", Kind::Float(32)),
            result("pos[1]", "m", Kind::Float(32)),
        ],
        |name, at| {
            let scale = if name == "pos[0]" { 1e-3_f32 } else { 1.0 };
            Ok(Value::from([0.1_f32, 0.2, 0.3][at[0]] * scale))
        },
    );
    record("Numbers of 32 bits", data)
}
