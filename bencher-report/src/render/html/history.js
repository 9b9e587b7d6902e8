"use strict";
// Ties the figures of a page of histories to the reader's choices: the slider over the runs, and the runs compared.
window.computeFigures = (specs, unpack, redraw) => {
  const sweeps = JSON.parse(unpack("runs"));
  const { digits, quantity, percent, ratioAt, levels, csv, ...figures } = window.computedFigures;
  // Rows of the table of ratios; as many as the page has without a script.
  const mostRows = 100;
  const computed = specs.filter((spec) => spec.kind);
  document.documentElement.classList.add("scripted");

  const runText = (sweep, at) => {
    const run = sweep.runs[sweep.kept[at]];
    return `${run.number}: ${run.text}` + (run.state === 1 ? ", failed" : "");
  };

  // Points of two runs with a ratio, the worst first; without a direction, the largest change first.
  function ratioRows(sweep, chosen) {
    const result = sweep.results[chosen.result];
    const size = ({ ratio }) => (result.worse === 0 ? Math.abs(Math.log(ratio)) : Math.log(ratio) * result.worse);
    return result.values[chosen.b]
      .map((_, point) => ({ point, ratio: ratioAt(result, chosen, point) }))
      .filter(({ ratio }) => ratio !== null)
      .sort((one, other) => size(other) - size(one) || one.point - other.point);
  }

  const tables = {
    line: (sweep, result) => overRuns(sweep, ["value", "low", "high"], (n) =>
      [result.values[n][0], result.low && result.low[n][0], result.high && result.high[n][0]]),
    percentiles: (sweep, result) => [
      ["run", "event", "least", "lower quartile", "median", "upper quartile", "greatest", "points"],
      ...sweep.runs.map((run, n) => [run.number, run.event, ...(result.percentiles[n] || [])]),
    ],
    curves: (sweep, result) => [
      ["run", "event", ...sweep.inputs.map((input) => input.name), result.name],
      ...sweep.kept.flatMap((at, n) => result.values[n].map((value, point) =>
        [sweep.runs[at].number, sweep.runs[at].event, ...levels(sweep, point), value])),
    ],
    run: (sweep, result, chosen) => [
      [...sweep.inputs.map((input) => input.name), result.name, "low", "high", "run"],
      ...result.values[chosen.run].map((value, point) => [
        ...levels(sweep, point), value, result.low && result.low[chosen.run][point],
        result.high && result.high[chosen.run][point], runText(sweep, chosen.run),
      ]),
    ],
    ratios: (sweep, _, chosen) => {
      const result = sweep.results[chosen.result];
      return [
        [...sweep.inputs.map((input) => input.name), "A: " + runText(sweep, chosen.a), "B: " + runText(sweep, chosen.b), "B / A"],
        ...ratioRows(sweep, chosen).map(({ point, ratio }) =>
          [...levels(sweep, point), result.values[chosen.a][point], result.values[chosen.b][point], ratio]),
      ];
    },
  };

  function overRuns(sweep, names, values) {
    const rows = sweep.kept.map((at, n) => [sweep.runs[at].number, sweep.runs[at].event, ...values(n)]);
    return [["run", "event", ...names], ...rows];
  }

  for (const spec of computed) {
    const sweep = sweeps[spec.sweep], result = sweep.results[spec.result];
    const last = sweep.kept.length - 1;
    spec.chosen = { run: last, a: Math.max(last - 1, 0), b: last, result: spec.result };
    const place = document.getElementById(spec.id).querySelector(".plot");
    const width = () => place.clientWidth || 956;
    Object.defineProperty(spec, "figures", { get: () => [figures[spec.kind](sweep, result, width(), spec.chosen)] });
    Object.defineProperty(spec, "csv", { get: () => csv(tables[spec.kind](sweep, result, spec.chosen)) });
  }

  function listenToSlider(box) {
    const slider = box.querySelector("input"), output = box.querySelector("output");
    const start = box.dataset.anchor + "--run-";
    const mine = computed.filter((spec) => spec.id.startsWith(start));
    if (mine.length === 0) return;
    const sweep = sweeps[mine[0].sweep];
    let isWaiting = false;
    const name = () => {
      const text = runText(sweep, Number(slider.value));
      output.textContent = text;
      slider.setAttribute("aria-valuetext", text);
      for (const spec of mine) document.getElementById(spec.id).querySelector(".of-run").textContent = "Run " + text;
    };
    // A browser that restores a form would show another run than the figures.
    slider.value = slider.max;
    name();
    slider.addEventListener("input", () => {
      name();
      if (isWaiting) return;
      isWaiting = true;
      // Figures follow the hand once a frame.
      setTimeout(() => {
        isWaiting = false;
        for (const spec of mine) {
          spec.chosen.run = Number(slider.value);
          redraw(spec);
        }
      }, 16);
    });
  }

  function listenToComparison(box) {
    const figure = box.closest("figure");
    const spec = computed.find((one) => one.id === figure.id);
    const sweep = sweeps[spec.sweep];
    const selects = [...box.querySelectorAll("select")];
    for (const select of selects) {
      select.value = String(spec.chosen[select.dataset.part]);
      select.addEventListener("change", () => {
        spec.chosen[select.dataset.part] = Number(select.value);
        fill(figure, sweep, spec.chosen);
        redraw(spec);
      });
    }
  }

  function fill(figure, sweep, chosen) {
    const result = sweep.results[chosen.result], rows = ratioRows(sweep, chosen);
    const body = figure.querySelector(".ratios tbody");
    body.replaceChildren(...rows.slice(0, mostRows).map(({ point, ratio }) => {
      const row = document.createElement("tr");
      const a = quantity(result, result.values[chosen.a][point]), b = quantity(result, result.values[chosen.b][point]);
      for (const text of [...levels(sweep, point), a, b, digits(ratio, 4), percent(ratio)]) {
        row.insertCell().textContent = text;
      }
      return row;
    }));
    const more = rows.length > mostRows ? `The worst ${mostRows} of ${rows.length}; the CSV has all.` : "";
    figure.querySelector(".more-ratios").textContent = more;
  }

  document.querySelectorAll(".slider").forEach(listenToSlider);
  document.querySelectorAll(".compared").forEach(listenToComparison);
};
