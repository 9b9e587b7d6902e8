//! Reports of troublesome results: nothing panics, nothing is executed, every chart is drawn.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]

mod common;

use std::fs;
use std::path::Path;

use bencher_core::dataset::{CellState, Dataset, Dim};
use bencher_core::record::SweepRecord;
use bencher_core::value::{Kind, Payload, Value};
use bencher_report::{PngBackend, ReportFiles, ReportOptions, write_report};
use common::{EVIL, contents, dataset, evil, gallery, levels, numbers, powers, record, result};

fn report(records: &[SweepRecord], dir: &Path, renderer: PngBackend) -> ReportFiles {
    let options = ReportOptions {
        png_backend: renderer,
        ..ReportOptions::default()
    };
    write_report(records, dir, &options).unwrap()
}

fn one(name: &str, data: Dataset) -> (ReportFiles, String) {
    let dir = tempfile::tempdir().unwrap();
    let files = report(&[record(name, data)], dir.path(), PngBackend::BuiltIn);
    for png in &files.pngs {
        assert!(fs::read(png).unwrap().starts_with(b"\x89PNG"), "{name}");
    }
    assert_eq!(files.warnings, [] as [String; 0], "{name}");
    let page = fs::read_to_string(files.html.as_ref().unwrap()).unwrap();
    (files, page)
}

#[test]
fn every_record_of_the_gallery_is_drawn_by_both() {
    for renderer in [PngBackend::BuiltIn, PngBackend::Auto] {
        let dir = tempfile::tempdir().unwrap();
        let files = report(&gallery(), dir.path(), renderer);
        assert_eq!(files.pngs.len(), 33);
        assert_eq!(files.files.len(), 3, "the logs");
        assert_eq!(files.warnings, [] as [String; 0]);
        let names: Vec<String> = fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        // The pictures, the page, the folder of what it links to, and the list of them all.
        assert_eq!(names.len(), 36, "no temporary file stays: {names:?}");
    }
}

#[test]
fn strange_values() {
    let float = Kind::Float(64);
    for values in [
        vec![f64::NAN, f64::NAN],
        vec![f64::INFINITY, 1.0],
        vec![1e300, -1e300],
        vec![f64::MAX, f64::MAX],
        vec![5e-324, 0.0],
        vec![0.0, 0.0],
        vec![-3.0, -3.0],
    ] {
        for repeats in [1, 4] {
            let shapes = [
                vec![],
                vec![levels("c", &["a", "b"])],
                vec![numbers("n", "", &[1.0, 2.0])],
                vec![powers("p", "", 0, 1)],
                vec![powers("p", "", 0, 1), numbers("n", "", &[1.0, 2.0])],
                vec![numbers("n", "", &[f64::NAN, 1e300])],
            ];
            for mut dims in shapes {
                dims.push(Dim::repeats(repeats));
                let data = dataset(dims, vec![result("y", "s", float)], |_, at| {
                    Ok(Value::Float(
                        values[at.iter().sum::<usize>() % values.len()],
                    ))
                });
                one(&format!("{values:?} {repeats}"), data);
            }
        }
    }
}

#[test]
fn strange_labels_and_sizes() {
    let float = Kind::Float(64);
    let thousands: Vec<String> = (0..10_000).map(|n| format!("category {n}")).collect();
    let thousands: Vec<&str> = thousands.iter().map(String::as_str).collect();
    let long = ["x".repeat(5000) + "1", "x".repeat(5000) + "2"];
    let sets: [Vec<&str>; 7] = [
        vec![
            "\u{202e}abc",
            "abc",
            "\u{200f}\u{5d0}\u{5d1}",
            "a\0c",
            "a\u{1b}[31mc",
        ],
        vec!["", " ", "  ", "\t", "\n", "\u{a0}", "\u{200b}"],
        vec!["a", "A", "a ", " a", "a\u{301}", "\u{e1}"],
        vec![&long[0], &long[1]],
        vec!["only"],
        vec![
            "{",
            "}",
            "\\",
            "'",
            "%",
            "<b>",
            "&amp;",
            "_",
            "^",
            "@",
            "~",
            "$x$",
            "</script>",
        ],
        thousands,
    ];
    for set in &sets {
        for repeats in [1, 3] {
            for (title, unit) in [("y", "s"), ("", ""), ("\u{202e}y\0", "\u{0}"), (" ", " ")] {
                let mut shapes = vec![vec![levels("c", set)]];
                if set.len() < 20 {
                    shapes.push(vec![levels("c", set), numbers("\u{202e}", "", &[1.0, 2.0])]);
                    shapes.push(vec![levels(&format!("{title}1"), set), levels(" 2", set)]);
                    let planes = [
                        numbers("a", unit, &[1.0, 2.0]),
                        numbers("b", "", &[1.0, 2.0]),
                    ];
                    shapes.push([planes.to_vec(), vec![levels("c", set)]].concat());
                }
                for mut dims in shapes {
                    dims.push(Dim::repeats(repeats));
                    let data = dataset(dims, vec![result(title, unit, float)], |_, at| {
                        Ok(Value::Float(at.iter().sum::<usize>() as f64))
                    });
                    let dir = tempfile::tempdir().unwrap();
                    let options = ReportOptions {
                        png_backend: PngBackend::Auto,
                        plot_width: 300,
                        plot_height: 200,
                        ..ReportOptions::default()
                    };
                    let record = record(title, data);
                    let files = write_report(&[record], dir.path(), &options).unwrap();
                    assert_eq!(
                        files.warnings,
                        [] as [String; 0],
                        "{title:?} {:?}",
                        &set[..1]
                    );
                    let page = fs::read_to_string(files.html.unwrap()).unwrap();
                    // What is read; the data behind it stays as it is.
                    let (seen, _) = page.split_once("<script").unwrap_or((&page, ""));
                    let hidden = seen.find(['\0', '\u{1b}', '\u{202e}']);
                    let around = hidden.map(|at| seen[at..].chars().take(80).collect::<String>());
                    assert_eq!(around, None, "{title:?}");
                }
            }
        }
    }
}

