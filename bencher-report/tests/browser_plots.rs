//! The plots over several inputs in a real browser: lines that a reader selects, and flat forms where there is no WebGL.

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

use bencher_core::bench::PlotSelection;
use bencher_core::dataset::{CellState, Dim};
use bencher_core::record::SweepRecord;
use bencher_core::value::{Kind, Value};
use bencher_report::{ReportOptions, write_report};
use browser::render;
use common::{EVIL, dataset, evil, gallery, levels, numbers, record, result, truths};

/// The page of some plots, with a script that runs once all are drawn and may wait, after it ran in the browser.
fn probed(record: SweepRecord, plots: &str, script: &str) -> (String, String) {
    probed_with("", record, plots, script)
}

/// The same page with rules of style.
fn probed_with(style: &str, record: SweepRecord, plots: &str, script: &str) -> (String, String) {
    let dir = tempfile::tempdir().unwrap();
    let options = ReportOptions {
        png: false,
        plots: Some(PlotSelection::of(plots.split(',')).unwrap()),
        ..ReportOptions::default()
    };
    let page = write_report(&[record], dir.path(), &options).unwrap();
    let page = page.html.unwrap();
    let text = fs::read_to_string(&page).unwrap();
    assert!(text.len() < 2_500_000, "{} bytes", text.len());
    let script = format!(
        "<script>const wait = setInterval(async () => {{
            if (!document.documentElement.dataset.figures) return;
            clearInterval(wait);
            {script}
        }}, 20);</script></body>"
    );
    let probed = text.replace("</body>", &script);
    // The descriptions of figures are compressed in the page, and plain where it reads them.
    let style = format!(
        "<style>{style}</style><script>const parse = JSON.parse;
         JSON.parse = (text) => {{
            const all = parse(text);
            if (Array.isArray(all) && all[0] && all[0].figures) window.specs = parse(text);
            return all;
         }};</script></head>"
    );
    fs::write(&page, probed.replacen("</head>", &style, 1)).unwrap();
    let (dom, console) = render(&page);
    assert_eq!(console, "");
    (text, dom)
}

/// What a script wrote into an attribute of the body.
fn data<'d>(dom: &'d str, name: &str) -> &'d str {
    let after = dom.split(&format!(" data-{name}=\"")).nth(1);
    after.expect(name).split('"').next().unwrap()
}

