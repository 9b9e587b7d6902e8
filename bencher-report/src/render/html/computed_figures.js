"use strict";
// The figures of a page of histories as plotly's traces and layout. Each is computed from the values of a sweep.
window.computedFigures = (() => {
  const colors = ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8c8c8c"];
  const symbols = ["circle", "square", "diamond", "triangle-up", "x", "star", "cross"];
  const dashes = ["solid", "dash", "dot"];
  const blue = "#0072b2", worse = "#d55e00", better = "#009e73", grey = "#8c8c8c";
  const gapGround = "#b3b3b3";
  const gaps = { f: "failed", t: "timed out", b: "below resolution", s: "skipped", p: "pending", m: "no value" };
  // The width that a page has for a figure, in pixels.
  const room = 956;
  // Series with a colour of their own, and panels of a figure.
  const mostSeries = 14, mostPanels = 12;

  // plotly takes tags and entities for markup.
  const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const clip = (text, most) => {
    const signs = [...text];
    return signs.length > most ? signs.slice(0, most - 1).join("") + "…" : text;
  };

  function digits(x, count) {
    if (x === 0 || !Number.isFinite(x)) return String(x);
    const rounded = Number(x.toPrecision(count)), size = Math.abs(rounded);
    return size >= 1e-3 && size < 1e6 ? String(rounded) : rounded.toExponential().replace("e+", "e");
  }

  function scaleAt(result, magnitude) {
    let found = result.scales[0];
    for (const scale of result.scales) if (scale[0] <= magnitude) found = scale;
    return { factor: found[1], units: found[2] };
  }

  // A number with its unit, in four digits.
  function quantity(result, x) {
    const { factor, units } = scaleAt(result, Math.abs(Number(x.toPrecision(4))));
    return digits(x * factor, 4) + (units ? " " + units : "");
  }

  const percent = (ratio) => (ratio > 1 ? "+" : "") + digits((ratio - 1) * 100, 3) + " %";

  function extent(result) {
    let low = Infinity, high = -Infinity;
    for (const grid of [result.values, result.low || [], result.high || []]) {
      for (const run of grid) {
        for (const x of run) {
          if (x === null) continue;
          if (x < low) low = x;
          if (x > high) high = x;
        }
      }
    }
    return { low, high };
  }

  function axisScale(result) {
    const { low, high } = extent(result);
    const scale = scaleAt(result, Math.max(Math.abs(low), Math.abs(high)));
    return { ...scale, title: plain(clip(result.name, 30)) + (scale.units ? " [" + plain(scale.units) + "]" : "") };
  }

  // ---- over the runs

  function runAxis(sweep, width) {
    const last = sweep.runs.length - 1;
    const each = Math.ceil(sweep.runs.length / Math.max(2, Math.floor(width / 105)));
    const ticks = [];
    for (let n = last; n >= 0; n -= each) ticks.unshift(n);
    return {
      range: [-0.5, last + 0.5], tickmode: "array", tickvals: ticks, zeroline: false,
      ticktext: ticks.map((n) => plain(clip(sweep.runs[n].event, 14))), tickangle: 0, automargin: true,
    };
  }

  // A band that is interrupted where there is no value.
  function band(name, points, color) {
    const x = [], y = [];
    let piece = [];
    const close = () => {
      if (piece.length === 1) {
        const { x, low, high } = piece[0];
        piece = [{ x: x - 0.15, low, high }, { x: x + 0.15, low, high }];
      }
      if (piece.length === 0) return;
      for (const point of piece) { x.push(point.x); y.push(point.high); }
      for (const point of piece.reverse()) { x.push(point.x); y.push(point.low); }
      x.push(null); y.push(null);
      piece = [];
    };
    for (const point of points) point ? piece.push(point) : close();
    close();
    return {
      type: "scatter", mode: "lines", x, y, name, fill: "toself", fillcolor: color, line: { width: 0 },
      hoverinfo: "skip",
    };
  }

  // The line of runs that count, and hollow points for those that failed.
  function runMarks(sweep, name, points) {
    const failed = points.filter((point) => point && point.state === 1);
    const line = points.filter((point) => !point || point.state !== 1)
      .map((point) => point || { x: null, y: null, text: "", state: 0 });
    const hover = (list) => ({ hoverinfo: "text", hovertext: list.map((point) => point.text) });
    const traces = [{
      type: "scatter", mode: "lines+markers", name, x: line.map((p) => p.x), y: line.map((p) => p.y),
      line: { color: blue, width: 2 },
      marker: { color: blue, size: line.length > 80 ? 4 : 7, symbol: line.map((p) => (p.state === 2 ? "diamond" : "circle")) },
      ...hover(line),
    }];
    if (failed.length > 0) {
      traces.push({
        type: "scatter", mode: "markers", name: "failed run", x: failed.map((p) => p.x), y: failed.map((p) => p.y),
        marker: { color: worse, size: 9, symbol: "circle-open", line: { width: 2 } }, ...hover(failed),
      });
    }
    if (line.some((point) => point.state === 2)) {
      traces.push({
        type: "scatter", mode: "markers", name: "accepted run", x: [null], y: [null],
        marker: { color: blue, size: 8, symbol: "diamond" },
      });
    }
    return traces;
  }

  // Change points as vertical marks between two runs; texts lie in rows above the panel.
  function changeMarks(sweep, result, width) {
    const color = (mark) => (mark.worse === null ? grey : mark.worse ? worse : better);
    const shapes = result.marks.map((mark) => ({
      type: "line", xref: "x", yref: "paper", x0: mark.run - 0.5, x1: mark.run - 0.5, y0: 0, y1: 1,
      line: { color: color(mark), width: 2, dash: "dash" },
    }));
    const most = Math.floor(width / 8);
    const rows = Math.min(result.marks.length, 4);
    const named = result.marks.length > 12 ? [] : result.marks;
    const annotations = named.map((mark, n) => ({
      xref: "x", yref: "paper", x: mark.run - 0.5, y: 1, yshift: 15 * (rows - 1 - (n % 4)), text: plain(clip(mark.text, most)),
      xanchor: mark.run * 2 > sweep.runs.length ? "right" : "left", yanchor: "bottom", showarrow: false,
      font: { size: 11 },
    }));
    return { shapes, annotations, top: 40 + 15 * (named.length > 0 ? rows : 0) };
  }

  // The range of values that hardly differ: their noise is not to fill the figure.
  function calmRange(values) {
    const low = Math.min(...values), high = Math.max(...values), middle = (low + high) / 2;
    return high - low < 0.1 * Math.abs(middle) ? { range: [middle - 0.07 * Math.abs(middle), middle + 0.07 * Math.abs(middle)] } : {};
  }

  function timeFigure(sweep, result, width, data, y, below = 0) {
    const { shapes, annotations, top } = changeMarks(sweep, result, width);
    return {
      data, label: "", width: room,
      layout: {
        height: 324 + top + below, margin: { l: 70, r: 16, t: top, b: 64 + below }, shapes, annotations, hovermode: "closest",
        showlegend: true, legend: { orientation: "h", x: 0, y: -40 / 260, yanchor: "top" },
        xaxis: runAxis(sweep, width), yaxis: { automargin: true, zeroline: false, ...y },
      },
    };
  }

  const stateText = (run) => ["", "<br>failed", "<br>accepted"][run.state];

  function line(sweep, result, width) {
    const { factor, title } = axisScale(result);
    const points = sweep.runs.map(() => null);
    sweep.kept.forEach((at, n) => {
      const value = result.values[n][0], run = sweep.runs[at];
      if (value === null) return;
      const bounds = result.low && result.low[n][0] !== null ? [result.low[n][0], result.high[n][0]] : null;
      const any = result.between ? [value / result.between, value * result.between] : null;
      const range = (name, pair) =>
        (pair ? `<br>${name} ${plain(quantity(result, pair[0]))} … ${plain(quantity(result, pair[1]))}` : "");
      points[at] = {
        x: at, y: value * factor, state: run.state, bounds, any,
        text: `<b>${plain(run.text)}</b><br>${plain(quantity(result, value))}` +
          range("within the run", bounds) + range("any run", any) + stateText(run),
      };
    });
    const counted = points.filter((point, n) => sweep.runs[n].state !== 1);
    const part = (name, key, color) => {
      const of = counted.map((p) => p && p[key] && { x: p.x, low: p[key][0] * factor, high: p[key][1] * factor });
      return of.some((p) => p) ? [band(name, of, color)] : [];
    };
    const data = [
      ...part("any run (95 %)", "any", "rgba(0, 114, 178, 0.2)"),
      ...part("within the run (95 %)", "bounds", "rgba(0, 114, 178, 0.45)"),
      ...runMarks(sweep, plain(result.name), points),
    ];
    return timeFigure(sweep, result, width, data, { title: { text: title, standoff: 12 } });
  }

  function percentiles(sweep, result, width) {
    const { factor, title } = result.relative
      ? { factor: 1, title: plain(clip(result.name, 24)) + ", relative to the usual" } : axisScale(result);
    const show = (x) => (result.relative ? digits(x, 4) : plain(quantity(result, x)));
    const points = sweep.runs.map((run, n) => {
      const found = result.percentiles[n];
      if (!found) return null;
      const [least, lower, median, upper, greatest, count] = found;
      return {
        x: n, y: median * factor, state: run.state, found,
        text: `<b>${plain(run.text)}</b><br>median ${show(median)}<br>middle half ${show(lower)} … ${show(upper)}` +
          `<br>all ${show(least)} … ${show(greatest)}<br>${count} points` + stateText(run),
      };
    });
    const counted = points.filter((point, n) => sweep.runs[n].state !== 1);
    const part = (low, high) =>
      counted.map((p) => p && { x: p.x, low: p.found[low] * factor, high: p.found[high] * factor });
    const data = [
      band("all points", part(0, 4), "rgba(0, 114, 178, 0.2)"),
      band("middle half", part(1, 3), "rgba(0, 114, 178, 0.45)"),
      ...runMarks(sweep, "median", points),
    ];
    const all = points.filter((p) => p).flatMap((p) => [p.found[0] * factor, p.found[4] * factor]);
    return timeFigure(sweep, result, width, data, { title: { text: title, standoff: 12 }, ...calmRange(all) });
  }

  // A curve for each point.
  function curves(sweep, result, width) {
    const { factor, title } = axisScale(result);
    const range = extent(result);
    const isLog = range.low > 0 && range.high / range.low >= 100;
    const strides = stridesOf(sweep.inputs);
    const data = (result.values[0] || []).map((_, point) => {
      const color = colors[point % 7], name = sweep.inputs.map((input, n) =>
        clip(input.levels[Math.floor(point / strides[n]) % input.levels.length], 24)).join(", ");
      const values = sweep.kept.map((_, n) => result.values[n][point]);
      return {
        type: "scatter", mode: "lines+markers", name: plain(name), x: sweep.kept,
        y: values.map((value) => (value === null ? null : value * factor)),
        line: { color, width: 1.5, dash: dashes[Math.floor(point / 7) % 3] },
        marker: { color, size: 6, symbol: sweep.kept.map((at) => symbols[point % 7] + (sweep.runs[at].state === 1 ? "-open" : "")) },
        hoverinfo: "text",
        hovertext: sweep.kept.map((at, n) => `<b>${plain(sweep.runs[at].text)}</b><br>${place(sweep, strides, point)}<br>` +
          (values[n] === null ? "" : plain(quantity(result, values[n]))) + stateText(sweep.runs[at])),
      };
    });
    const longest = data.reduce((most, trace) => Math.max(most, trace.name.length), 0);
    const rows = Math.ceil(data.length / Math.max(1, Math.floor((width - 90) / (longest * 7 + 50))));
    const y = { title: { text: title, standoff: 12 }, ...(isLog ? { type: "log", dtick: 1 } : {}) };
    return timeFigure(sweep, { ...result, marks: [] }, width, data, y, 20 * (rows - 1));
  }

  // ---- tables

  // Levels of the inputs of a point.
  function levels(sweep, point) {
    const texts = [];
    for (let n = sweep.inputs.length - 1; n >= 0; n--) {
      const all = sweep.inputs[n].levels;
      texts.unshift(all[point % all.length]);
      point = Math.floor(point / all.length);
    }
    return texts;
  }

  // The script of the page, which comes later, writes the CSV of all figures.
  const csv = (rows) => window.csvText(rows);

  // ---- over the inputs

  function stridesOf(inputs) {
    const strides = inputs.map(() => 1);
    for (let n = inputs.length - 2; n >= 0; n--) strides[n] = strides[n + 1] * inputs[n + 1].levels.length;
    return strides;
  }

  // Which input is on which axis: the first two numeric inputs make a map, one makes lines, none makes bars. The map
  // of ratios has the last two inputs.
  function plan(inputs, isRatio) {
    const varied = inputs.map((_, n) => n).filter((n) => inputs[n].levels.length > 1);
    const numeric = varied.filter((n) => inputs[n].numbers), other = varied.filter((n) => !inputs[n].numbers);
    const few = (n) => n !== undefined && inputs[n].levels.length <= mostSeries;
    let found;
    if (isRatio) {
      found = varied.length > 1 ? { kind: "map", x: varied.at(-2), y: varied.at(-1) } : { kind: "bars", x: varied[0] };
    } else if (numeric.length > 1) found = { kind: "map", x: numeric[0], y: numeric[1] };
    else if (numeric.length === 1 && other.length > 0 && !few(other[0])) found = { kind: "map", x: numeric[0], y: other[0] };
    else if (numeric.length === 1) found = { kind: "lines", x: numeric[0], series: other[0] };
    else found = { kind: "bars", x: other[0], series: few(other[1]) ? other[1] : undefined };
    const used = [found.x, found.y, found.series];
    const strides = stridesOf(inputs);
    const facets = varied.filter((n) => !used.includes(n));
    let panels = [{ at: 0, label: [] }];
    for (const facet of facets) {
      const { name, levels } = inputs[facet];
      panels = panels.flatMap((panel) => levels.map((level, n) => ({
        at: panel.at + n * strides[facet], label: [...panel.label, name + " = " + level],
      })));
    }
    return { ...found, strides, panels: panels.slice(0, mostPanels), omitted: Math.max(0, panels.length - mostPanels) };
  }

  const inputTitle = (input) => plain(clip(input.name, 40)) + (input.units ? " [" + plain(input.units) + "]" : "");

  function levelAxis(input, width, isLine) {
    // Short levels, where the page has them.
    if (input.ticks) input = { ...input, ...input.ticks };
    if (isLine && input.numbers) {
      const named = input.levels.length <= Math.max(2, Math.floor(width / 62))
        ? { tickmode: "array", tickvals: input.numbers, ticktext: input.levels.map((level) => plain(clip(level, 12))) } : {};
      return { title: { text: inputTitle(input) }, type: input.log ? "log" : "linear", ...named };
    }
    const each = Math.ceil(input.levels.length / Math.max(2, Math.floor(width / 62)));
    const ticks = input.levels.map((_, n) => n).filter((n) => n % each === 0);
    return {
      title: { text: inputTitle(input), standoff: 10 }, tickmode: "array", tickvals: ticks, zeroline: false, showgrid: false,
      ticktext: ticks.map((n) => plain(clip(input.levels[n], 12))), range: [-0.5, input.levels.length - 0.5],
      automargin: true,
    };
  }

  // Panels in a grid that share their axes.
  function panelFigure(sweep, planned, width, y, data) {
    const count = planned.panels.length;
    const columns = count === 1 ? 1 : Math.max(1, Math.min(3, count, Math.floor(width / 290)));
    const rows = Math.ceil(count / columns);
    const each = rows === 1 && columns === 1 ? 300 : 220, between = 66;
    const inner = rows * each + (rows - 1) * between;
    const wide = width / columns - 80;
    const bottom = planned.series === undefined ? 64 : 106;
    const layout = {
      height: inner + 44 + bottom, margin: { l: 74, r: 16, t: 44, b: bottom }, hovermode: "closest", annotations: [],
      showlegend: planned.series !== undefined, legend: { orientation: "h", x: 0, y: -74 / inner, yanchor: "top" },
      barmode: "group",
    };
    const isMap = planned.kind === "map";
    planned.panels.forEach((panel, n) => {
      const row = Math.floor(n / columns), column = n % columns, suffix = n === 0 ? "" : String(n + 1);
      const gap = columns > 1 ? 0.045 : 0, share = (1 - gap * (columns - 1)) / columns;
      const left = column * (share + gap), top = 1 - row * (each + between) / inner;
      const x = levelAxis(sweep.inputs[planned.x], wide, planned.kind === "lines");
      const up = isMap ? levelAxis(sweep.inputs[planned.y], each * 2.5) : { automargin: true, ...y };
      layout["xaxis" + suffix] = {
        ...x, anchor: "y" + suffix, domain: [left, Math.min(1, left + share)],
        title: n + columns >= count ? x.title : undefined, ...(n > 0 ? { matches: "x" } : {}),
      };
      layout["yaxis" + suffix] = {
        ...up, anchor: "x" + suffix, domain: [Math.max(0, top - each / inner), top],
        title: column === 0 ? up.title : undefined, showticklabels: column === 0, ...(n > 0 ? { matches: "y" } : {}),
      };
      if (panel.label.length > 0) {
        layout.annotations.push({
          text: plain(clip(panel.label.join(", "), Math.max(16, Math.floor(wide / 6)))), x: left + share / 2, y: top,
          xref: "paper", yref: "paper", xanchor: "center", yanchor: "bottom", showarrow: false, font: { size: 12 },
        });
      }
    });
    return { data, layout, label: "", width: room };
  }

  const axes = (n) => (n === 0 ? { xaxis: "x", yaxis: "y" } : { xaxis: "x" + (n + 1), yaxis: "y" + (n + 1) });

  // The inputs of a point in words.
  function place(sweep, strides, point) {
    return sweep.inputs.map((input, n) => {
      const at = Math.floor(point / strides[n]) % input.levels.length;
      return plain(input.name + " = " + clip(input.levels[at], 60));
    }).join("<br>");
  }

  // Coloured cells, and grey ones where there is no value.
  function mapTraces(sweep, planned, cell, title) {
    const { x, y, strides } = planned;
    const columns = sweep.inputs[x].levels.length, rows = sweep.inputs[y].levels.length;
    return planned.panels.flatMap((panel, n) => {
      const z = [], text = [], hover = [], gap = [], gapHover = [];
      let hasGap = false;
      for (let row = 0; row < rows; row++) {
        const cells = [];
        for (let column = 0; column < columns; column++) cells.push(panel.at + column * strides[x] + row * strides[y]);
        const found = cells.map(cell);
        z.push(found.map((one) => (one.z === undefined ? null : one.z)));
        text.push(found.map((one) => [columns * rows <= 120 ? one.text : "", one.beyond].filter(Boolean).join(" ")));
        hover.push(found.map((one, at) => place(sweep, strides, cells[at]) + "<br>" + one.hover));
        gap.push(found.map((one) => (one.z === undefined ? 1 : null)));
        hasGap = hasGap || found.some((one) => one.z === undefined);
      }
      const shared = { type: "heatmap", hoverinfo: "text", xgap: 1, ygap: 1, ...axes(n) };
      const traces = [{ ...shared, z, text, hovertext: hover, texttemplate: "%{text}", coloraxis: "coloraxis" }];
      if (hasGap) {
        traces.push({ ...shared, z: gap, hovertext: hover, colorscale: [[0, gapGround], [1, gapGround]], showscale: false });
      }
      return traces;
    });
  }

  // The ends of a scale of colours: a few extreme values would give all others one colour.
  function colorEnds(values) {
    const sorted = values.filter((x) => x !== null).sort((one, other) => one - other);
    if (sorted.length === 0) return { low: 0, high: 1 };
    const all = { low: sorted[0], high: sorted[sorted.length - 1] };
    if (sorted.length < 8) return all;
    const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
    const reach = 3 * (at(0.75) - at(0.25));
    const inner = sorted.filter((x) => x >= at(0.25) - reach && x <= at(0.75) + reach);
    const left = sorted.length - inner.length;
    if (left === 0 || left > Math.max(1, sorted.length * 0.05)) return all;
    const ends = { low: inner[0], high: inner[inner.length - 1] };
    // Halves, since the distance of two numbers need not be one.
    return all.high / 2 - all.low / 2 >= 3 * (ends.high / 2 - ends.low / 2) ? ends : all;
  }

  function run(sweep, result, width, chosen) {
    const planned = chosen.planned || plan(sweep.inputs, false);
    const { factor, units, title } = axisScale(result);
    const values = result.values[chosen.run], states = result.states[chosen.run];
    const low = result.low && result.low[chosen.run], high = result.high && result.high[chosen.run];
    const range = extent(result);
    const value = (point) => {
      const state = states[point];
      if (values[point] === null) return gaps[state] || gaps.m;
      const bounds = low && low[point] !== null
        ? `<br>${chosen.planned ? "" : "within the run "}${plain(quantity(result, low[point]))} … ` +
          plain(quantity(result, high[point])) : "";
      return plain(quantity(result, values[point])) + bounds;
    };
    if (planned.kind === "map") {
      const ends = colorEnds(result.values.flat());
      const isLog = ends.low > 0 && ends.high / ends.low >= 100;
      const place = (v) => (isLog ? Math.log10(v * factor) : v * factor);
      const beyond = (v) => (v < ends.low ? "↓" : v > ends.high ? "↑" : "");
      const cell = (point) => (values[point] === null ? { hover: value(point) }
        : { z: place(values[point]), text: digits(values[point] * factor, 3), hover: value(point), beyond: beyond(values[point]) });
      const figure = panelFigure(sweep, planned, width, {}, mapTraces(sweep, planned, cell));
      const isBeyond = values.some((v) => v !== null && beyond(v));
      const scale = [units ? plain(units) : "", isBeyond ? "(↓ ↑ beyond the scale)" : ""].filter(Boolean).join(" ");
      const ticks = [];
      const step = Math.max(1, Math.ceil((place(ends.high) - place(ends.low)) / 8));
      if (isLog) for (let n = Math.ceil(place(ends.low)); n <= place(ends.high); n += step) ticks.push(n);
      figure.layout.coloraxis = {
        colorscale: "Viridis", cmin: place(ends.low), cmax: place(ends.high),
        colorbar: { title: { text: scale, side: "right" }, thickness: 14, outlinewidth: 0,
          ...(isLog ? { tickvals: ticks, ticktext: ticks.map((n) => digits(10 ** n, 3)) } : {}) },
      };
      return withNote(figure, planned);
    }
    const isLines = planned.kind === "lines";
    const x = sweep.inputs[planned.x], series = planned.series === undefined ? null : sweep.inputs[planned.series];
    const isLog = isLines && x.log && range.low > 0 && range.high / range.low >= 100;
    const size = (v) => (isLog ? Math.log10(v * factor) : v * factor);
    const pad = (size(range.high) - size(range.low)) * 0.06 || Math.abs(size(range.high)) * 0.1 || 1;
    const bottom = isLines || range.low < 0 ? size(range.low) - 2 * pad : 0;
    const top = isLines || range.high > 0 ? size(range.high) + pad : 0;
    const data = [];
    // As in all figures of lines: legends name series in the order of their last values.
    const last = (s) => {
      const at = x.levels.map((_, k) => planned.panels[0].at + k * planned.strides[planned.x] + (series ? s * planned.strides[planned.series] : 0));
      const known = at.map((p) => values[p]).filter((value) => value !== null);
      return known.length > 0 ? known[known.length - 1] : -Infinity;
    };
    const order = isLines && series ? series.levels.map((_, s) => s).sort((one, other) => last(other) - last(one) || one - other) : [];
    planned.panels.forEach((panel, n) => {
      const missing = { x: [], y: [], hovertext: [] };
      for (let s = 0; s < (series ? series.levels.length : 1); s++) {
        const at = x.levels.map((_, k) => panel.at + k * planned.strides[planned.x] + (series ? s * planned.strides[planned.series] : 0));
        const across = isLines ? x.numbers : x.levels.map((_, k) => k);
        const color = colors[s % colors.length];
        // Without bounds there is no bar: one of no length would look like a value that is sure. plotly takes null for 0.
        const bar = (bound, sign) => at.map((p) => (low && low[p] !== null ? sign * (bound[p] - values[p]) * factor : NaN));
        data.push({
          type: isLines ? "scatter" : "bar", name: series ? plain(clip(series.levels[s], 40)) : plain(result.name),
          x: across, y: at.map((p) => (values[p] === null ? null : values[p] * factor)),
          ...(isLines ? { mode: "lines+markers", line: { color, dash: dashes[Math.floor(s / 7) % 3] } } : {}),
          marker: { color, ...(isLines ? { symbol: symbols[s % 7], size: 6 } : {}) },
          hoverinfo: "text", hovertext: at.map((p) => place(sweep, planned.strides, p) + "<br>" + value(p)),
          ...(low ? { error_y: { type: "data", symmetric: false, array: bar(high, 1), arrayminus: bar(low, -1), thickness: 1.2, width: 3 } } : {}),
          legendgroup: String(s), showlegend: Boolean(series) && n === 0, ...axes(n),
          ...(order.length > 0 ? { legendrank: order.indexOf(s) + 1 } : {}),
        });
        at.forEach((p, k) => {
          if (values[p] !== null) return;
          missing.x.push(across[k]);
          missing.y.push(isLog ? 10 ** (bottom + pad * 0.5) : bottom + pad * 0.5);
          missing.hovertext.push(place(sweep, planned.strides, p) + "<br>" + value(p));
        });
      }
      if (missing.x.length > 0) {
        data.push({
          type: "scatter", mode: "markers", name: "no value", ...missing, hoverinfo: "text", showlegend: false,
          marker: { symbol: "x-thin", size: 9, line: { color: worse, width: 2 } }, ...axes(n),
        });
      }
    });
    const y = { title: { text: title, standoff: 12 }, range: [bottom, top], zeroline: false, exponentformat: "e", ...(isLog ? { type: "log", dtick: 1 } : {}) };
    return withNote(panelFigure(sweep, planned, width, y, data), planned);
  }

  function withNote(figure, planned) {
    if (planned.omitted > 0) {
      figure.layout.annotations.push({
        text: `${planned.omitted} more panels; the CSV has all values`, xref: "paper", yref: "paper", x: 0, y: 1, yshift: 24,
        xanchor: "left", yanchor: "bottom", showarrow: false, font: { size: 11 },
      });
    }
    return figure;
  }

  // The ratio of two runs at a point; none where one has no value above zero.
  function ratioAt(result, chosen, point) {
    const a = result.values[chosen.a][point], b = result.values[chosen.b][point];
    return a > 0 && b > 0 ? b / a : null;
  }

  function ratios(sweep, _, width, chosen) {
    const result = sweep.results[chosen.result];
    const planned = plan(sweep.inputs, true);
    const points = result.values[chosen.b].map((_, point) => point);
    const logs = points.map((point) => Math.abs(Math.log2(ratioAt(result, chosen, point) || 1)));
    const most = Math.max(Math.log2(1.05), logs.reduce((a, b) => Math.max(a, b), 0));
    // Blue is better, white is equal, orange is worse: of a result to maximize, a ratio below 1 is worse.
    const scale = [[0, "#0072b2"], [0.25, "#7fb6d8"], [0.5, "#f4f4f4"], [0.75, "#eeaa7c"], [1, "#d55e00"]];
    const colorscale = result.worse < 0 ? scale.map(([at, _], n) => [at, scale[scale.length - 1 - n][1]]) : scale;
    const words = (point) => {
      const a = result.values[chosen.a][point], b = result.values[chosen.b][point];
      const show = (x, run) => (x === null ? gaps[result.states[run][point]] || gaps.m : plain(quantity(result, x)));
      const ratio = ratioAt(result, chosen, point);
      return `A: ${show(a, chosen.a)}<br>B: ${show(b, chosen.b)}` +
        (ratio === null ? "" : `<br>B / A: ${digits(ratio, 4)} (${percent(ratio)})`);
    };
    const steps = [-1, -0.5, 0, 0.5, 1].map((share) => share * most);
    const coloraxis = {
      colorscale, cmin: -most, cmax: most,
      colorbar: { title: { text: "B / A", side: "right" }, thickness: 14, outlinewidth: 0, tickvals: steps, ticktext: steps.map((s) => digits(2 ** s, 3)) },
    };
    if (planned.kind === "map") {
      const cell = (point) => {
        const ratio = ratioAt(result, chosen, point);
        return ratio === null ? { hover: words(point) } : { z: Math.log2(ratio), text: digits(ratio, 3), hover: words(point) };
      };
      const figure = panelFigure(sweep, planned, width, {}, mapTraces(sweep, planned, cell));
      figure.layout.coloraxis = coloraxis;
      return withNote(figure, planned);
    }
    const x = sweep.inputs[planned.x];
    const at = x.levels.map((_, n) => n * planned.strides[planned.x]);
    const found = at.map((point) => ratioAt(result, chosen, point));
    const data = [{
      type: "bar", base: 1, x: x.levels.map((_, n) => n), y: found.map((ratio) => (ratio === null ? null : ratio - 1)),
      marker: { color: found.map((ratio) => Math.log2(ratio || 1)), coloraxis: "coloraxis", line: { color: grey, width: 1 } },
      hoverinfo: "text", hovertext: at.map((point) => place(sweep, planned.strides, point) + "<br>" + words(point)),
    }];
    const far = 2 ** (most * 1.1);
    const figure = panelFigure(sweep, planned, width, { title: { text: "B / A", standoff: 12 }, range: [2 - far, far] }, data);
    figure.layout.yaxis.range = [Math.min(2 - far, 1 / far), far];
    figure.layout.coloraxis = coloraxis;
    figure.layout.shapes = [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: 1, y1: 1, line: { color: grey, width: 1.5 } }];
    return figure;
  }

  return { line, percentiles, curves, run, ratios, digits, quantity, percent, ratioAt, stridesOf, plan, levels, csv };
})();
