//! Parquet exports, as pandas and polars read them.

#![cfg(feature = "parquet")]

mod common;

use bencher_core::dataset::{Dataset, Dim};
use bencher_core::store::save_result;

use common::everything::everything;
use common::{count, printed, python, record, tool};

#[test]
fn pandas_and_polars_read_a_parquet_export() {
    let folder = tempfile::tempdir().unwrap();
    save_result(&folder.path().join("store"), &everything()).unwrap();
    let args = ["export", "", "--store", "store"];
    printed(
        folder.path(),
        &[&args[..], &["--json", "--out", "all.json"]].concat(),
    );
    let parquet = ["--format", "parquet", "--out", "all.parquet"];
    printed(folder.path(), &[&args[..], &parquet].concat());
    let files = ["all.parquet", "all.json"].map(|name| folder.path().join(name));
    let told = python::check("parquet_reads.py", &[&files[0], &files[1]]);
    assert_eq!(told, "240 rows\n");

    let again = tool(folder.path(), &[&args[..], &parquet].concat());
    assert!(String::from_utf8_lossy(&again.stderr).contains("cannot write all.parquet"));
    let nowhere = tool(folder.path(), &[&args[..], &parquet[..2]].concat());
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("name it with `--out FILE`"));
}

#[test]
fn a_table_without_rows_or_columns_is_a_file_too() {
    let empty = record(
        "Empty",
        vec![Dim::repeats(0)],
        vec![count("moves")],
        |_, _| None,
    );
    let mut nothing = empty.clone();
    nothing.title = "Nothing".to_owned();
    nothing.dataset = Dataset::new("Nothing", vec![], vec![]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for record in [empty, nothing] {
        save_result(folder.path(), &record).unwrap();
        let out = format!("{}.parquet", record.title);
        let args = [
            "export",
            &record.title,
            "--store",
            ".",
            "--format",
            "parquet",
            "--out",
            &out,
        ];
        printed(folder.path(), &args);
        let bytes = std::fs::read(folder.path().join(out)).unwrap();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    }
}