#[test]
fn a_narrow_page_writes_as_many_names_as_have_room() {
    let names: Vec<String> = (0..50).map(|n| format!("variant {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let boxes = || {
        let dims = vec![levels("which", &names), Dim::repeats(3)];
        let info = vec![result("out", "", Kind::Float(64))];
        let value = |_: &str, at: &[usize]| Ok(Value::Float((at[0] + at[1]) as f64));
        record("Boxes", dataset(dims, info, value))
    };
    let script = "const ticks = [...document.querySelectorAll('.xaxislayer-above .xtick text')];
        const places = ticks.map((tick) => tick.getBoundingClientRect()).map((box) => box.left + box.width / 2);
        const steps = places.slice(1).map((x, n) => x - places[n]);
        document.body.dataset.ticks = ticks.length;
        document.body.dataset.nearest = Math.min(...steps);";
    let seen = |style: &str| {
        let (_, dom) = probed_with(style, boxes(), "box", script);
        let number = |name| data(&dom, name).parse::<f64>().unwrap();
        (number("ticks"), number("nearest"))
    };
    let (ticks, _) = seen("");
    assert!((49.5..50.5).contains(&ticks), "a wide page has all");
    let (ticks, nearest) = seen("body { max-width: 420px; }");
    assert!((10.0..=30.0).contains(&ticks), "{ticks} names");
    assert!(nearest >= 12.0, "{nearest} pixels from name to name");
}

/// `y` is 0 to 15, the number that the positions of four inputs make; one point failed.
fn four() -> SweepRecord {
    let dims = vec![
        numbers("n", "B", &[1.0, 64.0]),
        levels("a", &["p", "q"]),
        levels("b", &["r", "s"]),
        truths("c"),
    ];
    let info = vec![result("out", "s", Kind::Float(64))];
    let data = dataset(dims, info, |_, at| {
        let number = at.iter().fold(0, |sum, at| sum * 2 + at);
        if number == 5 {
            return Err((CellState::Failed, "boom"));
        }
        Ok(Value::Float(number as f64))
    });
    record("Four", data)
}

#[test]
fn a_reader_selects_lines_on_parallel_axes() {
    let script = "
        const plot = document.querySelector('figure:not([id$=slices]) .plot');
        const count = () => {
            const rows = (trace) => (trace.y.length > 1 ? trace.y.filter((y) => y === null).length : 0);
            const lines = plot.data.filter((trace) => trace.meta && trace.meta.lines).map(rows);
            const rest = plot.data.find((trace) => trace.meta && trace.meta.rest);
            const marks = plot.data.find((trace) => trace.meta && trace.meta.markers);
            return [lines.reduce((a, b) => a + b, 0), rows(rest), marks.x.length].join(' ');
        };
        const pause = () => new Promise((next) => setTimeout(next, 50));
        const states = [count()];
        const rectangle = (axis, y0, y1) => ({ type: 'rect', xref: 'x', yref: 'y', x0: axis - 0.1, x1: axis + 0.1, y0, y1 });
        const select = async (...selections) => {
            plot.emit('plotly_selected', { points: [], selections });
            await pause();
            states.push(count());
        };
        await select(rectangle(0, 0.5, 1.1));
        await select(rectangle(0, 0.5, 1.1), rectangle(1, -0.1, 0.4));
        await select(rectangle(0, 0.5, 1.1), rectangle(0, -0.1, 0.4));
        await select(rectangle(4, 0.9, 1.1));
        plot.emit('plotly_deselect');
        await pause();
        states.push(count());
        // With a mouse, along the first axis.
        const ground = plot.querySelector('.nsewdrag');
        const box = ground.getBoundingClientRect();
        const { xaxis, yaxis } = plot._fullLayout;
        const fire = (target, type, x, y) => target.dispatchEvent(new MouseEvent(type, {
            bubbles: true, cancelable: true, button: 0, buttons: 1, detail: 1,
            clientX: box.left + xaxis.d2p(x), clientY: box.top + yaxis.d2p(y),
        }));
        fire(ground, 'mousedown', -0.2, 1.03);
        await pause();
        for (const y of [0.9, 0.7, 0.5]) {
            fire(document, 'mousemove', 0.2, y);
            await pause();
        }
        fire(document, 'mouseup', 0.2, 0.5);
        await pause();
        states.push(count());
        document.body.dataset.states = states.join('; ');
        const texts = [...plot.querySelectorAll('.annotation-text, .xtick text, .legendtext')];
        document.body.dataset.texts = texts.map((text) => text.textContent).join('; ');";
    let (_, dom) = probed(four(), "parallel", script);
    // Lines with colour, grey ones, and markers: sixteen points, of which one has no value.
    let states: Vec<&str> = data(&dom, "states").split("; ").collect();
    assert_eq!(
        states,
        [
            "16 0 15", "8 8 8", "4 12 4", "16 0 15", "2 14 2", "16 0 15", "8 8 8"
        ]
    );
    let texts = data(&dom, "texts");
    for name in ["n [B]", "out [s]", "64 B", "false", "failed (1)"] {
        assert!(texts.contains(name), "{name} in {texts}");
    }
}

/// Values over three numeric inputs, with a hole.
fn space() -> SweepRecord {
    let places = [0.0, 1.0, 2.0, 4.0];
    let dims = ["x", "y", "z"]
        .map(|name| numbers(name, "mm", &places))
        .to_vec();
    let info = vec![result("field", "T", Kind::Float(64))];
    let data = dataset(dims, info, |_, at| match at {
        [1, 1, 1] => Err((CellState::Skipped, "no use")),
        at => Ok(Value::Float(at.iter().map(|at| places[*at].powi(2)).sum())),
    });
    record("Space", data)
}

#[test]
fn what_stands_in_space_has_a_flat_form() {
    let script = "
        const plots = [...document.querySelectorAll('figure:not([id$=slices]) .plot')];
        const kinds = (plot) => [...new Set(plot.data.map((trace) => trace.type))].join('+');
        document.body.dataset.kinds = plots.map((plot) => plot.closest('figure').id + ':' + kinds(plot)).join('; ');
        document.body.dataset.webgl = document.body.innerText.includes('WebGL is not supported');
        const holes = plots.map((plot) => plot.data.filter((trace) => trace.name === 'skipped').flatMap((trace) => trace.x).length);
        document.body.dataset.holes = holes.join(' ');
        document.body.dataset.drawn = plots.filter((plot) => plot.querySelector('.contourlayer path, .heatmaplayer image')).length;
        document.body.dataset.whole = window.specs.filter((spec) => spec.figures && spec.figures.length).map((spec) => spec.figures[0].data[0].type).join(' ');";
    let (page, dom) = probed(space(), "contour,surface,volume", script);
    assert!(!page.contains("unsafe-eval"));
    assert_eq!(
        data(&dom, "kinds"),
        "space--field-contour:contour+scatter; space--field-surface:contour+scatter; \
         space--field-volume:heatmap+scatter"
    );
    assert_eq!(
        data(&dom, "webgl"),
        "false",
        "no picture of what is missing"
    );
    assert_eq!(data(&dom, "holes"), "1 1 1");
    assert_eq!(data(&dom, "drawn"), "3");
    // A browser that has WebGL draws them in space.
    assert_eq!(data(&dom, "whole"), "contour surface volume");
}

#[test]
fn hostile_names_stay_text() {
    let script = "document.body.dataset.images = document.querySelectorAll('img').length;
        document.body.dataset.failed = document.querySelectorAll('.failed-figure').length;
        document.body.dataset.drawn = document.querySelectorAll('figure:not([id$=slices]) .js-plotly-plot').length;";
    let (_, dom) = probed(evil(), "parallel,interaction,band", script);
    assert_eq!((data(&dom, "images"), data(&dom, "failed")), ("0", "0"));
    assert_eq!(data(&dom, "drawn"), "3");
    let names = |name: &'static str| numbers(name, name, &[1.0, 2.0]);
    let dims = vec![
        names(EVIL),
        names("'); alert(1); ('"),
        names("<b>%{x}"),
        Dim::repeats(2),
    ];
    let info = vec![result("</title>", EVIL, Kind::Float(64))];
    let data_of = dataset(dims, info, |_, at| {
        Ok(Value::Float(at.iter().sum::<usize>() as f64))
    });
    let (_, dom) = probed(record(EVIL, data_of), "contour,surface,volume", script);
    assert_eq!((data(&dom, "images"), data(&dom, "failed")), ("0", "0"));
    assert_eq!(data(&dom, "drawn"), "3");
}

/// The page in a frame of some width: what a script there says of itself.
fn framed(width: u32, records: &[SweepRecord]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let options = ReportOptions {
        png: false,
        ..ReportOptions::default()
    };
    let page = write_report(records, dir.path(), &options).unwrap();
    let page = page.html.unwrap();
    let script = "<script>const wait = setInterval(() => {
        if (!document.documentElement.dataset.figures) return;
        clearInterval(wait);
        const name = (one) => (one.closest('figure, section') || { id: 'page' }).id + ' ' + one.className;
        const scrolls = (one) => one.scrollWidth > one.clientWidth + 1
            && ['auto', 'scroll', 'hidden'].includes(getComputedStyle(one).overflowX);
        const sideways = [...document.querySelectorAll('main *')].filter((one) => !one.closest('svg'))
            .filter((one) => scrolls(one) && !one.querySelector('table') && !one.closest('table'));
        const cropped = [...document.querySelectorAll('.plot .main-svg text')].filter((one) => {
            const box = one.getBoundingClientRect(), place = one.closest('.plot').getBoundingClientRect();
            return box.width > 0 && (box.left < place.left - 2 || box.right > place.right + 2);
        });
        // Labels above a panel, and what they lie on.
        const touching = [...document.querySelectorAll('.plot')].flatMap((plot) => {
            const boxes = [...plot.querySelectorAll('.annotation-text')].map((one) => [one.textContent, one.getBoundingClientRect()]);
            return boxes.flatMap(([text, a], n) => boxes.slice(n + 1)
                .filter(([, b]) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
                .map(([other]) => name(plot) + ' ' + text + ' / ' + other));
        });
        const plots = [...document.querySelectorAll('.plot')].map((one) => one.getBoundingClientRect().width);
        parent.postMessage(JSON.stringify({
            inner: innerWidth, scroll: document.scrollingElement.scrollWidth, widest: Math.max(...plots),
            touching: touching.join(' | '),
            sideways: sideways.map(name).join(' | '),
            cropped: cropped.map((one) => name(one.closest('.plot')) + ' ' + one.textContent).join(' | '),
        }), '*');
    }, 20);</script></body>";
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, text.replace("</body>", script)).unwrap();
    let wrapper = dir.path().join("wrapper.html");
    let frame = format!(
        "<body><iframe style='border:0;width:{width}px;height:4000px' src='index.html'></iframe><script>
         addEventListener('message', (event) => {{
            for (const [name, value] of Object.entries(JSON.parse(event.data))) document.body.dataset[name] = value;
         }});</script></body>"
    );
    fs::write(&wrapper, frame).unwrap();
    let (dom, console) = render(&wrapper);
    assert_eq!(console, "");
    dom
}

#[test]
fn a_page_as_narrow_as_a_phone_scrolls_down_only() {
    let records = [gallery(), vec![four(), space()]].concat();
    for width in [320, 420] {
        let dom = framed(width, &records);
        let said = |name| data(&dom, name);
        assert_eq!(said("inner"), width.to_string());
        let scroll: u32 = said("scroll").parse().unwrap();
        assert!(scroll <= width, "{scroll} of {width} pixels");
        assert_eq!(said("sideways"), "", "at {width} pixels");
        assert_eq!(said("cropped"), "", "at {width} pixels");
        assert_eq!(said("touching"), "", "at {width} pixels");
        let widest: f64 = said("widest").parse().unwrap();
        assert!(widest > f64::from(width) * 0.8, "{widest}");
    }
}
