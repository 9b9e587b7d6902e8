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
#[path = "support/probe.rs"]
mod probe;

use std::fs;
use std::net::TcpListener;

use bencher_core::value::{Html, Kind, ResultValue};
use bencher_report::{ReportOptions, write_report};
use browser::render;
use common::{EVIL, contents, gallery, labels, large};
use probe::{data, probed};

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
    // plotly.js is 1.8 MB of it.
    assert!(written.len() < 2_300_000, "{} bytes", written.len());

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
    assert_eq!(figures, 30);
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

/// A view that tries to run a script, to load a picture and to go elsewhere. Its own frame counts as a sign that it is shown.
#[test]
fn views_are_shown_without_scripts_and_requests() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let address = format!("http://{}/", elsewhere.local_addr().unwrap());
    let view = Html::new(format!(
        "<meta http-equiv='refresh' content='0;url={address}'>\
         <script>parent.postMessage('ran', '*'); parent.document.title = 'pwned'</script>\
         <img src='{address}x.png' onerror=\"parent.postMessage('ran', '*')\">\
         <style>@import '{address}x.css'; b {{ color: teal }}</style>\
         <b>a \"view\"</b></iframe><svg viewBox='0 0 8 8'><circle r='4'/></svg>\
         <iframe srcdoc='inner'></iframe>"
    ));
    let data = common::dataset(
        vec![common::levels("which", &["first", "second"])],
        vec![common::result("view", "", Kind::File)],
        |_, _| Ok(view.clone().into_value()),
    );
    let dir = tempfile::tempdir().unwrap();
    let options = ReportOptions {
        png: false,
        ..ReportOptions::default()
    };
    let records = [common::record("Views", data)];
    let files = write_report(&records, dir.path(), &options).unwrap();
    assert_eq!(
        files.files,
        [] as [std::path::PathBuf; 0],
        "shown in the page"
    );
    let page = files.html.unwrap();
    let probe = "<script>let heard = 0; addEventListener('message', () => { heard += 1; });
        setInterval(() => {
            const inner = [...document.querySelectorAll('iframe')].map((frame) => frame.contentWindow.length);
            document.body.dataset.views = inner.join() + ' heard ' + heard + ' ' + document.title;
        }, 20);</script></body>";
    let probed = fs::read_to_string(&page).unwrap().replace("</body>", probe);
    fs::write(&page, probed).unwrap();
    let (dom, _) = render(&page);
    assert_eq!(probe::data(&dom, "views"), "1,1 heard 0 Views");
    let asked = elsewhere.accept();
    assert!(asked.is_err(), "a view asked for something: {asked:?}");
}

#[test]
fn what_is_printed_has_its_figures_at_once() {
    // The page is printed before its first timer: what is promised is done, as after every event of the
    // browser's own, and nothing else is waited for.
    let dom = probed(
        &gallery(),
        "(async () => {
        const there = () => [...document.querySelectorAll('.plot')]
            .filter((plot) => plot.querySelector('.cartesianlayer .trace, .cartesianlayer image')).length;
        const all = document.querySelectorAll('.plot').length;
        dispatchEvent(new Event('beforeprint'));
        for (let n = 0; n < 100; n++) await null;
        document.body.dataset.printed = `${there()} of ${all}`;
        document.body.dataset.waiting = document.body.innerText.includes('Drawing');
        const wide = [...document.querySelectorAll('.plot')]
            .filter((plot) => plot.querySelector('.main-svg').getBoundingClientRect().width > 650);
        document.body.dataset.wide = wide.length;
        dispatchEvent(new Event('afterprint'));
        const plots = [...document.querySelectorAll('.plot')];
        document.body.dataset.zoomed = plots.filter((plot) => plot.style.zoom).length;
        })();",
    );
    assert_eq!(data(&dom, "printed"), "30 of 30");
    assert_eq!(data(&dom, "waiting"), "false");
    assert_eq!(data(&dom, "wide"), "0", "figures wider than the sheet");
    assert_eq!(data(&dom, "zoomed"), "0");
    assert!(dom.contains("data-figures=\"30\""));
}

