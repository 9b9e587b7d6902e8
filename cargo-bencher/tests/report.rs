//! Reports of stored and exported results, as pages, pictures, tables and stores.

#![allow(
    clippy::cast_precision_loss,
    reason = "the counts of these tests are small"
)]

mod common;

use std::path::{Path, PathBuf};

use bencher_core::dataset::Dim;
use bencher_core::store::save_result;
use bencher_core::value::Value;

use common::everything::everything;
use common::{count, printed, record, sizes, time, tool};

/// The files below a folder, as paths from it, in order.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let path = path.strip_prefix(folder).unwrap().to_string_lossy();
                found.push(path.into_owned());
            }
        }
    }
    found.sort();
    found
}

fn is_png(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == "png")
}

/// A folder with a store of three sweeps.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    for title in ["By length", "By width"] {
        let dims = vec![sizes("len", &[16, 1024]), Dim::repeats(3)];
        let cell = |result: &str, at: &[usize]| match result {
            "elapsed" => Some(Value::Float(1e-6 * (at[0] + at[1] + 1) as f64)),
            _ => Some(Value::from(at[1] as u64)),
        };
        let results = vec![time("elapsed"), count("moves")];
        save_result(&store, &record(title, dims, results, cell)).unwrap();
    }
    save_result(&store, &everything()).unwrap();
    folder
}

#[test]
fn selected_sweeps_are_written_as_what_is_asked_for() {
    let folder = folder();
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    let run = |options: &[&str]| {
        let command = ["report", "--store", "store"];
        printed(folder.path(), &[&command, options].concat())
    };

    let told = run(&[
        "by", "--csv", "tables", "--zarr", "stores", "--md", "found.md",
    ]);
    assert_eq!(files(&path("tables")), ["By length.csv", "By width.csv"]);
    assert!(path("stores/By length.zarr/zarr.json").is_file(), "{told}");
    let found = std::fs::read_to_string(path("found.md")).unwrap();
    assert!(found.starts_with("### By length\n") && found.contains("\n### By width\n"));
    assert!(!told.contains("report "), "no page was asked for: {told}");
    let table = std::fs::read_to_string(path("tables/By width.csv")).unwrap();
    assert!(
        table.starts_with("len,repeat,elapsed,moves,state\r\n16,1,"),
        "{table}"
    );

    // Only Markdown is printed, for a pipe.
    let markdown = run(&["By width", "--md", "-"]);
    assert!(markdown.starts_with("### By width\n"), "{markdown}");

    let told = run(&["length", "--png", "pictures"]);
    let pictures = files(&path("pictures"));
    assert!(pictures.iter().any(|name| is_png(name)), "{told}");
    assert!(!pictures.contains(&"index.html".to_owned()));
    let told = run(&["length", "--svg", "drawings"]);
    let drawings = files(&path("drawings"));
    let is_svg = |name: &&String| Path::new(name).extension().is_some_and(|end| end == "svg");
    let count = drawings.iter().filter(is_svg).count();
    assert!(
        count > 0 && drawings.iter().all(|name| !is_png(name)),
        "{drawings:?}"
    );
    assert!(
        told.contains(&format!("pictures  {count} SVG files in drawings")),
        "{told}"
    );
    let told = run(&["length", "--html", "--out", "page"]);
    assert!(told.contains("report    page/index.html"), "{told}");
    assert!(files(&path("page")).iter().all(|name| !is_png(name)));

    // Selected sweeps do not replace the report of all.
    run(&["length"]);
    assert!(path("store/reports/selected/index.html").is_file());
    assert!(!path("store/reports/all").exists());

    // Names that lead elsewhere stay within the folder.
    run(&["--csv", "all", "--zarr", "all"]);
    let all = std::fs::read_dir(path("all")).unwrap();
    assert_eq!(all.count(), 6);
    let again = tool(
        folder.path(),
        &["report", "--store", "store", "--csv", "all"],
    );
    let errors = String::from_utf8(again.stderr).unwrap();
    assert!(errors.contains("cannot write all/"), "{errors}");
}

#[test]
fn exported_files_are_drawn_without_a_store() {
    let folder = folder();
    let run = |args: &[&str]| printed(folder.path(), args);
    run(&[
        "export",
        "By length",
        "--store",
        "store",
        "--json",
        "--out",
        "a.json",
    ]);
    run(&["export", "By length", "--store", "store", "--out", "b.csv"]);
    std::fs::remove_dir_all(folder.path().join("store")).unwrap();
    let told = run(&["report", "a.json", "b.csv", "--html", "--out", "page"]);
    assert!(
        told.starts_with("sweep     By length\nsweep     b\n"),
        "{told}"
    );
    let page = std::fs::read_to_string(folder.path().join("page/index.html")).unwrap();
    assert!(page.contains("elapsed"));
    // A file is exported in another format, too.
    let bmf = run(&["export", "a.json", "--format", "bmf"]);
    assert!(bmf.contains("\"By length/len=16\""), "{bmf}");
    for (file, part) in [
        ("no.json", "there is no file no.json, and "),
        ("bad.csv", "bad.csv: "),
    ] {
        std::fs::write(folder.path().join("bad.csv"), "").unwrap();
        let failed = tool(folder.path(), &["report", file]);
        let errors = String::from_utf8(failed.stderr).unwrap();
        assert!(
            !failed.status.success() && errors.contains(part),
            "{errors}"
        );
    }
}

/// The pictures of gnuplot are its own, and the built-in renderer draws one picture whenever it is asked.
#[test]
fn the_renderer_of_pictures_is_chosen() {
    let folder = folder();
    let pictures = |to: &str, backend: &str| -> Vec<Vec<u8>> {
        let options = [
            "--png",
            to,
            "--png-backend",
            backend,
            "--plots",
            "line,curve,scatter",
        ];
        let command = ["report", "length", "--store", "store"];
        printed(folder.path(), &[&command[..], &options].concat());
        let folder = folder.path().join(to);
        let files = files(&folder);
        let pictures = files.iter().filter(|name| is_png(name));
        pictures
            .map(|name| std::fs::read(folder.join(name)).unwrap())
            .collect()
    };
    let builtin = pictures("builtin", "builtin");
    assert!(!builtin.is_empty());
    assert_eq!(pictures("again", "builtin"), builtin);
    assert_ne!(pictures("gnuplot", "gnuplot"), builtin);
}

/// A stored result is drawn over fewer inputs, and a wrong choice of them is an error.
#[test]
fn a_view_over_fewer_inputs_is_drawn_first() {
    let folder = folder();
    let report = |options: &[&str]| {
        let command = [
            "report", "length", "--store", "store", "--html", "--out", "view",
        ];
        printed(folder.path(), &[&command[..], options].concat());
        std::fs::read_to_string(folder.path().join("view/index.html")).unwrap()
    };
    let first = |page: &str| {
        let after = page.split("<figcaption><h2>").nth(1).unwrap();
        after.split("</h2>").next().unwrap().to_owned()
    };
    assert!(!first(&report(&[])).starts_with("max of"));
    let options = ["--aggregate", "1", "--aggregate-statistic", "max"];
    let page = report(&options);
    assert!(first(&page).starts_with("max of"), "{}", first(&page));
    assert!(page.contains("is no property of one point"));
}
