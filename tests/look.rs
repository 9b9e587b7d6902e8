//! The size and the layout of plots that a user asks for on the command line reach the page and the pictures.

use std::fs;
use std::path::Path;

#[path = "support/example.rs"]
mod example;

/// Runs the program: its page, and the width and height of its picture.
fn drawn(root: &Path, args: &[&str]) -> (String, (u32, u32)) {
    let report = root.join("drawn");
    let output = example::example("panelled", root)
        .args(["-q", "--report"])
        .arg(&report)
        .args(args)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let picture = fs::read_dir(&report)
        .unwrap()
        .map(|file| file.unwrap().path())
        .find(|file| file.extension().is_some_and(|kind| kind == "png"))
        .unwrap();
    let bytes = fs::read(picture).unwrap();
    // From the first chunk of a PNG file.
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    let page = fs::read_to_string(report.join("index.html")).unwrap();
    (page, (number(16), number(20)))
}

#[test]
fn the_size_of_plots_is_what_the_command_line_says() {
    let root = tempfile::tempdir().unwrap();
    let one = ["--input", "outer=u", "--input", "panel=p"];
    let of = |size: &[&str]| drawn(root.path(), &[&one[..], size].concat());
    // Two pixels of a picture for each point.
    let (page, size) = of(&["--plot-width", "400", "--plot-height", "300"]);
    assert_eq!(size, (800, 600));
    assert!(page.contains("max-width:400px"));
    let (page, size) = of(&["--plot-size", "500", "--plot-height", "250"]);
    assert_eq!(size, (1000, 500));
    assert!(page.contains("max-width:500px"));
}

#[test]
fn panels_stand_side_by_side_or_behind_tabs_as_the_command_line_says() {
    let root = tempfile::tempdir().unwrap();
    let tabs = |layout| {
        let (page, _) = drawn(root.path(), &["--layout", layout]);
        page.matches("role=\"tab\"").count()
    };
    // Six panels: three outer values by two inner ones.
    assert_eq!(["grid", "both", "tabs"].map(tabs), [0, 3, 6]);
}
