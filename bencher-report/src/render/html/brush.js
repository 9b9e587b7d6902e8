"use strict";
// Selections on parallel axes: lines that pass through all of them keep their colour, the others turn grey.
window.brush = (() => {
  const whole = new WeakMap();

  function rectangles(selections) {
    return (selections || []).filter((one) => one.type === "rect").map((one) => ({
      left: Math.min(one.x0, one.x1), right: Math.max(one.x0, one.x1),
      low: Math.min(one.y0, one.y1), high: Math.max(one.y0, one.y1),
    }));
  }

  // For each axis that a selection covers, the stretches that are kept. A selection between two axes belongs to the
  // nearer one.
  function wanted(rectangles, axes) {
    const kept = new Map();
    for (const { left, right, low, high } of rectangles) {
      let covered = [];
      for (let n = 0; n < axes; n++) if (left <= n && n <= right) covered.push(n);
      if (!covered.length) covered = [Math.max(0, Math.min(axes - 1, Math.round((left + right) / 2)))];
      for (const n of covered) kept.set(n, [...(kept.get(n) || []), [low, high]]);
    }
    return kept;
  }

  const passes = (places, kept) => [...kept].every(([axis, stretches]) =>
    axis < places.length && stretches.some(([low, high]) => low <= places[axis] && places[axis] <= high));

  // The rows of a trace of lines, which a null ends.
  function rows(trace) {
    const all = [];
    let row = [];
    for (const y of trace.y) {
      if (y === null) {
        all.push(row);
        row = [];
      } else row.push(y);
    }
    return all;
  }

  function joined(rows) {
    const x = [], y = [];
    for (const row of rows) {
      row.forEach((place, n) => { x.push(n); y.push(place); });
      x.push(null);
      y.push(null);
    }
    return x.length ? { x, y } : { x: [null], y: [null] };
  }

  function select(figure, selections) {
    const kept = wanted(rectangles(selections), figure.brush.length);
    const rest = [];
    for (const trace of figure.data) {
      const all = whole.get(trace);
      if (trace.meta && trace.meta.lines) {
        const isIn = all.rows.map((row) => passes(row, kept));
        rest.push(...all.rows.filter((row, n) => !isIn[n]));
        Object.assign(trace, joined(all.rows.filter((row, n) => isIn[n])));
      } else if (trace.meta && trace.meta.markers) {
        const isIn = trace.meta.markers.map((row) => passes(row, kept));
        const part = (values) => values.filter((value, n) => isIn[n]);
        Object.assign(trace, { x: part(all.x), y: part(all.y), text: part(all.text), customdata: part(all.customdata) });
        trace.marker = { ...trace.marker, color: part(all.color) };
      }
      delete trace.selectedpoints;
    }
    for (const trace of figure.data) {
      if (trace.meta && trace.meta.rest) Object.assign(trace, joined(rest));
    }
  }

  // A list for each axis, for readers who select without a mouse; `change` takes the selections of all lists.
  function lists(axes, change) {
    const box = document.createElement("p"), all = [];
    box.className = "controls";
    axes.forEach(({ name, stretches }) => {
      const label = document.createElement("label"), list = document.createElement("select");
      list.append(new Option("all", ""), ...stretches.map(([text], n) => new Option(text, String(n))));
      list.addEventListener("change", () => change(all.flatMap((one, n) => {
        if (one.value === "") return [];
        const [, low, high] = axes[n].stretches[one.value];
        return [{ type: "rect", xref: "x", yref: "y", x0: n - 0.08, x1: n + 0.08, y0: low, y1: high }];
      })));
      label.append(name + " ", list);
      box.append(label);
      all.push(list);
    });
    return { box, clear: () => all.forEach((list) => { list.value = ""; }) };
  }

  // Listens to the selections of a figure that was drawn, once; `again` is called when it was drawn as a new one.
  return (place, figure, config, again) => {
    if (place.brushes) return;
    place.brushes = true;
    for (const trace of figure.data) {
      if (trace.meta && trace.meta.lines) whole.set(trace, { rows: rows(trace) });
      if (trace.meta && trace.meta.markers) {
        const { x, y, text, customdata, marker } = trace;
        whole.set(trace, { x, y, text, customdata, color: marker.color });
      }
    }
    let last = "[]";
    const change = (selections) => {
      const now = JSON.stringify(rectangles(selections));
      if (now === last) return;
      last = now;
      select(figure, selections);
      // The page draws the figure anew in other colours, and saves it: both have the selection.
      figure.layout.selections = selections;
      // A whole new plot: an update would not know the selections of a mouse. It forgets who listens.
      Plotly.newPlot(place, figure.data, { ...place.layout, selections }, config);
      listen();
      again();
    };
    const { box, clear } = lists(figure.brush, change);
    const drag = (selections) => {
      if (JSON.stringify(rectangles(selections)) !== last) clear();
      change(selections);
    };
    const listen = () => {
      place.on("plotly_selected", (event) => drag((event && event.selections) || []));
      place.on("plotly_deselect", () => drag([]));
    };
    place.after(box);
    listen();
  };
})();
