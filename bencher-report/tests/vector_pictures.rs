//! SVG files: a browser reads every one as XML, and no label is markup.

#[path = "support/browser.rs"]
mod browser;
mod common;

use std::fs;

use bencher_report::{ReportOptions, write_report};

use common::{evil, gallery};

#[test]
fn a_browser_reads_the_svg_file_of_every_kind() {
    let dir = tempfile::tempdir().unwrap();
    let options = ReportOptions {
        html: false,
        png: false,
        svg: true,
        ..ReportOptions::default()
    };
    let records = [gallery(), vec![evil()]].concat();
    let files = write_report(&records, dir.path(), &options).unwrap();
    assert_eq!(files.warnings, [] as [String; 0]);
    assert_eq!((files.svgs.len(), files.pngs.len()), (34, 0));
    let texts: Vec<String> = files
        .svgs
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    // Within a script, `<` would begin markup.
    let list = serde_json::to_string(&texts)
        .unwrap()
        .replace('<', "\\u003c");
    let script = format!(
        "const texts = {list};\
         const read = (text) => new DOMParser().parseFromString(text, 'image/svg+xml');\
         const count = (what) => texts.filter((text) => read(text).querySelector(what)).length;\
         document.body.textContent = ['parsererror', 'svg text', 'script, img, foreignObject, a']\
         .map(count).join(' ');"
    );
    let page = dir.path().join("read.html");
    fs::write(
        &page,
        format!("<!doctype html><meta charset=utf-8><body><script>{script}</script>"),
    )
    .unwrap();
    let (dom, console) = browser::render(&page);
    assert!(
        dom.contains("<body>0 34 0</body>"),
        "wrong XML, with text, with markup of labels: {dom}\n{console}"
    );
}
