//! gnuplot as the renderer: the pictures are its own, and no label is a command.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]

mod common;

use std::fs;

use bencher_core::dataset::Dim;
use bencher_core::value::{Kind, Value};
use bencher_report::{PngBackend, ReportOptions, write_report};
use common::{dataset, levels, numbers, record, result};

#[test]
fn labels_are_no_commands() {
    assert!(
        criterion_plot::version().is_ok(),
        "this test needs gnuplot: apt-get install gnuplot-nox"
    );
    let dir = tempfile::tempdir().unwrap();
    let mark = dir.path().join("pwned");
    let attacks = [
        format!("a'.system('touch {}').'b", mark.display()),
        format!("a'\n!touch {}\n", mark.display()),
        format!("a' ; system 'touch {}' ; print '", mark.display()),
        format!("`touch {}`", mark.display()),
        format!("\\'.system('touch {}').'", mark.display()),
        format!("$(touch {})\r\n!touch {}", mark.display(), mark.display()),
    ];
    for attack in &attacks {
        let other = format!("{attack} too");
        let dims = vec![
            numbers(attack, attack, &[1.0, 2.0, 3.0]),
            levels(&other, &[attack, "b"]),
        ];
        let name = format!("{attack} result");
        let data = dataset(
            dims,
            vec![result(&name, attack, Kind::Float(64))],
            |_, at| Ok(Value::Float((at[0] + at[1]) as f64)),
        );
        let options = ReportOptions {
            png_backend: PngBackend::Gnuplot,
            html: false,
            plot_width: 400,
            plot_height: 300,
            ..ReportOptions::default()
        };
        let files = write_report(&[record(attack, data)], dir.path(), &options).unwrap();
        assert_eq!(files.warnings, [] as [String; 0], "{attack}");
        let picture = fs::read(&files.pngs[0]).unwrap();
        assert!(picture.starts_with(b"\x89PNG"), "{attack}");
        // Two pixels for each that is wanted, and captions below.
        let size = |at: usize| {
            let bytes = picture.get(at..at + 4).unwrap();
            u32::from_be_bytes(bytes.try_into().unwrap())
        };
        assert_eq!(size(16), 800, "{attack}");
        assert!((600..1000).contains(&size(20)), "{attack}");
        assert!(!mark.exists(), "{attack} ran as a command");
    }
    // Tick labels are formats of the tick's number, too.
    let attacks: Vec<&str> = attacks.iter().map(String::as_str).collect();
    let dims = vec![
        levels("c", &[&attacks[..], &["%g", "%{y}", "%", "%n%s"]].concat()),
        Dim::repeats(5),
    ];
    let data = dataset(dims, vec![result("y", "", Kind::Float(64))], |_, at| {
        Ok(Value::Float((at[0] + at[1]) as f64))
    });
    let options = ReportOptions {
        png_backend: PngBackend::Gnuplot,
        ..ReportOptions::default()
    };
    let files = write_report(&[record("ticks", data)], dir.path(), &options).unwrap();
    assert_eq!(files.warnings, [] as [String; 0]);
    assert!(!mark.exists(), "a tick label ran as a command");
}