#[test]
fn numbers_at_the_ends_of_what_there_is() {
    let float = Kind::Float(64);
    let axes: [&[f64]; 6] = [
        &[-1.7e308, 0.0, 1.7e308],
        &[5e-324, 1e-300, 1e308],
        &[1e-320, 1e308],
        &[f64::NEG_INFINITY, 0.0, f64::INFINITY],
        &[f64::NAN],
        &[1.0, 1.0 + f64::EPSILON],
    ];
    for x in axes {
        for y in axes {
            for scale in [
                bencher_core::var::Scale::Linear,
                bencher_core::var::Scale::Log,
            ] {
                let mut along = numbers("x", "B", x);
                along.scale = scale;
                let shapes = [
                    vec![along.clone()],
                    vec![along.clone(), Dim::repeats(3)],
                    vec![along, numbers("z", "s", &[1e-308, 1e308])],
                ];
                for dims in shapes {
                    let data = dataset(dims, vec![result("y", "s", float)], |_, at| {
                        Ok(Value::Float(y[at.iter().sum::<usize>() % y.len()]))
                    });
                    one(&format!("{x:?} {y:?}"), data);
                }
            }
        }
    }
}

#[test]
fn nothing_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let files = report(&[], dir.path(), PngBackend::Auto);
    assert!(files.pngs.is_empty());
    let empty = Dataset::new(
        "Empty",
        vec![numbers("n", "", &[])],
        vec![result("y", "", Kind::Bool)],
    );
    let (files, page) = one("zero positions", empty.unwrap());
    assert!(files.pngs.is_empty() && page.contains("Nothing to draw"));
    let (files, _) = one("no results", Dataset::new("None", vec![], vec![]).unwrap());
    assert!(files.pngs.is_empty());
    for state in CellState::ALL
        .into_iter()
        .filter(|state| !state.has_value())
    {
        for kind in [
            Kind::Float(64),
            Kind::Bool,
            Kind::Text,
            Kind::Uint(128),
            Kind::Category,
            Kind::Image,
            Kind::Table,
        ] {
            for dims in [
                vec![],
                vec![levels("c", &["a", "b"])],
                vec![levels("c", &["a", "b"]), Dim::repeats(3)],
                vec![powers("n", "B", 1, 4)],
                vec![powers("n", "B", 1, 4), powers("m", "B", 1, 3)],
            ] {
                let data = dataset(dims, vec![result("y", "s", kind)], |_, _| {
                    Err((state, "so"))
                });
                one(state.name(), data);
            }
        }
    }
}

#[test]
fn long_names() {
    let name = "long & <b>name</b> ".repeat(600);
    let mut n = numbers(&name, &name, &[1.0, 2.0]);
    n.doc = name.clone();
    let c = levels("c", &[&name, &format!("{name}2")]);
    let info = result(&format!("y{name}"), &name, Kind::Float(64));
    let data = dataset(vec![n, c], vec![info], |_, at| {
        Ok(Value::Float(at[0] as f64))
    });
    let dir = tempfile::tempdir().unwrap();
    for renderer in [PngBackend::BuiltIn, PngBackend::Auto] {
        let files = report(&[record(&name, data.clone())], dir.path(), renderer);
        assert_eq!((files.pngs.len(), files.warnings.len()), (1, 0));
    }
}

#[test]
fn a_million_cells() {
    let many = |name: &str| numbers(name, "", &(0..1000).map(f64::from).collect::<Vec<_>>());
    let data = dataset(
        vec![many("a"), many("b")],
        vec![result("y", "s", Kind::Float(64))],
        |_, at| Ok(Value::Float((at[0] * at[1]) as f64)),
    );
    let (files, page) = one("a million", data);
    assert_eq!(files.pngs.len(), 1);
    assert!(page.len() < 16_000_000, "{}", page.len());
    let (_, page) = one("a hundred thousand", common::large().dataset);
    assert!(page.len() < 8_000_000, "{}", page.len());
}

