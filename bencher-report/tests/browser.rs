//! The page in a real browser: it draws everything, asks for nothing, and runs no name.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]

#[path = "support/browser.rs"]
mod browser;
mod common;

use std::fs;

use bencher_report::{ReportOptions, write_report};
use browser::render;
use common::{EVIL, contents, gallery, large};

#[test]
fn the_page_draws_everything_and_asks_for_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let options = ReportOptions {
        png: false,
        ..ReportOptions::default()
    };
    let files = write_report(&gallery(), dir.path(), &options).unwrap();
    let page = files.html.unwrap();
    let written = fs::read_to_string(&page).unwrap();

    // Nothing in the file names another place, and the policy would forbid going there.
    assert!(written.contains("default-src 'none'"));
    assert!(!written.contains("unsafe-eval"));
    assert!(written.contains("; media-src data:\""));
    let carried = written.matches(" src=\"data:").count();
    assert_eq!(
        written.matches("src=\"").count(),
        carried,
        "an address besides data"
    );
    for address in [
        "http:",
        "https:",
        "url(",
        "@import",
        "<link rel=\"stylesheet",
    ] {
        assert!(!written.contains(address), "the page contains {address}");
    }

    let (dom, console) = render(&page);
    assert_eq!(console, "", "the console is not empty");
    let figures = written.matches("class=\"plot\"").count();
    assert_eq!(figures, 20);
    assert!(
        dom.contains(&format!("data-figures=\"{figures}\"")),
        "not all figures were drawn"
    );
    assert!(dom.matches("js-plotly-plot").count() >= figures);
    assert!(!dom.contains("class=\"failed-figure\""), "a figure failed");
    assert!(!dom.contains("class=\"drawing\""), "a figure was left out");

    // The hostile name is text: no element came of it, and a reader sees it as it is.
    // The pictures are the six of one record, and their scripts did not run.
    assert_eq!(dom.matches("<img").count(), 6, "a name became an element");
    assert!(!dom.contains("pwned</title>"), "a picture ran its script");
    let shown = EVIL.replace('<', "&lt;").replace('>', "&gt;");
    assert!(dom.contains(&format!("-title\">{shown}</h1>")));
}

#[test]
fn pictures_and_videos_are_shown_under_the_policy() {
    let dir = tempfile::tempdir().unwrap();
    let options = ReportOptions {
        png: false,
        ..ReportOptions::default()
    };
    let records = [contents::images(), contents::files()];
    let page = write_report(&records, dir.path(), &options).unwrap();
    let page = page.html.unwrap();
    let probe = "<script>const wait = setInterval(() => {
        const images = [...document.images], videos = [...document.querySelectorAll('video')];
        for (const image of images) image.loading = 'eager';
        const seen = images.filter((image) => image.complete && image.naturalWidth > 0).length;
        const ready = videos.filter((video) => video.readyState > 0 && video.videoWidth > 0).length;
        document.body.dataset.shown = seen + ' of ' + images.length + ', ' + ready + ' of ' + videos.length;
    }, 20);</script></body>";
    let probed = fs::read_to_string(&page).unwrap().replace("</body>", probe);
    fs::write(&page, probed).unwrap();
    let (dom, console) = render(&page);
    assert_eq!(console, "");
    let shown = dom.split("data-shown=\"").nth(1).unwrap().split('"').next();
    assert_eq!(shown, Some("6 of 6, 3 of 3"));
}

#[test]
fn a_figure_that_cannot_be_drawn_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let options = ReportOptions {
        png: false,
        ..ReportOptions::default()
    };
    let records = &gallery()[1..3];
    let page = write_report(records, dir.path(), &options)
        .unwrap()
        .html
        .unwrap();
    let broken = fs::read_to_string(&page)
        .unwrap()
        .replacen("\"type\":\"scatter\"", "\"type\":{}", 1)
        .replacen("\"data\":[{", "\"data\":[null,{", 1);
    fs::write(&page, broken).unwrap();
    let (dom, _) = render(&page);
    assert!(dom.contains("This figure could not be drawn"));
    assert!(
        dom.contains("data-figures=\"1\""),
        "the other figure must still be drawn"
    );
}

#[test]
fn a_hundred_thousand_points_are_drawn() {
    let dir = tempfile::tempdir().unwrap();
    let options = ReportOptions {
        png: false,
        ..ReportOptions::default()
    };
    let page = write_report(&[large()], dir.path(), &options).unwrap();
    let (dom, console) = render(&page.html.unwrap());
    assert_eq!(console, "");
    assert!(dom.contains("data-figures=\"1\""));
}

#[test]
fn figures_can_be_saved_under_the_policy() {
    let dir = tempfile::tempdir().unwrap();
    let options = ReportOptions {
        png: false,
        ..ReportOptions::default()
    };
    let records = &gallery()[5..6];
    let page = write_report(records, dir.path(), &options)
        .unwrap()
        .html
        .unwrap();
    // What the buttons do, without the download: the same call makes the picture.
    let probe = "<script>const wait = setInterval(async () => {
        if (!document.documentElement.dataset.figures) return;
        clearInterval(wait);
        const plot = document.querySelector('.plot');
        for (const format of ['png', 'svg']) {
            const url = await Plotly.toImage({ data: plot.data, layout: plot.layout }, { format, width: 800, height: 500 });
            document.body.dataset[format] = url.slice(0, 18) + ' ' + (url.length > 5000);
        }
    }, 20);</script></body>";
    let probed = fs::read_to_string(&page).unwrap().replace("</body>", probe);
    fs::write(&page, probed).unwrap();
    let (dom, console) = render(&page);
    assert_eq!(console, "");
    assert!(
        dom.contains("data-png=\"data:image/png;bas true\""),
        "no PNG"
    );
    assert!(
        dom.contains("data-svg=\"data:image/svg+xml true\""),
        "no SVG"
    );
}