#[test]
fn without_a_script_nothing_seems_to_be_drawn() {
    let dir = tempfile::tempdir().unwrap();
    let files = write_report(&gallery()[..1], dir.path(), &ReportOptions::default()).unwrap();
    let page = fs::read_to_string(files.html.unwrap()).unwrap();
    let (before, _) = page.split_once("<script").unwrap();
    assert!(!before.contains("Drawing"));
}

#[test]
fn labels_are_few_enough_and_told_apart() {
    let records = [
        labels::boxes(8),
        labels::bars(20),
        labels::bars(90),
        labels::decades(),
        labels::maps(6),
        labels::facets(),
        labels::legend(),
    ];
    let dom = probed(
        &records,
        "const wait = setInterval(() => {
            if (!document.documentElement.dataset.figures) return;
            clearInterval(wait);
            // Those over all inputs, and slices, after all others.
            const isEffect = (plot) => Number(/(main-effects|parallel|slices)$/.test(plot.closest('figure').id));
            const plots = [...document.querySelectorAll('.plot')].sort((a, b) => isEffect(a) - isEffect(b));
            const figures = plots.map((plot) => {
                const card = plot.closest('figure').getBoundingClientRect();
                const texts = (what) => [...plot.querySelectorAll(what)].map((text) => text.textContent);
                const boxes = (what) => [...plot.querySelectorAll(what)].map((text) => text.getBoundingClientRect());
                const turned = plot.querySelector('.xtick text')?.getAttribute('transform')?.match(/rotate\\(([^,)]+)/);
                let overlaps = 0;
                // Turned labels lie side by side; those that are level must not meet.
                if (!turned || Number(turned[1]) === 0) {
                    const level = boxes('.xaxislayer-above .xtick text').sort((a, b) => a.top - b.top || a.left - b.left);
                    level.forEach((box, n) => {
                        const next = level[n + 1];
                        if (next && Math.abs(next.top - box.top) < 2 && next.left < box.right) overlaps++;
                    });
                }
                const titles = texts('.annotation-text');
                const titled = boxes('.annotation-text');
                titled.forEach((box, n) => {
                    const next = titled[n + 1];
                    if (next && Math.abs(next.top - box.top) < 2 && next.left < box.right) overlaps++;
                });
                const outside = [...boxes('text')].filter((box) =>
                    box.width > 0 && (box.left < card.left || box.right > card.right)).length;
                return { x: texts('.xaxislayer-above .xtick text'), y: texts('.yaxislayer-above .ytick text').length,
                    titles, legend: texts('.legendtext'), overlaps, outside };
            });
            document.body.dataset.seen = encodeURIComponent(JSON.stringify(figures));
        }, 20);",
    );
    let seen: serde_json::Value = serde_json::from_str(&decode(data(&dom, "seen"))).unwrap();
    let texts = |figure: usize, what: &str| -> Vec<String> {
        let list = seen[figure][what].as_array().unwrap().iter();
        list.map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let figures = seen.as_array().unwrap().len();
    assert!(figures > records.len());
    for figure in 0..figures {
        assert_eq!(seen[figure]["overlaps"], 0, "{figure}: {}", seen[figure]);
        assert_eq!(seen[figure]["outside"], 0, "{figure}: {}", seen[figure]);
    }
    assert_eq!(texts(0, "x"), labels::names(8));
    assert_eq!(texts(1, "x"), labels::names(20));
    assert!((15..=50).contains(&texts(2, "x").len()));
    assert!(
        (3..=10).contains(&texts(3, "x").len()),
        "{:?}",
        texts(3, "x")
    );
    assert!((3..=10).contains(&seen[3]["y"].as_u64().unwrap()));
    let distinct =
        |texts: Vec<String>| texts.into_iter().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(distinct(texts(4, "titles")).len(), 6);
    assert_eq!(distinct(texts(5, "titles")).len(), 6);
    // In the order of the last values, which is none of the names.
    assert_eq!(distinct(texts(6, "legend")), distinct(labels::names(12)));
}

/// Text without the escapes of an address.
fn decode(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).unwrap());
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).unwrap()
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
    // The first figure has a trace that is none.
    let broken = "<body><script>const parse = JSON.parse;
        JSON.parse = (text) => {
            const all = parse(text);
            if (Array.isArray(all) && all[0].figures) all[0].figures[0].data.unshift(null);
            return all;
        };</script>";
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, text.replacen("<body>", broken, 1)).unwrap();
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

