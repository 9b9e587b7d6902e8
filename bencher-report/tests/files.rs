//! A report removes and replaces what a list of its own names, and nothing else.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]
#![allow(dead_code, reason = "each test uses its part of what they share")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;

use bencher_core::record::SweepRecord;
use bencher_core::value::{Kind, Payload, Value};
use bencher_report::{PngBackend, ReportError, ReportFiles, ReportOptions, write_report};
use common::{dataset, levels, record, result};

/// A sweep with a bar chart, and a file of each sample beside the page.
fn sweep(title: &str) -> SweepRecord {
    let variables = vec![
        result("cost", "s", Kind::Float(64)),
        result("log", "", Kind::File),
    ];
    let data = dataset(vec![levels("c", &["a", "b"])], variables, |name, at| {
        Ok(match name {
            "cost" => Value::Float(at[0] as f64 + 1.0),
            _ => Value::from(Payload::new(
                "run.log",
                "text/plain",
                format!("{title} {}", at[0]).into_bytes(),
            )),
        })
    });
    record(title, data)
}

fn options() -> ReportOptions {
    ReportOptions {
        png_backend: PngBackend::BuiltIn,
        plot_width: 200,
        plot_height: 150,
        ..ReportOptions::default()
    }
}

fn draw(dir: &Path, titles: &[&str], options: &ReportOptions) -> ReportFiles {
    let records: Vec<SweepRecord> = titles.iter().map(|title| sweep(title)).collect();
    write_report(&records, dir, options).unwrap()
}

/// Every file below a folder, by its path from there.
fn tree(dir: &Path) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
            } else {
                let inner = path.strip_prefix(dir).unwrap();
                paths.insert(inner.to_string_lossy().into_owned());
            }
        }
    }
    paths
}

#[test]
fn files_of_others_stay_whatever_their_names() {
    let dir = tempfile::tempdir().unwrap();
    draw(dir.path(), &["first"], &options());
    let first = tree(dir.path());
    assert_eq!(
        first.len(),
        6,
        "page, list, two pictures, two logs: {first:?}"
    );
    let digest = "0123456789abcdef0123456789abcdef";
    let others = [
        "before--after.png".to_owned(),
        "first--cost-bar-2.png".to_owned(),
        format!("files/{digest}-mine.txt"),
        "files/mine.txt".to_owned(),
        ".bencher-mine.part".to_owned(),
        "notes.html".to_owned(),
    ];
    for name in &others {
        fs::write(dir.path().join(name), "mine").unwrap();
    }
    draw(dir.path(), &["second"], &options());
    let second = tree(dir.path());
    for name in &others {
        assert_eq!(fs::read(dir.path().join(name)).unwrap(), b"mine", "{name}");
    }
    assert_eq!(second.len(), 6 + others.len(), "{second:?}");
    assert!(!second.contains("first--cost-bar.png"), "{second:?}");
}

#[test]
fn a_file_that_somebody_changed_is_theirs() {
    let dir = tempfile::tempdir().unwrap();
    draw(dir.path(), &["first"], &options());
    let picture = dir.path().join("first--cost-bar.png");
    fs::write(&picture, "annotated").unwrap();
    draw(dir.path(), &["second"], &options());
    draw(dir.path(), &["third"], &options());
    assert_eq!(fs::read(picture).unwrap(), b"annotated");
}

#[test]
fn what_stands_in_the_way_is_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let page = dir.path().join("index.html");
    fs::write(&page, "<h1>my own page</h1>").unwrap();
    let error = write_report(&[sweep("x")], dir.path(), &options()).unwrap_err();
    assert!(matches!(&error, ReportError::Foreign { path } if *path == page));
    assert!(error.to_string().contains("not written by bencher"));
    assert_eq!(tree(dir.path()).len(), 1, "nothing was written");

    let dir = tempfile::tempdir().unwrap();
    let picture = dir.path().join("x--cost-bar.png");
    fs::write(&picture, "mine").unwrap();
    let files = draw(dir.path(), &["x"], &options());
    assert_eq!(fs::read(&picture).unwrap(), b"mine");
    assert!(!files.pngs.contains(&picture));
    let warnings = files.warnings.join("\n");
    assert!(
        warnings.contains("x--cost-bar.png was not written"),
        "{warnings}"
    );

    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("bencher-report.json"), "[1, 2]").unwrap();
    let error = write_report(&[sweep("x")], dir.path(), &options()).unwrap_err();
    assert!(matches!(error, ReportError::Foreign { .. }));
}

