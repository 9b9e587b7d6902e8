//! Slices of a sweep, and the samples of its points, in a real browser.

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

use bencher_core::dataset::{CellState, Dataset, Dim};
use bencher_core::record::SweepRecord;
use bencher_core::value::{Kind, ResultValue, Table, TablePlot, Value};
use common::{EVIL, levels, powers, record, result};
use probe::{data, probed};

/// Three inputs, two repeats: the cost is `100 len + 10 algo + mode`, a tenth more at the second repeat.
fn sweep() -> SweepRecord {
    let dims = vec![
        powers("len", "B", 10, 13),
        levels("algo", &["quick", EVIL]),
        levels("mode", &["cold", "warm", "hot"]),
        Dim::repeats(2),
    ];
    let results = vec![
        result("cost", "s", Kind::Float(64)),
        result("note", "", Kind::Text),
    ];
    let dataset = common::dataset(dims, results, |name, at| {
        if at[..3] == [1, 1, 2] {
            return Err((CellState::Failed, EVIL));
        }
        let cost = (100 * at[0] + 10 * at[1] + at[2] + 1) as f64 + at[3] as f64 / 10.0;
        Ok(if name == "cost" {
            Value::Float(cost)
        } else {
            Value::from(format!("sample {at:?}"))
        })
    });
    record("Costs", dataset)
}

/// Runs a script once the figures are drawn; `wait` lets figures follow a choice.
fn after_drawing(records: &[SweepRecord], script: &str) -> String {
    probed(
        records,
        &format!(
            "const tick = (ms) => new Promise((next) => setTimeout(next, ms));
            (async () => {{
            while (!document.documentElement.dataset.figures) await tick(20);
            const wait = () => tick(60);
            try {{ {script} }} catch (error) {{ document.body.dataset.error = String(error); }}
            }})();"
        ),
    )
}

#[test]
fn a_slice_shows_the_chosen_inputs_at_the_chosen_levels() {
    let dom = after_drawing(
        &[sweep()],
        "const figure = document.querySelector('figure.slices');
        const plot = figure.querySelector('.plot');
        const values = () => JSON.stringify(plot.data.filter((trace) => trace.mode !== 'markers').map((trace) => trace.y));
        const choose = async (n, text) => {
            const select = figure.querySelectorAll('select')[n];
            select.value = [...select.options].find((option) => option.text === text).value;
            select.dispatchEvent(new Event('change'));
            await wait();
        };
        document.body.dataset.first = values();
        const slider = figure.querySelector('input[type=range]');
        slider.value = 2;
        slider.dispatchEvent(new Event('input'));
        await wait();
        document.body.dataset.slid = values() + ' ' + figure.querySelector('output').textContent;
        await choose(1, 'mode');
        await choose(2, 'nothing else');
        document.body.dataset.chosen = values() + ' ' + figure.querySelectorAll('input[type=range]').length;
        document.body.dataset.results = [...figure.querySelectorAll('select')[0].options].map((one) => one.text).join();",
    );
    assert!(!dom.contains("data-error"), "{}", data(&dom, "error"));
    // Means of the two repeats, by hand, in the unit of the axis.
    assert_eq!(
        data(&dom, "first"),
        "[[1.05,101.05,201.05,301.05],[11.05,111.05,211.05,311.05]]"
    );
    assert_eq!(
        data(&dom, "slid"),
        "[[3.05,103.05,203.05,303.05],[13.05,null,213.05,313.05]] hot"
    );
    assert_eq!(data(&dom, "chosen"), "[[1.05,2.05,3.05]] 2");
    assert_eq!(data(&dom, "results"), "cost", "a text has no figure");
}

