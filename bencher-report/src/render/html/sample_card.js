"use strict";
// The card that shows the samples of one point of a sweep: of the point that was clicked, or that the reader chose.
window.sampleCard = (sweeps) => {
  const { quantity, stridesOf } = window.computedFigures;
  // Samples that the card lists.
  const most = 200;
  const make = (name, text, attributes = {}) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  let card = null, opener = null;

  function close() {
    if (!card) return;
    card.remove();
    card = null;
    if (opener) opener.focus({ preventScroll: true });
  }

  // The points that the chosen levels leave: an input without one stands for all of its levels.
  function pointsOf(sweep, chosen) {
    const strides = stridesOf(sweep.inputs);
    let points = [0];
    sweep.inputs.forEach((input, n) => {
      const levels = chosen[n] === undefined ? input.levels.map((_, level) => level) : [chosen[n]];
      points = points.flatMap((point) => levels.map((level) => point + level * strides[n]));
    });
    return points;
  }

  // The panes of a sample, where the page has any.
  function panesOf(sweep, point, repeat) {
    const strides = stridesOf(sweep.inputs);
    const isLevel = ([input, level]) => Math.floor(point / strides[input]) % sweep.inputs[input].levels.length === level;
    const panes = document.getElementById(sweep.anchor).querySelectorAll(".panes > li[data-levels]");
    return [...panes].filter(({ dataset }) => Number(dataset.repeat) === repeat && JSON.parse(dataset.levels).every(isLevel));
  }

  function sampleRow(sweep, point, repeat, several) {
    const row = make("tr", undefined, { "data-repeat": repeat });
    if (several) {
      const strides = stridesOf(sweep.inputs);
      const at = sweep.inputs.filter((input) => input.levels.length > 1).map((input) => {
        const n = sweep.inputs.indexOf(input);
        return `${input.name} = ${input.shown[Math.floor(point / strides[n]) % input.levels.length]}`;
      });
      row.append(make("td", at.join(", ")));
    }
    if (sweep.repeats > 1) row.append(make("td", String(repeat + 1)));
    for (const result of sweep.results) {
      const at = point * sweep.repeats + repeat, value = result.samples[at], gap = result.gaps[at];
      if (gap !== undefined) row.append(make("td", gap, { class: /^(failed|timed out)/.test(gap) ? "gap bad" : "gap" }));
      else if (result.hasPane) row.append(make("td", "see below"));
      else {
        const cell = make("td", typeof value === "number" && result.isNumber ? quantity(result, value) : String(value));
        const note = result.notes.texts[result.notes.of[at]];
        if (note !== undefined) cell.append(make("div", note, { class: "gap" }));
        row.append(cell);
      }
    }
    return row;
  }

  function fill(sweep, chosen, body) {
    const points = pointsOf(sweep, chosen);
    const several = points.length > 1;
    const parts = [];
    if (!several) {
      const facts = make("dl");
      for (const result of sweep.results.filter((one) => one.isNumber && sweep.repeats > 1)) {
        const value = result.values[0][points[0]];
        if (value === null) continue;
        const low = result.low ? result.low[0][points[0]] : null;
        const bounds = low === null ? "" : ` (${quantity(result, low)} … ${quantity(result, result.high[0][points[0]])})`;
        facts.append(make("dt", result.name), make("dd", quantity(result, value) + bounds));
      }
      if (facts.children.length > 0) parts.push(facts);
    }
    const table = make("table"), head = table.createTHead().insertRow(), rows = table.createTBody();
    if (several) head.append(make("th", "point"));
    if (sweep.repeats > 1) head.append(make("th", "repeat"));
    for (const result of sweep.results) head.append(make("th", result.name));
    let listed = 0, left = 0;
    const panes = [];
    for (const point of points) {
      for (let repeat = 0; repeat < sweep.repeats; repeat++) {
        const at = point * sweep.repeats + repeat;
        // Rounds that a point did not need are no samples.
        const isOpen = sweep.results.every((result) => /^(skipped|pending)/.test(result.gaps[at] || ""));
        if (isOpen && repeat > 0) continue;
        if (listed === most) {
          left++;
          continue;
        }
        listed++;
        rows.append(sampleRow(sweep, point, repeat, several));
        if (panes.length < 12 && sweep.results.some((result) => result.hasPane)) panes.push(...panesOf(sweep, point, repeat));
      }
    }
    const scroll = make("div", undefined, { class: "scroll", tabindex: "0", role: "region", "aria-label": "Samples" });
    scroll.append(table);
    parts.push(scroll);
    if (left > 0) parts.push(make("p", `The first ${most} of ${most + left} samples.`, { class: "note" }));
    if (panes.length > 0) {
      const list = make("ul", undefined, { class: "panes", style: "--columns:2" });
      list.append(...panes.map((pane) => pane.cloneNode(true)));
      parts.push(list);
    }
    body.replaceChildren(...parts);
  }

  // The rows of a sample's table that were clicked: how many, and the first of them. They are of one repeat, or each
  // names its own.
  function rowsPart({ count, first, columns, name, repeat }, repeats) {
    const part = make("div", undefined, { class: "card-rows" }), all = count === 1 ? "1 row" : `${count} rows`;
    const some = first.length < count ? `; the first ${first.length === 1 ? "one is" : `${first.length} are`}` : "";
    const which = name ? `${all} of the table in this ${name}` : `Row ${first[0][1]} of the table`;
    const several = repeats > 1 && repeat === undefined, of = repeats > 1 && !several ? ` of repeat ${repeat + 1}` : "";
    part.append(make("p", `${which}${of}${some}:`));
    const table = make("table"), head = table.createTHead().insertRow(), body = table.createTBody();
    for (const title of [...(several ? ["repeat"] : []), "row", ...columns]) head.append(make("th", title));
    for (const [ofRepeat, ...cells] of first) {
      const line = body.insertRow();
      for (const cell of several ? [ofRepeat + 1, ...cells] : cells) line.append(make("td", String(cell)));
    }
    const scroll = make("div", undefined, { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rows" });
    scroll.append(table);
    part.append(scroll);
    return part;
  }

  // The environment of a sweep, which its section has folded.
  function environmentOf(sweep) {
    const part = document.getElementById(sweep.anchor).querySelector("details.environment");
    if (!part) return [];
    const button = make("button", "Environment", { type: "button" });
    button.addEventListener("click", () => {
      part.open = true;
      part.scrollIntoView({ block: "center" });
    });
    const line = make("p");
    line.append(button);
    return [line];
  }

  // Opens the card at a point; `chosen` has the level of each input that is known, `rows` those of a table that were
  // clicked.
  function open(number, chosen, rows) {
    const sweep = sweeps[number];
    if (!card) opener = document.activeElement;
    else card.remove();
    card = make("aside", undefined, { class: "sample-card", role: "dialog", "aria-label": "Samples of a point", "data-sweep": number });
    const header = make("p", undefined, { class: "card-head" });
    const shut = make("button", "Close", { type: "button", "aria-label": "Close the samples" });
    shut.addEventListener("click", close);
    header.append(make("strong", "Samples"), shut);
    const inputs = make("p", undefined, { class: "card-inputs" }), body = make("div");
    const levels = sweep.inputs.map((input, n) => (input.levels.length > 1 ? chosen[n] : 0));
    sweep.inputs.forEach((input, n) => {
      const label = make("label", input.name + " ");
      if (input.levels.length < 2) label.append(make("b", input.shown[0] || ""));
      else {
        const select = make("select");
        select.append(new Option("all", ""), ...input.shown.map((level, at) => new Option(level, String(at))));
        select.value = levels[n] === undefined ? "" : String(levels[n]);
        select.addEventListener("change", () => {
          levels[n] = select.value === "" ? undefined : Number(select.value);
          // The rows are of the sample that was clicked.
          card.querySelector(".card-rows")?.remove();
          fill(sweep, levels, body);
        });
        label.append(select);
      }
      inputs.append(label);
    });
    card.append(header, inputs, ...(rows && rows.first ? [rowsPart(rows, sweep.repeats)] : []), body, ...environmentOf(sweep));
    card.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
    });
    fill(sweep, levels, body);
    if (rows && rows.repeat !== undefined && sweep.repeats > 1) {
      for (const row of body.querySelectorAll(`tr[data-repeat="${rows.repeat}"]`)) row.setAttribute("aria-current", "true");
    }
    document.body.append(card);
    shut.focus({ preventScroll: true });
  }

  return { open };
};
