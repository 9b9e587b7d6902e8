//! Exports, as the programs read them that they are for.

#![allow(
    clippy::cast_precision_loss,
    reason = "the counts of these tests are small"
)]

mod common;

use std::path::Path;

use bencher_core::dataset::Dim;
use bencher_core::record::SweepRecord;
use bencher_core::store::save_result;
use bencher_core::value::Value;
use serde_json::Value as Json;

use common::everything::everything;
use common::{count, names, printed, python, record, sizes, time, tool};

/// A folder with a store, and what the tool exports of its only sweep as JSON.
fn folder(record: &SweepRecord) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    save_result(&folder.path().join("store"), record).unwrap();
    export(folder.path(), &["--json", "--out", "expected.json"]);
    folder
}

fn export(folder: &Path, options: &[&str]) -> String {
    let args = ["export", "", "--store", "store"];
    printed(folder, &[&args, options].concat())
}

#[test]
fn xarray_opens_a_zarr_export_without_a_warning() {
    let folder = folder(&everything());
    export(
        folder.path(),
        &["--format", "zarr", "--out", "out/all.zarr"],
    );
    let store = folder.path().join("out/all.zarr");
    let told = python::check(
        "zarr_opens.py",
        &[&store, &folder.path().join("expected.json")],
    );
    assert!(told.contains(" variables"), "{told}");

    // What is there is never replaced, and a format of several files needs a name.
    let args = ["export", "", "--store", "store", "--format", "zarr"];
    let again = tool(
        folder.path(),
        &[&args[..], &["--out", "out/all.zarr"]].concat(),
    );
    let errors = String::from_utf8(again.stderr).unwrap();
    assert!(
        errors.contains("cannot write out/all.zarr: it is there already"),
        "{errors}"
    );
    let nowhere = tool(folder.path(), &args);
    let errors = String::from_utf8(nowhere.stderr).unwrap();
    assert!(errors.contains("name it with `--out DIR`"), "{errors}");
    let unknown = tool(folder.path(), &["export", "", "--format", "zar"]);
    let errors = String::from_utf8(unknown.stderr).unwrap();
    assert!(errors.contains("did you mean `zarr`?"), "{errors}");
}

/// A sweep of a time and a count over an input of each kind, three repeats each.
fn sorting() -> SweepRecord {
    let dims = vec![
        sizes("len", &[16, 1024]),
        names("pattern", &["Random", "a/b"]),
        Dim::repeats(3),
    ];
    let cell = |result: &str, at: &[usize]| match (result, at) {
        (_, [1, 1, _]) => None,
        ("elapsed", _) => Some(Value::Float([1e-6, 3e-6, 2e-6][at[2]] * (at[0] + 1) as f64)),
        _ => Some(Value::from(10 * at[0] as u64 + at[2] as u64)),
    };
    record("Sorting", dims, vec![time("elapsed"), count("moves")], cell)
}

#[test]
fn bencher_metric_format_has_a_benchmark_for_each_point() {
    let folder = folder(&sorting());
    let found: Json = serde_json::from_str(&export(folder.path(), &["--format", "bmf"])).unwrap();
    let points: Vec<&str> = found
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let expected = [
        "Sorting/len=1024/pattern=Random",
        "Sorting/len=16/pattern=Random",
        "Sorting/len=16/pattern=a/b",
    ];
    assert_eq!(points, expected, "the failed point has no number");
    // The only time is the latency that each project has, in nanoseconds; its centre is that of the middle round.
    let small = &found["Sorting/len=16/pattern=Random"];
    let latency = small["latency"]["value"].as_f64().unwrap();
    assert!((1732.0..2001.0).contains(&latency), "{latency}");
    assert_eq!(
        small["latency"].get("lower_value"),
        None,
        "three rounds have no bounds"
    );
    assert_eq!(small["moves"], serde_json::json!({"value": 1.0}));

    // With enough rounds there are bounds, and several times keep their names.
    let cell = |_: &str, at: &[usize]| Some(Value::Float(1e-6 + 1e-9 * at[0] as f64));
    let results = vec![time("pack"), time("unpack")];
    let record = record("Pack", vec![Dim::repeats(12)], results, cell);
    let folder = self::folder(&record);
    let found: Json = serde_json::from_str(&export(folder.path(), &["--format", "bmf"])).unwrap();
    let pack = &found["Pack"]["pack"];
    let number = |name: &str| pack[name].as_f64().unwrap();
    assert!(number("lower_value") < number("value") && number("value") < number("upper_value"));
    assert!((1000.0..1012.0).contains(&number("value")), "{pack}");
    assert!(found["Pack"].get("unpack").is_some() && found["Pack"].get("latency").is_none());

    let folder = self::folder(&everything());
    let found: Json = serde_json::from_str(&export(folder.path(), &["--format", "bmf"])).unwrap();
    for measures in found.as_object().unwrap().values() {
        for metric in measures.as_object().unwrap().values() {
            assert!(metric["value"].is_f64(), "{metric}");
        }
    }
}

