"use strict";
// Ties the figure of slices to the reader's choices, and clicks on figures to the card of samples.
window.computeFigures = (specs, unpack, redraw) => {
  const sweeps = JSON.parse(unpack("sweeps"));
  const { run, stridesOf, plan, levels, csv } = window.computedFigures;
  const card = window.sampleCard(sweeps);

  // What a figure shows at first: as the figures above, of the first levels of all other inputs.
  function firstChoice(sweep) {
    const planned = plan(sweep.inputs, false);
    const second = planned.kind === "map" ? planned.y : planned.series;
    return {
      run: 0, result: sweep.results.findIndex((result) => result.isNumber), x: planned.x, second,
      isMap: planned.kind === "map", fixed: sweep.inputs.map(() => 0),
    };
  }

  // The inputs on the axes, and the point at which the slice begins.
  function planOf(sweep, chosen) {
    const strides = stridesOf(sweep.inputs);
    const isShown = (n) => n === chosen.x || n === chosen.second;
    const at = sweep.inputs.reduce((sum, _, n) => sum + (isShown(n) ? 0 : chosen.fixed[n] * strides[n]), 0);
    const isMap = chosen.isMap && chosen.second !== undefined;
    return {
      kind: isMap ? "map" : sweep.inputs[chosen.x].numbers ? "lines" : "bars", x: chosen.x,
      ...(isMap ? { y: chosen.second } : { series: chosen.second }),
      strides, panels: [{ at, label: [] }], omitted: 0,
    };
  }

  function rows(sweep, chosen) {
    const result = sweep.results[chosen.result], strides = stridesOf(sweep.inputs);
    const isIn = (point) => sweep.inputs.every((input, n) => n === chosen.x || n === chosen.second ||
      Math.floor(point / strides[n]) % input.levels.length === chosen.fixed[n]);
    const points = result.values[0].map((_, point) => point).filter(isIn);
    return [
      [...sweep.inputs.map((input) => input.name), result.name, "low", "high"],
      ...points.map((point) => [
        ...levels(sweep, point), result.values[0][point], result.low && result.low[0][point], result.high && result.high[0][point],
      ]),
    ];
  }

  for (const spec of specs.filter((one) => one.kind === "slice")) {
    const sweep = sweeps[spec.sweep];
    spec.chosen = firstChoice(sweep);
    const place = document.getElementById(spec.id).querySelector(".plot");
    const width = () => place.clientWidth || 956;
    Object.defineProperty(spec, "figures", {
      get: () => [{
        ...run(sweep, sweep.results[spec.chosen.result], width(), { ...spec.chosen, planned: planOf(sweep, spec.chosen) }),
        places: null,
      }],
    });
    Object.defineProperty(spec, "csv", { get: () => csv(rows(sweep, spec.chosen)) });
  }

  const make = (name, text) => {
    const element = document.createElement(name);
    element.textContent = text;
    return element;
  };

  // A choice among a few texts.
  function select(label, options, value, change) {
    const box = make("label", label + " "), list = document.createElement("select");
    for (const [at, text] of options) list.append(new Option(text, String(at)));
    list.value = String(value);
    list.addEventListener("change", () => change(list.value));
    box.append(list);
    return box;
  }

  // A slider over the levels of an input that the figure does not show.
  function slider(input, value, change) {
    const box = make("label", input.name + " "), range = document.createElement("input"), output = document.createElement("output");
    Object.assign(range, { type: "range", min: 0, max: input.levels.length - 1, step: 1 });
    range.value = value;
    const tell = () => {
      output.textContent = input.shown[range.value];
      range.setAttribute("aria-valuetext", output.textContent);
    };
    tell();
    range.addEventListener("input", () => {
      tell();
      change(Number(range.value));
    });
    box.append(range, output);
    return box;
  }

  function choices(box) {
    const spec = specs.find((one) => one.kind === "slice" && one.sweep === Number(box.dataset.slices));
    const sweep = sweeps[spec.sweep], chosen = spec.chosen;
    let isWaiting = false;
    const update = () => {
      if (isWaiting) return;
      isWaiting = true;
      // Figures follow the hand once a frame.
      setTimeout(() => {
        isWaiting = false;
        const spread = sweep.results[chosen.result].spread;
        document.getElementById(spec.id).querySelector(".note").textContent =
          "Choose what the figure shows, and the values of the other inputs." + (spread ? ` Error bars: ${spread}.` : "");
        redraw(spec);
      }, 16);
    };
    function build(focused) {
      const varied = sweep.inputs.map((_, n) => n).filter((n) => sweep.inputs[n].levels.length > 1);
      const change = (key, parse = Number) => (value) => {
        chosen[key] = parse(value);
        if (chosen.second === chosen.x) chosen.second = varied.find((n) => n !== chosen.x);
        build(key);
        update();
      };
      const named = (list) => list.map((n) => [n, sweep.inputs[n].name]);
      const results = sweep.results.map((result, n) => [n, result.name]).filter(([n]) => sweep.results[n].isNumber);
      const parts = {
        result: select("Result", results, chosen.result, change("result")),
        x: select("across", named(varied), chosen.x, change("x")),
        second: select("and", [["", "nothing else"], ...named(varied.filter((n) => n !== chosen.x))],
          chosen.second === undefined ? "" : chosen.second, change("second", (value) => (value === "" ? undefined : Number(value)))),
      };
      if (chosen.second !== undefined) {
        parts.isMap = select("as", [["false", "lines or bars"], ["true", "heat map"]], chosen.isMap, change("isMap", (value) => value === "true"));
      }
      for (const n of varied.filter((n) => n !== chosen.x && n !== chosen.second)) {
        parts["input " + n] = slider(sweep.inputs[n], chosen.fixed[n], (level) => {
          chosen.fixed[n] = level;
          update();
        });
      }
      box.replaceChildren(...Object.values(parts));
      if (focused && parts[focused]) parts[focused].querySelector("select").focus();
    }
    build();
    update();
  }

  document.documentElement.classList.add("scripted");
  document.querySelectorAll("[data-slices]").forEach(choices);
  document.addEventListener("click", (event) => {
    const number = event.target.dataset && event.target.dataset.lookUp;
    if (number !== undefined) card.open(Number(number), Object.fromEntries(sweeps[number].inputs.map((_, n) => [n, 0])));
  });

  // So does a click on a row of a pane's table, or on the name of its sample.
  function openPane({ target }) {
    const pane = target.closest && target.closest(".panes > li[data-levels]");
    const row = target.closest && target.closest("tbody tr");
    if (!pane || !(row || target.closest(".place")) || String(getSelection())) return;
    const section = pane.closest("section"), shown = pane.closest(".sample-card");
    const number = shown ? Number(shown.dataset.sweep) : sweeps.findIndex((sweep) => section && sweep.anchor === section.id);
    if (number < 0) return;
    const repeat = Number(pane.dataset.repeat);
    const rows = row && {
      count: 1, repeat, first: [[repeat, row.rowIndex, ...[...row.cells].map((cell) => cell.textContent)]],
      columns: [...row.closest("table").tHead.rows[0].cells].map((cell) => cell.textContent),
    };
    card.open(number, Object.fromEntries(JSON.parse(pane.dataset.levels)), rows || { repeat });
  }
  document.addEventListener("click", openPane);
  for (const place of document.querySelectorAll(".panes > li[data-levels] > .place")) {
    place.tabIndex = 0;
    place.setAttribute("role", "button");
    place.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      openPane(event);
    });
  }

  // A click on a mark opens the card at its point.
  const marks = window.figureMarks(sweeps);
  const numberOf = (id) => sweeps.findIndex((sweep) => id.startsWith(sweep.anchor + "--"));
  for (const spec of specs) {
    const number = numberOf(spec.id);
    if (number < 0) continue;
    const listening = new WeakSet();
    spec.drawnAt = (place, n, isNew) => {
      const places = () => spec.figures[n] && spec.figures[n].places;
      if (!places() || (listening.has(place) && !isNew)) return;
      listening.add(place);
      marks.listen(number, place, places, (levels, rows) => card.open(number, levels, rows));
    };
  }
};