#[test]
fn a_page_of_a_version_without_a_list_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    draw(dir.path(), &["x"], &options());
    fs::remove_file(dir.path().join("bencher-report.json")).unwrap();
    fs::write(dir.path().join("x--cost-bar.png"), "an older picture").unwrap();
    fs::write(dir.path().join("y--cost-bar.png"), "whose is it").unwrap();
    let files = draw(dir.path(), &["x"], &options());
    assert_eq!(files.warnings, [] as [String; 0]);
    let read = |name: &str| fs::read(dir.path().join(name)).unwrap();
    assert!(read("x--cost-bar.png").starts_with(b"\x89PNG"));
    assert_eq!(read("y--cost-bar.png"), b"whose is it");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;

    let dir = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let victim = elsewhere.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    draw(dir.path(), &["x"], &options());
    // Links in the place of files of ours, and of one in the making.
    for name in ["index.html", "x--cost-bar.png", ".bencher-report.part"] {
        let path = dir.path().join(name);
        let _ = fs::remove_file(&path);
        symlink(&victim, path).unwrap();
    }
    draw(dir.path(), &["x"], &options());
    assert_eq!(fs::read(&victim).unwrap(), b"precious");
    assert!(!dir.path().join("index.html").is_symlink());

    // A link in the place of the folder that the page links to.
    fs::remove_dir_all(dir.path().join("files")).unwrap();
    symlink(elsewhere.path(), dir.path().join("files")).unwrap();
    let error = write_report(&[sweep("x")], dir.path(), &options()).unwrap_err();
    assert!(matches!(error, ReportError::Foreign { .. }), "{error}");
    assert_eq!(tree(elsewhere.path()).len(), 1);

    // A list that is a link, or names what lies outside.
    let list = dir.path().join("bencher-report.json");
    let text = fs::read_to_string(&list).unwrap();
    fs::remove_file(dir.path().join("files")).unwrap();
    let evil = text.replace("x--cost-bar.png", &victim.to_string_lossy());
    fs::write(&list, evil).unwrap();
    draw(dir.path(), &["y"], &options());
    assert_eq!(fs::read(&victim).unwrap(), b"precious");
}

#[test]
fn programs_keep_apart_in_one_folder() {
    let dir = tempfile::tempdir().unwrap();
    let of = |program: &str| ReportOptions {
        program: program.to_owned(),
        ..options()
    };
    draw(dir.path(), &["a"], &of("a/benches/parse"));
    let first = tree(dir.path());
    let files = draw(dir.path(), &["b"], &of("b/benches/parse"));
    let page = dir.path().join("b-benches-parse/index.html");
    assert_eq!(files.html.as_deref(), Some(page.as_path()));
    draw(dir.path(), &["b", "c"], &of("b/benches/parse"));
    assert!(first.is_subset(&tree(dir.path())));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), first.len());
}

#[test]
fn parts_keep_apart_and_are_listed() {
    let dir = tempfile::tempdir().unwrap();
    let of = |part: Option<&str>| ReportOptions {
        program: "demo/benches/parse".to_owned(),
        part: part.map(str::to_owned),
        ..options()
    };
    // As many processes at once, each of which runs one function.
    let parts = [
        "empty",
        "folded",
        "<b>bold</b>",
        "files",
        "FILES",
        "a::b",
        "a b",
        "日本",
    ];
    thread::scope(|scope| {
        for part in parts {
            let dir = dir.path();
            scope.spawn(move || draw(dir, &[part], &of(Some(part))));
        }
    });
    let pages = tree(dir.path());
    let count = |end: &str| pages.iter().filter(|path| path.ends_with(end)).count();
    assert_eq!(count("/index.html"), parts.len(), "{pages:?}");
    assert_eq!(count("--cost-bar.png"), parts.len(), "{pages:?}");
    let index = fs::read_to_string(dir.path().join("index.html")).unwrap();
    assert_eq!(index.matches("<a href=\"").count(), parts.len());
    assert!(index.contains("&lt;b&gt;bold&lt;/b&gt;"));
    for link in index.split("<a href=\"").skip(1) {
        let address = link.split('"').next().unwrap();
        assert!(dir.path().join(address).is_file(), "{address}");
    }
    // A part that is drawn again stays where it was.
    draw(dir.path(), &["folded"], &of(Some("folded")));
    assert_eq!(tree(dir.path()), pages);

    // The page of the whole stands in the place of the list, and stays.
    draw(dir.path(), &["whole"], &of(None));
    draw(dir.path(), &["folded"], &of(Some("folded")));
    let page = fs::read_to_string(dir.path().join("index.html")).unwrap();
    assert!(page.contains("<title>whole</title>"));
    assert!(pages.is_subset(&tree(dir.path())));
}