#[test]
fn no_text_is_markup_or_a_command() {
    let dir = tempfile::tempdir().unwrap();
    let files = report(&[evil(), evil()], dir.path(), PngBackend::Gnuplot);
    assert_eq!(files.warnings, [] as [String; 0]);
    // Two sweeps of one name have files of their own.
    assert_eq!(files.pngs.len(), 2);
    assert_ne!(files.pngs[0], files.pngs[1]);
    let page = fs::read_to_string(files.html.unwrap()).unwrap();
    assert!(
        !page.contains("<img"),
        "markup of a name became markup of the page"
    );
    assert_eq!(
        page.matches("</script>").count(),
        page.matches("<script").count()
    );
    for place in [dir.path(), Path::new(".")] {
        assert!(!place.join("pwned").exists(), "a name ran as a command");
    }
}

#[test]
fn hostile_names_of_contents_are_harmless() {
    let long = "n".repeat(300);
    let names = [
        "../../x",
        "/etc/passwd",
        "a\0b",
        EVIL,
        "..",
        "",
        &long,
        "a\" onclick=\"b.txt",
    ];
    let types = [
        "text/html",
        "image/png\"><script>alert(1)</script>",
        "image/png",
        "",
    ];
    let data = dataset(
        vec![levels("c", &names), Dim::repeats(4)],
        vec![
            result("file", "", Kind::File),
            result("picture", "", Kind::Image),
        ],
        |name, at| {
            let content = format!("{name} {at:?}").into_bytes();
            Ok(Value::from(Payload::new(
                names[at[0]],
                types[at[1]],
                content,
            )))
        },
    );
    let dir = tempfile::tempdir().unwrap();
    let inner = dir.path().join("a/b/report");
    let files = report(&[record("Names", data)], &inner, PngBackend::BuiltIn);
    assert_eq!(files.warnings, [] as [String; 0]);
    // Of each result, `text/html` and `image/png` are shown in the page, the others lie beside it.
    assert_eq!(files.files.len(), 2 * 2 * names.len());
    for file in &files.files {
        let name = file.file_name().unwrap().to_str().unwrap();
        assert_eq!(file.parent(), Some(inner.join("files").as_path()));
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        assert!(name.chars().all(plain) && name.len() < 120, "{name}");
        assert!(file.is_file());
    }
    let beyond: Vec<_> = fs::read_dir(dir.path().join("a/b")).unwrap().collect();
    assert_eq!(beyond.len(), 1, "nothing lies outside the report");
    let page = fs::read_to_string(files.html.unwrap()).unwrap();
    assert!(!page.contains("onclick=\"") && !page.contains("<script>alert"));
    assert_eq!(page.matches("<img ").count(), 2 * names.len());
    assert_eq!(page.matches("<iframe sandbox ").count(), 2 * names.len());
    assert_eq!(
        page.matches(" src=\"data:image/png;base64,").count(),
        2 * names.len()
    );
    // A later report removes what it does not link to, and nothing else.
    let strange = inner.join("files/mine.txt");
    fs::write(&strange, "").unwrap();
    report(&[], &inner, PngBackend::BuiltIn);
    let left: Vec<_> = fs::read_dir(inner.join("files")).unwrap().collect();
    assert_eq!((left.len(), strange.exists()), (1, true));
}

#[test]
fn pictures_beyond_what_a_page_carries_lie_beside_it() {
    let size = 12 << 20;
    let data = dataset(
        vec![numbers("n", "", &[1.0, 2.0, 3.0, 4.0])],
        vec![result("picture", "", Kind::Image)],
        |_, at| {
            let content = vec![u8::try_from(at[0]).unwrap(); size];
            Ok(Value::from(Payload::new("large.png", "image/png", content)))
        },
    );
    let (files, page) = one("large pictures", data);
    assert_eq!(page.matches("<img ").count(), 2);
    assert_eq!(files.files.len(), 2);
    assert_eq!(page.matches("href=\"files/").count(), 2);
    assert!(page.len() < 48 << 20, "{}", page.len());
    let (_, page) = one("few", contents::images().dataset);
    assert!(page.contains("the store no longer has its content"));
    assert!(
        !page.contains("media-src"),
        "no video, no leave to play one"
    );
}

#[test]
fn a_folder_that_cannot_be_made() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let error = write_report(&[], &file.join("report"), &ReportOptions::default()).unwrap_err();
    let message = error.to_string();
    assert!(
        message.starts_with("cannot create the report folder"),
        "{message}"
    );
    assert!(
        message.contains("file/report") && message.contains("choose a folder"),
        "{message}"
    );
}

#[test]
fn a_report_replaces_the_last_one() {
    let dir = tempfile::tempdir().unwrap();
    for title in ["first", "second"] {
        let records = [record(
            title,
            common::large().dataset.select("odd", false).unwrap(),
        )];
        let options = ReportOptions {
            png: false,
            ..ReportOptions::default()
        };
        let files = write_report(&records, dir.path(), &options).unwrap();
        let page = fs::read_to_string(files.html.unwrap()).unwrap();
        assert!(page.contains(&format!("<title>{title}</title>")));
    }
    // The page, and the list that names it.
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
}
