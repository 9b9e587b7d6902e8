//! Tasks look into the store that programs use in the folder where they are started.

use std::path::Path;
use std::process::{Command, Output};

use bencher_core::dataset::Dataset;
use bencher_core::record::{Counts, SweepRecord};
use bencher_core::store::save_result;

fn xtask(folder: &Path, args: &[&str]) -> Output {
    let mut task = Command::new(env!("CARGO_BIN_EXE_xtask"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("BENCHER_") {
            task.env_remove(name);
        }
    }
    task.current_dir(folder).args(args).output().unwrap()
}

/// A folder whose `bencher.toml` says where the store is, with one result in that.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bencher.toml"), "store = \"kept\"\n").unwrap();
    let dataset = Dataset::new("Nothing", vec![], vec![]).unwrap();
    let record = SweepRecord {
        bench: "Sorting".to_owned(),
        title: "By length".to_owned(),
        description: String::new(),
        post_description: String::new(),
        tag: String::new(),
        started: "2026-03-01T12:00:00.000Z".to_owned(),
        dataset,
        constants: Vec::new(),
        failures: Vec::new(),
        counts: Counts::default(),
        timings: Vec::new(),
        warnings: Vec::new(),
        sweep_type: "demo/demo::Sorting".to_owned(),
        version: 1,
        identity: None,
        environment: None,
    };
    save_result(&folder.path().join("kept"), &record).unwrap();
    folder
}

#[test]
fn a_report_is_drawn_from_the_store_of_the_nearest_file() {
    let folder = folder();
    let below = folder.path().join("src/deep");
    std::fs::create_dir_all(&below).unwrap();
    let drawn = xtask(&below, &["report"]);
    let errors = String::from_utf8_lossy(&drawn.stderr);
    assert!(drawn.status.success(), "{errors}");
    let said = String::from_utf8(drawn.stdout).unwrap();
    assert!(said.contains("By length (Sorting, "), "{said}");
    let page = folder.path().join("kept/reports/all/index.html");
    assert!(page.is_file(), "{said}");

    // What is named goes before the file.
    let other = xtask(&below, &["report", "--store", "other"]);
    let errors = String::from_utf8(other.stderr).unwrap();
    assert!(errors.contains("no result is stored in other"), "{errors}");
}

#[test]
fn the_cache_that_is_looked_into_is_that_of_the_nearest_file() {
    let folder = folder();
    let checked = xtask(folder.path(), &["cache", "check"]);
    let said = String::from_utf8(checked.stdout).unwrap();
    assert!(said.contains("1 results"), "{said}");
    assert!(folder.path().join("kept/samples").is_dir());
}

#[test]
fn a_file_that_makes_no_sense_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bencher.toml"), "stored = \"kept\"\n").unwrap();
    for task in [&["report"][..], &["cache", "stats"]] {
        let refused = xtask(folder.path(), task);
        assert!(!refused.status.success());
        let errors = String::from_utf8(refused.stderr).unwrap();
        assert!(
            errors.contains("bencher.toml:1: there is no option `stored`; did you mean `store`?"),
            "{errors}"
        );
    }
}