#[test]
fn times_are_written_as_criterion_keeps_them() {
    let folder = folder(&sorting());
    let target = folder.path().join("target/criterion");
    std::fs::create_dir_all(target.join("other")).unwrap();
    let options = ["--format", "criterion", "--out", "target/criterion"];
    export(folder.path(), &options);
    let read = |path: &str| -> Json {
        let text = std::fs::read_to_string(target.join(path)).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let id = read("Sorting/pattern=a_b/16/new/benchmark.json");
    let expected = serde_json::json!({
        "group_id": "Sorting",
        "function_id": "pattern=a/b",
        "value_str": "16",
        "throughput": null,
        "full_id": "Sorting/pattern=a/b/16",
        "directory_name": "Sorting/pattern=a_b/16",
        "title": "Sorting/pattern=a/b/16",
    });
    assert_eq!(id, expected);
    let sample = read("Sorting/pattern=Random/1024/new/sample.json");
    assert_eq!(sample["iters"], serde_json::json!([1.0, 1.0, 1.0]));
    let times: Vec<f64> = serde_json::from_value(sample["times"].clone()).unwrap();
    for (found, wanted) in times.iter().zip([2000.0, 6000.0, 4000.0]) {
        assert!((found - wanted).abs() < 1e-9, "{times:?}");
    }
    let estimates = read("Sorting/pattern=Random/1024/new/estimates.json");
    let mean = estimates["mean"]["point_estimate"].as_f64().unwrap();
    assert!((mean - 4000.0).abs() < 1e-9, "{mean}");
    // The point that failed has no folder, and what was there stays.
    assert!(!target.join("Sorting/pattern=a_b/1024").exists());
    assert!(target.join("other").is_dir());
    let again = tool(
        folder.path(),
        &[&["export", "", "--store", "store"], &options[..]].concat(),
    );
    let errors = String::from_utf8(again.stderr).unwrap();
    assert!(
        errors.contains("target/criterion/Sorting: it is there already"),
        "{errors}"
    );

    // Names that lead elsewhere stay within the folder.
    let folder = self::folder(&everything());
    export(folder.path(), &["--format", "criterion", "--out", "out"]);
    let groups: Vec<_> = std::fs::read_dir(folder.path().join("out"))
        .unwrap()
        .collect();
    assert_eq!(groups.len(), 1);

    // A count is no time.
    let cell = |_: &str, _: &[usize]| Some(Value::from(1));
    let counts = record("Counts", vec![Dim::repeats(1)], vec![count("moves")], cell);
    let folder = self::folder(&counts);
    let args = [
        "export",
        "",
        "--store",
        "store",
        "--format",
        "criterion",
        "--out",
        "out",
    ];
    let errors = String::from_utf8(tool(folder.path(), &args).stderr).unwrap();
    assert!(
        errors.contains("\"Counts\" has no measured time"),
        "{errors}"
    );
    assert!(!folder.path().join("out").exists());
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_tool_without_parquet_says_how_to_get_it() {
    let folder = folder(&sorting());
    let args = [
        "export",
        "",
        "--store",
        "store",
        "--format",
        "parquet",
        "--out",
        "a.parquet",
    ];
    let errors = String::from_utf8(tool(folder.path(), &args).stderr).unwrap();
    assert!(
        errors.contains("install it with `--features parquet`"),
        "{errors}"
    );
}
