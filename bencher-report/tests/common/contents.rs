//! Records of results that are contents: pictures, videos, files, texts, tables.

use bencher_core::dataset::{CellState, Dataset, Dim};
use bencher_core::record::SweepRecord;
use bencher_core::value::{Kind, Payload, ResultValue, Table, Value};

use super::{dataset, levels, noise, numbers, record, result};

pub(crate) const TILES: &[u8] = include_bytes!("tiles.png");
pub(crate) const VIDEO: &[u8] = include_bytes!("square.webm");

/// A drawing whose script would leave a mark on the page, if it ran there.
pub(crate) fn drawing(n: usize) -> Value {
    let r = 8 + 6 * n;
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 120 80'>\
         <script>parent.document.title = 'pwned'</script>\
         <rect width='120' height='80' fill='#e8eef5'/>\
         <circle cx='60' cy='40' r='{r}' fill='#0072b2' onload='alert(1)'/></svg>"
    );
    Value::from(Payload::new(
        "circle.svg",
        "image/svg+xml",
        svg.into_bytes(),
    ))
}

/// Pictures over two inputs: drawn, skipped, and gone from the store.
pub(crate) fn images() -> SweepRecord {
    let data = dataset(
        vec![
            numbers("radius", "mm", &[1.0, 2.0, 3.0, 4.0]),
            levels("shader", &["flat", "lit"]),
        ],
        vec![result("picture", "", Kind::Image)],
        |_, at| match (at[0], at[1]) {
            (1, 1) => Err((CellState::Skipped, "needs a GPU")),
            (2, 1) => Ok(Value::from(Payload::new(
                "tiles.png",
                "image/png",
                TILES.to_vec(),
            ))),
            (3, 1) => {
                let gone = Payload::new("gone.png", "image/png", TILES.to_vec());
                Ok(Value::from(gone.without_content()))
            }
            (n, _) => Ok(drawing(n)),
        },
    );
    record("Pictures", data)
}

/// Files, videos and texts over repeats.
pub(crate) fn files() -> SweepRecord {
    let data = dataset(
        vec![levels("algo", &["quick", "merge"]), Dim::repeats(2)],
        vec![
            result("log", "", Kind::File),
            result("run", "", Kind::Video),
            result("message", "", Kind::Text),
        ],
        |name, at| match (name, at[0], at[1]) {
            (_, 1, 1) => Err((CellState::Failed, "out of memory")),
            ("log", a, r) => {
                let log = format!("run {a}.{r} done\n").repeat(3);
                Ok(Value::from(Payload::new(
                    "run.log",
                    "text/plain",
                    log.into(),
                )))
            }
            ("run", ..) => Ok(Value::from(Payload::new(
                "run.webm",
                "video/webm",
                VIDEO.to_vec(),
            ))),
            (_, 0, 0) => Ok(Value::from("sorted <b>all</b> of it")),
            (_, a, _) => {
                let lines: Vec<String> = (0..40)
                    .map(|n| format!("pass {n}: {} swaps", n * (a + 3)))
                    .collect();
                Ok(Value::from(lines.join("\n")))
            }
        },
    );
    record("Files, videos and texts", data)
}

fn damaged() -> Value {
    let media_type = "application/vnd.bencher.table";
    Value::from(Payload::new("table", media_type, vec![0xff; 40]))
}

/// A course of training over repeats: columns over the first, one of them text.
pub(crate) fn training() -> Dataset {
    dataset(
        vec![levels("optimizer", &["sgd", "adam"]), Dim::repeats(4)],
        vec![result("course", "", Kind::Table)],
        |_, at| match (at[0], at[1]) {
            (0, 2) => Err((CellState::TimedOut, "took longer than 60 s")),
            (1, 3) => Ok(damaged()),
            (o, r) => {
                let rate = 0.05 + 0.06 * o as f64;
                let step = |n: i64| (n as f64 * rate, o * 1000 + r * 100);
                let loss = (0..60_i64).map(|n| {
                    let (x, seed) = step(n);
                    if n == 30 && r == 0 {
                        return f64::NAN;
                    }
                    (-x).exp() * (1.0 + 0.1 * noise(seed + usize::try_from(n).unwrap())) + 0.02
                });
                let table = Table::new()
                    .column("step", (0..60_i64).collect::<Vec<_>>())
                    .and_then(|table| table.column("loss", loss.collect::<Vec<_>>()))
                    .and_then(|table| {
                        let accuracy = (0..60_i64).map(|n| 1.0 - (-step(n).0).exp());
                        table.column("accuracy", accuracy.collect::<Vec<_>>())
                    });
                Ok(table.unwrap().into_value())
            }
        },
    )
}

/// Tables per sample: courses, a distribution, and rows of text.
pub(crate) fn tables() -> [SweepRecord; 3] {
    let latencies = dataset(
        vec![levels("codec", &["lz4", "zstd", "xz"])],
        vec![result("latencies", "", Kind::Table)],
        |_, at| {
            let latency = |n: usize| {
                5.0 + 3.0 * at[0] as f64 + noise(n + at[0] * 999) + noise(n * 31 + at[0])
            };
            let table = Table::new().column("latency", (0..500).map(latency).collect::<Vec<_>>());
            Ok(table.unwrap().into_value())
        },
    );
    let phases = dataset(
        vec![levels("build", &["debug", "release"])],
        vec![result("phases", "", Kind::Table)],
        |_, at| {
            let names: Vec<String> = (0..70).map(|n| format!("phase {n} <b>")).collect();
            let costs: Vec<f64> = (0..70)
                .map(|n| f64::from(n) * (2.0 - at[0] as f64))
                .collect();
            let table = Table::new()
                .column("phase", names)
                .and_then(|table| table.column("cost", costs));
            Ok(table.unwrap().into_value())
        },
    );
    [
        record("Courses", training()),
        record("A distribution at every point", latencies),
        record("Rows of text", phases),
    ]
}
