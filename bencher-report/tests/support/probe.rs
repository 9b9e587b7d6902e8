//! Pages that a script looks at in a real browser.

use std::fs;

use bencher_report::{ReportOptions, write_report};

use super::browser::render;

/// A page of some records, with a script at its end, after it ran in the browser.
pub(crate) fn probed(records: &[bencher_core::record::SweepRecord], script: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let options = ReportOptions {
        png: false,
        ..ReportOptions::default()
    };
    let page = write_report(records, dir.path(), &options).unwrap();
    let page = page.html.unwrap();
    let script = format!("<script>{script}</script></body>");
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, text.replace("</body>", &script)).unwrap();
    let (dom, console) = render(&page);
    assert_eq!(console, "");
    dom
}

/// What a script wrote into an attribute of the body.
pub(crate) fn data<'d>(dom: &'d str, name: &str) -> &'d str {
    let after = dom.split(&format!(" data-{name}=\"")).nth(1);
    after.expect(name).split('"').next().unwrap()
}