/// The CSV of a figure is that of its chart, whether the page carries it or the table beside the figure has all of it.
#[test]
fn the_csv_of_a_figure_has_all_of_its_data() {
    let names = [EVIL, "=1+1", "two\nlines, and \"quotes\""];
    let short = common::dataset(
        vec![common::levels("which", &names)],
        vec![common::result("cost", "s", Kind::Float(64))],
        |_, at| Ok(bencher_core::value::Value::Float(at[0] as f64 - 0.5)),
    );
    let numbers: Vec<f64> = (0..300).map(f64::from).collect();
    let long = common::dataset(
        vec![common::numbers("n", "", &numbers)],
        vec![common::result("cost", "s", Kind::Float(64))],
        |_, at| Ok(bencher_core::value::Value::Float(at[0] as f64 / 3.0)),
    );
    let expected: Vec<String> = [&short, &long]
        .into_iter()
        .map(|data| {
            bencher_report::deduce::deduce(data)[0]
                .data_rows(1000)
                .to_csv()
        })
        .collect();
    let records = [common::record("Short", short), common::record("Long", long)];
    let dom = probed(
        &records,
        "const wait = setInterval(async () => {
            if (!document.documentElement.dataset.figures) return;
            clearInterval(wait);
            const blobs = [];
            URL.createObjectURL = (blob) => { blobs.push(blob); return 'data:,'; };
            HTMLAnchorElement.prototype.click = () => {};
            document.querySelectorAll('[data-save=csv]').forEach((button) => button.dispatchEvent(new Event('click', { bubbles: true })));
            const texts = await Promise.all(blobs.map((blob) => blob.text()));
            document.body.dataset.texts = texts.map(encodeURIComponent).join(' ');
        }, 20);",
    );
    let plain = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            if *first == b'%' {
                let code = std::str::from_utf8(&after[..2]).unwrap();
                bytes.push(u8::from_str_radix(code, 16).unwrap());
                rest = &after[2..];
            } else {
                bytes.push(*first);
                rest = after;
            }
        }
        String::from_utf8(bytes).unwrap()
    };
    let saved: Vec<String> = data(&dom, "texts").split(' ').map(plain).collect();
    let saved: Vec<&str> = saved
        .iter()
        .map(|text| text.trim_start_matches('\u{feff}'))
        .collect();
    assert_eq!(saved, expected);
}

#[test]
fn the_axis_of_values_can_be_switched() {
    use bencher_core::value::{Kind, Value};
    let dims = vec![common::numbers("len", "", &[1.0, 2.0, 3.0])];
    let info = vec![common::result("elapsed", "s", Kind::Float(64))];
    let times = [1e-6, 1e-4, 1e-2];
    let dataset = common::dataset(dims, info, |_, at| Ok(Value::Float(times[at[0]])));
    let dom = probed(
        &[common::record("Times", dataset)],
        "const wait = setInterval(async () => {
        if (!document.documentElement.dataset.figures) return;
        clearInterval(wait);
        const plot = document.querySelector('.plot');
        const button = document.querySelector('[data-scale]');
        const states = [];
        for (let n = 0; n < 3; n++) {
            const axis = plot._fullLayout.yaxis;
            const tick = plot.querySelector('.ytick:last-of-type text');
            states.push([axis.type, button.textContent, axis.range.map((x) => x.toPrecision(2)).join(' to '), tick.textContent].join(', '));
            button.click();
            for (let n = 0; n < 100; n++) await null;
        }
        document.body.dataset.states = states.join('; ');
        }, 20);",
    );
    let states: Vec<&str> = data(&dom, "states").split("; ").collect();
    assert_eq!(states.len(), 3, "{states:?}");
    assert!(states[0].starts_with("log, linear axis, "), "{states:?}");
    // 6 % of the span of 1 µs to 10 ms on both sides.
    let linear = "linear, logarithmic axis, -0.00060 to 0.011, 10ms";
    assert_eq!(states[1], linear);
    assert_eq!(states[2], states[0], "and back");
}
