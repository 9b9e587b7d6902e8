"use strict";
// What the marks of figures stand for: a mark of one figure is found in the others of its sweep.
window.figureMarks = (sweeps) => {
  // Marks of a figure among which others are found, and how many of them show their texts.
  const most = 20000, shown = 8;

  function nearest(axis, mark) {
    const at = axis.isTime ? Date.parse(String(mark).replace(" ", "T") + "Z") / 1000 : mark;
    if (typeof at !== "number") return undefined;
    let best;
    axis.places.forEach((place, n) => {
      if (place !== null && (best === undefined || Math.abs(place - at) < Math.abs(axis.places[best] - at))) best = n;
    });
    return best;
  }

  const panelOf = (trace) => Number((trace.xaxis || "x").slice(1) || 1) - 1;

  // The series of a mark: the sign of an absent value names it, others are in the group of it.
  function seriesOf({ customdata, data }) {
    if (Array.isArray(customdata) && !Array.isArray(customdata[1])) return customdata[0];
    return /^\d+$/.test(data.legendgroup || "") ? Number(data.legendgroup) : undefined;
  }

  // The levels of the inputs that a mark of a figure stands for: by the number of the input, the level.
  function levelsAt(sweep, places, mark) {
    const chosen = {}, trace = mark.data, panel = panelOf(trace);
    if (places.rows) return Object.fromEntries(places.rows[mark.customdata] || []);
    // Rows of a table are of the sample of their panel, and of their series.
    if (places.columns) {
      const chosen = Object.fromEntries((places.panels || [])[panel] || []), series = seriesOf(mark);
      if (Number.isInteger(places.legend) && series !== undefined) chosen[places.legend] = series;
      return chosen;
    }
    // The sign of an absent value says which point of which series it stands for.
    const [series, point] = mark.customdata || [trace.legendgroup ? Number(trace.legendgroup) : NaN, mark.pointNumber];
    for (const name of ["x", "y"]) {
      const axis = places[name];
      let position = axis && nearest(axis, mark[name]);
      if (position === undefined || position === null) continue;
      for (const [input, level] of axis.levels ? [axis.levels[position]] : []) chosen[input] = level;
      for (const input of [...(axis.inputs || [])].reverse()) {
        const count = sweep.inputs[input].levels.length;
        chosen[input] = position % count;
        position = Math.floor(position / count);
      }
    }
    if (Number.isInteger(series)) {
      if (places.legend !== null && places.legend !== undefined) chosen[places.legend] = series;
      const named = places.named && (places.named[panel] || [])[series];
      for (const [input, level] of (named && named[point]) || []) chosen[input] = level;
    }
    for (const [input, level] of (places.panels || [])[panel] || []) chosen[input] = level;
    return chosen;
  }

  // Every mark of a figure that has a text, with its levels.
  function marksOf(sweep, places, data) {
    const marks = [];
    data.forEach((trace, curveNumber) => {
      if (trace.hoverinfo === "skip" || marks.length > most) return;
      const add = (pointNumber, mark) => {
        const levels = levelsAt(sweep, places, { ...mark, data: trace, pointNumber });
        marks.push({ curveNumber, pointNumber, subplot: (trace.xaxis || "x") + (trace.yaxis || "y"), levels });
      };
      if (Array.isArray(trace.z)) {
        if (trace.x) trace.z.forEach((row, y) => row.forEach((_, x) => add([y, x], { x: trace.x[x], y: trace.y[y] })));
        return;
      }
      (trace.x || []).forEach((x, n) => {
        if (x === null || trace.y[n] === null) return;
        add(n, { x, y: trace.y[n], customdata: trace.customdata && trace.customdata[n] });
      });
    });
    return marks.length > most ? [] : marks;
  }

  // Whether two marks are of one point, as far as both say.
  function isSame(one, other) {
    const shared = Object.keys(one).filter((input) => input in other);
    return shared.length > 0 && shared.every((input) => one[input] === other[input]);
  }

  const figures = [];
  const known = new WeakMap();

  function marks(figure) {
    const found = known.get(figure.place);
    if (found && found.data === figure.place.data) return found.marks;
    const places = figure.places(), sweep = sweeps[figure.number];
    // The rows of a table are no points of the sweep.
    const all = places && !places.columns ? marksOf(sweep, places, figure.place.data) : [];
    known.set(figure.place, { data: figure.place.data, marks: all });
    return all;
  }

  function isInSight(place) {
    const { top, bottom, height } = place.getBoundingClientRect();
    return height > 0 && bottom > 0 && top < innerHeight;
  }

  // Shows the texts of the same points in the other figures of the sweep that are in sight.
  function point(figure, levels) {
    for (const other of figures) {
      if (other === figure || other.number !== figure.number || !isInSight(other.place)) continue;
      const same = levels ? marks(other).filter((mark) => isSame(levels, mark.levels)) : [];
      const first = same.filter((mark) => mark.subplot === same[0].subplot).slice(0, shown);
      if (first.length > 0) {
        const points = first.map(({ curveNumber, pointNumber }) => ({ curveNumber, pointNumber }));
        window.Plotly.Fx.hover(other.place, points, first[0].subplot, true);
      } else window.Plotly.Fx.unhover(other.place);
    }
  }

  // The rows of a table that a mark stands for: how many, the columns, and the first of them, each with its repeat and
  // its number before its cells; and the repeat, where all of them are of one.
  function rowsOf(places, mark) {
    const { columns } = places, data = mark.customdata;
    if (!columns || data === undefined || data === null) return undefined;
    if (Array.isArray(data) && Array.isArray(data[1])) {
      const [count, first] = data, repeats = new Set(first.map(([repeat]) => repeat));
      const isWhole = first.length === count && repeats.size === 1;
      const name = columns.length === 1 ? "bar" : "hexagon";
      return { count, first, columns, name, repeat: isWhole || name === "hexagon" ? first[0][0] : undefined };
    }
    // A point of a line, or the sign of one without a value.
    const isSign = Array.isArray(data), row = isSign ? data[2] : data, repeat = places.repeats ? seriesOf(mark) : 0;
    if (row === undefined) return undefined;
    return { count: 1, first: [[repeat, row, mark.x, isSign ? "no value" : mark.y]], columns, repeat };
  }

  // Listens to a figure that was drawn: `places` says what its marks are, `click` takes the levels of one, and the rows
  // of a table that it stands for.
  function listen(number, place, places, click) {
    const figure = { number, place, places };
    const earlier = figures.findIndex((one) => one.place === place);
    figures.splice(earlier < 0 ? figures.length : earlier, 1, figure);
    const at = (event) => {
      const mark = event.points[0];
      return places() && mark ? levelsAt(sweeps[number], places(), mark) : null;
    };
    place.on("plotly_click", (event) => {
      const levels = at(event);
      if (levels) click(levels, rowsOf(places(), event.points[0]));
    });
    place.on("plotly_hover", (event) => {
      const levels = at(event);
      if (levels) point(figure, levels);
    });
    place.on("plotly_unhover", () => point(figure, null));
  }

  return { listen };
};