#[test]
fn a_click_shows_the_samples_of_the_point() {
    let dom = after_drawing(
        &[sweep()],
        "const card = () => document.querySelector('.sample-card');
        const rows = () => [...card().querySelectorAll('tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent).join('; '));
        const plot = document.querySelector('.plot');
        // The third point of the first series in the second panel.
        const curve = plot.data.findIndex((trace) => trace.xaxis === 'x2' && trace.legendgroup === '0' && trace.fill === undefined);
        const trace = plot.data[curve];
        plot.emit('plotly_click', { points: [{ data: trace, x: trace.x[2], y: trace.y[2], curveNumber: curve }] });
        document.body.dataset.rows = rows().join(' | ');
        document.body.dataset.levels = [...card().querySelectorAll('select')].map((one) => one.selectedOptions[0].text).join('; ');
        document.body.dataset.mean = card().querySelector('dd').textContent;
        const selects = card().querySelectorAll('select');
        for (const [n, level] of [[0, 1], [1, 1], [2, 2]]) {
            selects[n].value = String(level);
            selects[n].dispatchEvent(new Event('change'));
        }
        document.body.dataset.failed = card().querySelector('td.bad').textContent;
        selects[2].value = '';
        selects[2].dispatchEvent(new Event('change'));
        document.body.dataset.several = rows().length;
        card().dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
        document.body.dataset.closed = card() === null;
        const button = document.querySelector('[data-look-up]');
        button.click();
        document.body.dataset.looked = rows()[0];",
    );
    assert!(!dom.contains("data-error"), "{}", data(&dom, "error"));
    assert_eq!(
        data(&dom, "rows"),
        "1; 202 s; sample [2, 0, 1, 0] | 2; 202.1 s; sample [2, 0, 1, 1]",
        "repeats count from 1, as everywhere"
    );
    assert_eq!(data(&dom, "levels"), "4 KiB; quick; warm");
    assert_eq!(data(&dom, "mean"), "202.1 s (202 s … 202.1 s)");
    let shown = EVIL.replace('<', "&lt;").replace('>', "&gt;");
    assert_eq!(data(&dom, "failed"), format!("failed: {shown}"));
    assert_eq!(data(&dom, "several"), "6", "all levels of one input");
    assert_eq!(data(&dom, "closed"), "true");
    assert_eq!(data(&dom, "looked"), "1; 1 s; sample [0, 0, 0, 0]");
    assert!(!dom.contains("<img"), "a name became an element");
}

#[test]
fn the_card_of_a_sample_has_the_notes_of_its_times() {
    let mut record = sweep();
    let cost = record.dataset.variable_mut(0).unwrap();
    let time = Value::Float(0.5);
    let note = format!("moved to another core {EVIL}");
    let (measured, preempted) = (CellState::Measured, CellState::Preempted);
    cost.record_explained(0, &time, measured, note.as_str().into())
        .unwrap();
    cost.record_explained(1, &time, preempted, "13 ms on the core".into())
        .unwrap();
    cost.record(2, &time, CellState::Cached).unwrap();
    let earlier = "measured by an earlier run";
    cost.record_explained(3, &time, CellState::Cached, earlier.into())
        .unwrap();
    let dom = after_drawing(
        &[record],
        "document.querySelector('[data-look-up]').click();
        const costs = () => [...document.querySelectorAll('.sample-card tbody tr')].map((row) => row.cells[1].innerText);
        document.body.dataset.costs = costs().join(' | ');
        const mode = document.querySelectorAll('.sample-card select')[2];
        mode.value = '1';
        mode.dispatchEvent(new Event('change'));
        document.body.dataset.stored = costs().join(' | ');",
    );
    assert!(!dom.contains("data-error"), "{}", data(&dom, "error"));
    let shown = EVIL.replace('<', "&lt;").replace('>', "&gt;");
    assert_eq!(
        data(&dom, "costs").replace('\n', " "),
        format!("500 ms moved to another core {shown} | 500 ms preempted: 13 ms on the core")
    );
    assert_eq!(
        data(&dom, "stored").replace('\n', " "),
        "500 ms from the store | 500 ms from the store: measured by an earlier run"
    );
    assert!(!dom.contains("<img"), "a note became an element");
}

/// The hexagon of a table's middle: three of four rows lie there, of the second sample.
#[test]
fn a_click_on_a_hexagon_shows_its_rows_and_its_sample() {
    let dims = vec![levels("walk", &["round", EVIL])];
    let results = vec![result("places", "", Kind::Table)];
    let dataset = common::dataset(dims, results, |_, at| {
        let shift = at[0] as f64;
        let table = Table::new().column(EVIL, vec![0.0, 5.0 + shift, 10.0, 5.0, 5.0 + shift]);
        let table = table
            .unwrap()
            .column("north", vec![0.0, 5.0, 10.0, 0.0, 5.001]);
        Ok(table.unwrap().plotted_as(TablePlot::Hexbin).into_value())
    });
    let dom = after_drawing(
        &[record("Places", dataset)],
        "const plot = [...document.querySelectorAll('.plot')].find((plot) => plot.data.some((trace) => trace.customdata));
        const curveNumber = plot.data.findIndex((trace) => trace.xaxis === 'x2' && trace.customdata);
        const trace = plot.data[curveNumber], n = trace.customdata.findIndex(([count]) => count === 2);
        plot.emit('plotly_click', { points: [{ data: trace, curveNumber, pointNumber: n, x: trace.x[n], y: trace.y[n], customdata: trace.customdata[n] }] });
        const card = document.querySelector('.sample-card');
        document.body.dataset.level = card.querySelector('select').selectedOptions[0].text;
        document.body.dataset.said = [...card.querySelectorAll('p')].map((p) => p.textContent).find((text) => text.includes('hexagon'));
        document.body.dataset.sample = [...card.querySelectorAll('table')].pop().querySelector('td').textContent;
        document.body.dataset.cells = [...card.querySelectorAll('table')[0].querySelectorAll('th, td')].map((cell) => cell.textContent).join('; ');",
    );
    assert!(!dom.contains("data-error"), "{}", data(&dom, "error"));
    let shown = EVIL.replace('<', "&lt;").replace('>', "&gt;");
    assert_eq!(data(&dom, "level"), shown);
    assert_eq!(data(&dom, "said"), "2 rows of the table in this hexagon:");
    assert_eq!(data(&dom, "sample"), "see its figure", "no pane has it");
    assert_eq!(
        data(&dom, "cells"),
        format!("row; {shown}; north; 2; 6; 5; 5; 6; 5.001")
    );
}

/// Two repeats of two points, each with a table of the chosen figure whose numbers name its sample: 100 for the point, 10
/// for the repeat. The first column has the name of the input; the third row has no value. A second table has panes.
fn tables(plot: TablePlot) -> SweepRecord {
    let dims = vec![powers("size", "B", 10, 11), Dim::repeats(2)];
    let results = vec![
        result("steps", "", Kind::Table),
        result("log", "", Kind::Table),
    ];
    let dataset = common::dataset(dims, results, |name, at| {
        let base = (100 * at[0] + 10 * at[1]) as f64;
        let numbers = |shift: f64| [0.0, 1.0, 2.0].map(|row| base + shift + row).to_vec();
        let table = Table::new().column("size", numbers(0.0)).unwrap();
        let table = match (name, plot) {
            ("log", _) => table.column("words", vec!["a", "b", "c"]).unwrap(),
            (_, TablePlot::Histogram) => table,
            _ => {
                let mut loss = numbers(0.5);
                loss[2] = f64::NAN;
                table.column("loss", loss).unwrap()
            }
        };
        Ok(table.plotted_as(plot).into_value())
    });
    record("Steps", dataset)
}

const CARD: &str = "const card = () => document.querySelector('.sample-card');
    const plot = [...document.querySelectorAll('.plot')].find((plot) => plot.data && plot.data.some((trace) => trace.customdata));
    const click = (trace, pointNumber) => plot.emit('plotly_click', { points: [{ data: trace, pointNumber,
        x: trace.x[pointNumber], y: trace.y[pointNumber], customdata: trace.customdata[pointNumber] }] });
    const say = (name) => {
        const rows = card().querySelector('.card-rows');
        document.body.dataset[name] = [
            card().querySelector('select').selectedOptions[0].text,
            rows ? rows.querySelector('p').textContent : '',
            [...(rows ? rows.querySelectorAll('th, td') : [])].map((cell) => cell.textContent).join(' '),
            [...card().querySelectorAll('tr[aria-current] td')].slice(0, 1).map((cell) => cell.textContent).join(),
            card().querySelectorAll('.panes > li').length,
        ].join(' | ');
    };";

/// A point of a line is a row of the table of the repeat that the line is, in the panel of its point.
#[test]
fn a_click_on_a_line_shows_its_row_and_its_sample() {
    for plot in [TablePlot::Curve, TablePlot::Scatter] {
        let dom = after_drawing(
            &[tables(plot)],
            &format!(
                "{CARD}
                const traces = plot.data.filter((trace) => trace.customdata && trace.xaxis === 'x2');
                click(traces.find((trace) => trace.legendgroup === '1'), 1);
                say('point');
                const sign = traces.find((trace) => Array.isArray(trace.customdata[0]));
                click(sign, sign.customdata.findIndex(([series]) => series === 1));
                say('absent');
                const list = card().querySelector('select');
                list.value = '0';
                list.dispatchEvent(new Event('change'));
                say('changed');"
            ),
        );
        assert!(!dom.contains("data-error"), "{}", data(&dom, "error"));
        assert_eq!(
            data(&dom, "point"),
            "2 KiB | Row 2 of the table of repeat 2: | row size loss 2 111 111.5 | 2 | 2"
        );
        assert_eq!(
            data(&dom, "absent"),
            "2 KiB | Row 3 of the table of repeat 2: | row size loss 3 112 no value | 2 | 2"
        );
        assert_eq!(
            data(&dom, "changed"),
            "1 KiB |  |  |  | 2",
            "of another sample"
        );
    }
}

/// A bar counts the rows of all repeats of its point.
#[test]
fn a_click_on_a_bar_shows_its_rows() {
    let dom = after_drawing(
        &[tables(TablePlot::Histogram)],
        &format!(
            "{CARD}
            const trace = plot.data.find((trace) => trace.customdata && trace.xaxis === 'x2');
            document.body.dataset.counts = trace.y.join(' ');
            click(trace, trace.y.length - 1);
            say('bar');"
        ),
    );
    assert!(!dom.contains("data-error"), "{}", data(&dom, "error"));
    let bar = data(&dom, "bar");
    let counts: Vec<u64> = data(&dom, "counts")
        .split(' ')
        .map(|count| count.parse().unwrap())
        .collect();
    assert_eq!(counts.iter().sum::<u64>(), 6, "of this point alone");
    assert!(
        bar.starts_with("2 KiB | 3 rows of the table in this bar of repeat 2: | row size 1 110"),
        "{bar}"
    );
}

/// A row of a pane's table is of the sample of the pane.
#[test]
fn a_click_on_a_row_of_a_pane_shows_its_sample() {
    let dom = after_drawing(
        &[tables(TablePlot::Histogram)],
        &format!(
            "{CARD}
            const pane = [...document.querySelectorAll('figure .panes > li')].find((one) => one.textContent.includes('111'));
            pane.querySelectorAll('tbody tr')[1].querySelector('td').click();
            say('row');
            card().querySelector('button').click();
            pane.querySelector('.place').dispatchEvent(new KeyboardEvent('keydown', {{ key: 'Enter', bubbles: true }}));
            say('place');"
        ),
    );
    assert!(!dom.contains("data-error"), "{}", data(&dom, "error"));
    assert_eq!(
        data(&dom, "row"),
        "2 KiB | Row 2 of the table of repeat 2: | row size words 2 111 b | 2 | 2"
    );
    assert_eq!(data(&dom, "place"), "2 KiB |  |  | 2 | 2");
}

/// Every figure of the gallery: what a click on a mark opens is what its hover text says.
#[test]
fn a_click_on_any_kind_of_figure_opens_its_point() {
    let mut records = common::gallery();
    records.retain(|record| !record.title.contains("img"));
    records.push(four());
    let dom = after_drawing(
        &records,
        "const card = () => document.querySelector('.sample-card');
        const plain = (text) => text.replace(/<br>/g, '; ').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
        const wrong = [], silent = [];
        let clicks = 0;
        for (const plot of document.querySelectorAll('figure .plot')) {
            const figure = plot.closest('figure');
            if (figure.matches('.slices') || !plot.data) continue;
            let opened = 0;
            plot.data.forEach((trace, curveNumber) => {
                const texts = [].concat(trace.text || [], trace.hovertext || []);
                if (trace.hoverinfo === 'skip' || !texts.length || !trace.x) return;
                const titles = (plot.layout.annotations || []).filter((one) => one.xref === 'paper');
                const place = (titles[Number((trace.xaxis || 'x').slice(1) || 1) - 1] || { text: '' }).text;
                const marks = Array.isArray(trace.z)
                    ? trace.z.flatMap((row, y) => row.map((_, x) => [[y, x], trace.x[x], trace.y[y], trace.text && trace.text[y][x]]))
                    : trace.x.map((x, n) => [n, x, trace.y[n], texts[n]]);
                for (const [pointNumber, x, y, text] of marks.filter((mark, n) => mark[3] && n % 7 === 0).slice(0, 6)) {
                    if (x === null || y === null || !/: /.test(text)) continue;
                    if (card()) card().querySelector('button').click();
                    const customdata = trace.customdata && trace.customdata[pointNumber];
                    plot.emit('plotly_click', { points: [{ data: trace, curveNumber, pointNumber, x, y, customdata }] });
                    clicks++;
                    if (!card()) continue;
                    opened++;
                    for (const list of card().querySelectorAll('select')) {
                        const level = list.selectedOptions[0].text;
                        // The unit stands beside the name, or beside the number.
                        const bare = level.replace('500 µm', '0.5').replace(/ (mm|B|KiB|elements)$/, '');
                        if (level !== 'all' && !plain(text + ' ' + place).includes(bare)) wrong.push(figure.id + ': ' + level + ' / ' + plain(text + place));
                    }
                    if ([...card().querySelectorAll('select')].every((list) => list.value === '')) wrong.push(figure.id + ': all / ' + plain(text));
                }
            });
            if (!opened) silent.push(figure.id.split('--')[1]);
        }
        document.body.dataset.clicks = clicks;
        document.body.dataset.wrong = wrong.slice(0, 20).join(' | ');
        document.body.dataset.silent = silent.join(' ');",
    );
    assert!(!dom.contains("data-error"), "{}", data(&dom, "error"));
    assert_eq!(data(&dom, "wrong"), "");
    let clicks: usize = data(&dom, "clicks").parse().unwrap();
    assert!(clicks > 150, "{clicks}");
    // Shares of inputs are of no point, nor are repeats of a sweep without inputs.
    assert_eq!(
        data(&dom, "silent"),
        "elapsed-main-effects elapsed-main-effects field-main-effects latency-histogram found-bar cost-main-effects"
    );
}

/// A page of ten sweeps has the figures that a reader sees when it opens, and the others later.
#[test]
fn figures_in_sight_are_drawn_first() {
    let records: Vec<SweepRecord> = (0..10)
        .map(|n| {
            let mut record = sweep();
            record.title = format!("Costs {n}");
            record
        })
        .collect();
    let dom = after_drawing(
        &records,
        "document.body.dataset.all = document.querySelectorAll('.plot .main-svg').length > 0
            && [...document.querySelectorAll('.plot')].every((plot) => plot.querySelector('.main-svg'));",
    );
    // What a script at the end of the page sees is what is there when it opens.
    let opened = probed(
        &records,
        "const drawn = [...document.querySelectorAll('.plot')].map((plot) => plot.querySelector('.main-svg') !== null);
        document.body.dataset.first = drawn[0];
        document.body.dataset.last = drawn[drawn.length - 1];
        document.body.dataset.high = document.documentElement.scrollHeight > 8000;",
    );
    let seen = ["first", "last", "high"].map(|name| data(&opened, name));
    assert_eq!(seen, ["true", "false", "true"]);
    assert_eq!(data(&dom, "all"), "true");
}

#[test]
fn a_point_that_is_hovered_is_shown_in_the_other_figures() {
    let mut record = sweep();
    record.title = "First".to_owned();
    let dom = after_drawing(
        &[four(), record],
        "const texts = (plot) => [...plot.querySelectorAll('.hoverlayer .hovertext')].map((one) => one.textContent).join(' / ');
        const plots = [...document.querySelectorAll('figure:not(.slices) .plot')].filter((plot) => plot.data);
        const byId = (part) => plots.find((plot) => plot.closest('figure').id.includes(part));
        const parallel = byId('four-inputs--cost-parallel'), means = byId('four-inputs--cost-means'), other = byId('first--');
        const curveNumber = parallel.data.findIndex((trace) => trace.meta && trace.meta.markers);
        const trace = parallel.data[curveNumber];
        const pointNumber = trace.text.findIndex((text) => text.includes('2 KiB') && text.includes('merge'));
        const point = { data: trace, curveNumber, pointNumber, customdata: trace.customdata[pointNumber], x: trace.x[pointNumber], y: trace.y[pointNumber] };
        parallel.emit('plotly_hover', { points: [point] });
        await tick(300);
        document.body.dataset.means = texts(means);
        document.body.dataset.other = texts(other);
        parallel.emit('plotly_unhover', { points: [point] });
        await tick(300);
        document.body.dataset.after = texts(means);",
    );
    assert!(!dom.contains("data-error"), "{}", data(&dom, "error"));
    let means = data(&dom, "means");
    assert!(
        means.contains("algo / merge") && means.contains("size [KiB] / 2"),
        "{means}"
    );
    assert!(!means.contains("quick"), "{means}");
    assert_eq!(
        (data(&dom, "other"), data(&dom, "after")),
        ("", ""),
        "another sweep"
    );
}

#[test]
fn lists_select_on_parallel_axes_and_clicks_still_open_points() {
    let dom = after_drawing(
        &[four()],
        "const figure = document.querySelector('figure[id$=parallel]'), plot = figure.querySelector('.plot');
        const lists = [...figure.querySelectorAll('label')].filter((one) => one.querySelector('select'));
        document.body.dataset.names = lists.map((one) => one.firstChild.textContent.trim()).join();
        const choose = async (n, text) => {
            const list = lists[n].querySelector('select');
            list.value = [...list.options].find((option) => option.text === text).value;
            list.dispatchEvent(new Event('change'));
            await tick(200);
        };
        const trace = () => plot.data.find((one) => one.meta && one.meta.markers);
        const before = trace().x.length;
        await choose(0, '2 KiB');
        const size = trace().x.length;
        await choose(1, 'merge');
        document.body.dataset.counts = [before, size, trace().x.length].join();
        plot.emit('plotly_click', { points: [{ data: trace(), pointNumber: 0, customdata: trace().customdata[0], x: trace().x[0], y: trace().y[0] }] });
        document.body.dataset.levels = [...document.querySelectorAll('.sample-card select')].map((one) => one.selectedOptions[0].text).slice(0, 2).join();
        await choose(0, 'all');
        await choose(1, 'all');
        document.body.dataset.after = trace().x.length;",
    );
    assert!(!dom.contains("data-error"), "{}", data(&dom, "error"));
    assert_eq!(data(&dom, "names"), "size,algo,mode,sorted,cost");
    assert_eq!(data(&dom, "counts"), "32,8,4");
    assert_eq!(data(&dom, "levels"), "2 KiB,merge");
    assert_eq!(data(&dom, "after"), "32");
}

/// Four inputs, which parallel axes show.
fn four() -> SweepRecord {
    let dims = vec![
        powers("size", "B", 10, 13),
        levels("algo", &["quick", "merge"]),
        levels("mode", &["cold", "warm"]),
        common::truths("sorted"),
    ];
    let results = vec![result("cost", "s", Kind::Float(64))];
    let dataset = common::dataset(dims, results, |_, at| {
        Ok(Value::Float(
            at.iter().fold(1.0, |sum, at| sum * 3.0 + *at as f64),
        ))
    });
    record("Four inputs", dataset)
}

#[test]
fn panes_stand_beside_their_sample() {
    let records = [common::contents::images()];
    let dom = after_drawing(
        &records,
        "document.body.dataset.panes = document.querySelectorAll('.panes > li').length;
        document.querySelector('[data-look-up]').click();
        const pane = document.querySelector('.sample-card .panes > li');
        const first = document.querySelector('figure .panes > li');
        document.body.dataset.same = pane !== null && pane.innerHTML === first.innerHTML;",
    );
    assert!(!dom.contains("data-error"), "{}", data(&dom, "error"));
    assert_eq!(data(&dom, "same"), "true");
}

#[test]
fn a_page_says_that_it_cannot_carry_all_samples() {
    let many: Vec<f64> = (0..200_000).map(f64::from).collect();
    let dims = vec![common::numbers("n", "", &many)];
    let results = vec![
        result("a", "", Kind::Float(64)),
        result("b", "", Kind::Float(64)),
    ];
    let dataset = Dataset::new("Many", dims, results).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let options = bencher_report::ReportOptions {
        png: false,
        ..Default::default()
    };
    let files = bencher_report::write_report(&[record("Many", dataset)], dir.path(), &options);
    let page = std::fs::read_to_string(files.unwrap().html.unwrap()).unwrap();
    assert!(page.contains("400000 samples are too many for a page"));
    assert!(!page.contains("data-look-up"));
}
