"use strict";
(() => {
  const shades = {
    light: { ground: "#ffffff", text: "#1c1f24", grid: "#e3e6eb", line: "#8a929e" },
    dark: { ground: "#15181d", text: "#e4e7ec", grid: "#2c323b", line: "#6d7683" },
  };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const config = {
    responsive: true, displaylogo: false, plotlyServerURL: "", showLink: false,
    showEditInChartStudio: false, topojsonURL: "",
    modeBarButtonsToRemove: ["toImage", "sendDataToCloud", "sendChartToCloud", "editInChartStudio", "lasso2d", "select2d"],
  };
  // How long the page may keep a reader waiting for its figures, in milliseconds.
  const patience = 1500;
  // How far from the window a figure counts as in sight, in pixels.
  const margin = 200;
  // The width of a sheet of A4 within its margins and the frame of a figure, in pixels.
  const paper = 640;
  // The height of a name that runs along its tick, in pixels.
  const line = 15;
  const { phone, symbol, stacked, inside, clipped } = window.narrowFigures;
  const hasSpace = Boolean(window.WebGLRenderingContext && document.createElement("canvas").getContext("webgl"));
  const drawn = new Set();
  // The least width of each place of a figure, as it was laid out.
  const least = new Map();
  const pending = [];

  // Data as text. It is decompressed here and at once, since what the browser has for it answers later, and
  // what is printed while the page loads has to be there by then.
  function unpack(id) {
    const element = document.getElementById(id);
    if (element.type === "application/json") return element.textContent;
    return new TextDecoder().decode(gunzip(bytesOf(element.textContent)));
  }

  // Five digits stand for four bytes; at the end, n + 1 of them for n bytes.
  function bytesOf(text) {
    const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&~>()[]{}@%$#";
    const values = new Uint8Array(128);
    for (let n = 0; n < digits.length; n++) values[digits.charCodeAt(n)] = n;
    const bytes = new Uint8Array(Math.floor(text.length * 4 / 5));
    for (let at = 0, out = 0; at < text.length; at += 5) {
      let word = 0;
      for (let n = at; n < at + 5; n++) word = word * 85 + (n < text.length ? values[text.charCodeAt(n)] : 84);
      for (let shift = 24; shift >= 0 && out < bytes.length; shift -= 8) bytes[out++] = (word >>> shift) & 255;
    }
    return bytes;
  }

  // Gzip (RFC 1952) without optional fields, around DEFLATE (RFC 1951): as this page's own data has it.
  function gunzip(data) {
    const size = new DataView(data.buffer).getUint32(data.length - 4, true);
    const out = new Uint8Array(size);
    let at = 10, length = 0, bits = 0, count = 0;

    function take(n) {
      while (count < n) {
        bits |= data[at++] << count;
        count += 8;
      }
      const value = bits & ((1 << n) - 1);
      bits >>>= n;
      count -= n;
      return value;
    }

    // For every 15 bits that may come next: the symbol, and the length of its code in the low four bits.
    function table(lengths) {
      const codes = new Uint16Array(1 << 15);
      let code = 0;
      for (let length = 1; length <= 15; length++) {
        for (let symbol = 0; symbol < lengths.length; symbol++) {
          if (lengths[symbol] !== length) continue;
          let reversed = 0;
          for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
          for (let next = reversed; next < 1 << 15; next += 1 << length) codes[next] = (symbol << 4) | length;
          code++;
        }
        code <<= 1;
      }
      return codes;
    }

    function symbol(codes) {
      while (count < 15) {
        bits |= (data[at++] || 0) << count;
        count += 8;
      }
      const found = codes[bits & 0x7fff];
      bits >>>= found & 15;
      count -= found & 15;
      return found >> 4;
    }

    const extra = (symbol, per) => (symbol < 2 * per ? 0 : Math.floor(symbol / per) - 1);
    const bases = (symbols, per, first) => {
      const base = [first];
      for (let n = 1; n < symbols; n++) base.push(base[n - 1] + (1 << extra(n - 1, per)));
      return base;
    };
    const lengthBase = bases(28, 4, 3).concat(258), distanceBase = bases(30, 2, 1);
    const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    function dynamic() {
      const literals = take(5) + 257, distances = take(5) + 1, given = take(4) + 4;
      const short = new Uint8Array(19);
      for (let n = 0; n < given; n++) short[order[n]] = take(3);
      const codes = table(short), lengths = new Uint8Array(literals + distances);
      for (let n = 0; n < lengths.length; ) {
        const next = symbol(codes);
        if (next < 16) {
          lengths[n++] = next;
          continue;
        }
        const repeated = next === 16 ? lengths[n - 1] : 0;
        const times = next === 16 ? 3 + take(2) : next === 17 ? 3 + take(3) : 11 + take(7);
        lengths.fill(repeated, n, n + times);
        n += times;
      }
      return [table(lengths.subarray(0, literals)), table(lengths.subarray(literals))];
    }

    function fixed() {
      const lengths = new Uint8Array(288).fill(8);
      lengths.fill(9, 144, 256).fill(7, 256, 280);
      return [table(lengths), table(new Uint8Array(30).fill(5))];
    }

    for (let last = 0; !last; ) {
      last = take(1);
      const sort = take(2);
      if (sort === 3) throw new Error("the page's data is damaged");
      if (sort === 0) {
        // Whole bytes that were read ahead are given back.
        at -= count >> 3;
        bits = count = 0;
        const end = at + 4 + (data[at] | (data[at + 1] << 8));
        out.set(data.subarray(at + 4, end), length);
        length += end - at - 4;
        at = end;
        continue;
      }
      const [literals, distances] = sort === 1 ? fixed() : dynamic();
      for (;;) {
        if (at > data.length + 8) throw new Error("the page's data is damaged");
        const next = symbol(literals);
        if (next < 256) {
          out[length++] = next;
          continue;
        }
        if (next === 256) break;
        const many = lengthBase[next - 257] + (next === 285 ? 0 : take(extra(next - 257, 4)));
        const way = symbol(distances);
        const from = length - distanceBase[way] - take(extra(way, 2));
        for (let n = 0; n < many; n++) out[length + n] = out[from + n];
        length += many;
      }
    }
    return out;
  }

  // The colours of text, ground and grid are the page's, whichever scheme it has just now.
  function dress(layout, scheme) {
    const shade = shades[scheme];
    const dressed = {
      ...layout, paper_bgcolor: shade.ground, plot_bgcolor: shade.ground,
      font: { ...layout.font, color: shade.text, family: getComputedStyle(document.body).fontFamily, size: 12 },
      hoverlabel: { align: "left" },
    };
    // Ticks that stand among lines have a ground of their own.
    const backed = (one) => (one.name === "tick" ? { ...one, bgcolor: shade.ground + "cc" } : one);
    dressed.annotations = (layout.annotations || []).map(backed);
    for (const key of Object.keys(layout)) {
      if (/^[xy]axis/.test(key)) {
        dressed[key] = { ...layout[key], gridcolor: shade.grid, linecolor: shade.line, tickcolor: shade.line, showline: true };
      }
    }
    return dressed;
  }

  // Every how many names along an axis one is written, in a figure of some width.
  function step(layout, axis, wide) {
    if (!Array.isArray(axis.tickvals) || !axis.tickvals.length) return 1;
    const [from, to] = axis.domain || [0, 1];
    const slot = (wide - layout.margin.l - layout.margin.r) * (to - from) / axis.tickvals.length;
    return Math.max(1, Math.ceil(line / Math.max(slot, 1)));
  }

  // As many names along each axis as have room, in a figure that is narrower than it was laid out for.
  function thinned(layout, wide) {
    const next = { ...layout };
    for (const key of Object.keys(layout)) {
      const each = /^xaxis/.test(key) ? step(layout, layout[key], wide) : 1;
      if (each === 1) continue;
      const written = (_, n) => n % each === 0;
      const { tickvals, ticktext } = layout[key];
      next[key] = { ...layout[key], tickvals: tickvals.filter(written), ticktext: ticktext.filter(written) };
    }
    return next;
  }

  function fail(place, reason) {
    const message = document.createElement("p");
    message.className = "failed-figure";
    message.setAttribute("role", "alert");
    message.textContent = "This figure could not be drawn: " + reason;
    place.replaceChildren(message);
  }

  function failAll(reason) {
    for (const place of document.querySelectorAll(".plot")) fail(place, reason);
  }

  // The axis of values in its other scale, where the reader chose that.
  function scaled(layout, scale) {
    if (!scale || !scale.isOther) return layout;
    const next = { ...layout };
    for (const key of Object.keys(layout)) {
      if (!/^yaxis/.test(key) || layout[key].overlaying) continue;
      const axis = { ...layout[key], type: scale.other, range: scale[scale.other] };
      if (scale.suffix) Object.assign(axis, { tickformat: "~s", ticksuffix: scale.suffix });
      for (const own of ["tickvals", "ticktext", "dtick"]) delete axis[own];
      next[key] = axis;
    }
    return next;
  }

  // A figure is drawn whole, or in a part behind each tab; its marks are there when this returns.
  function draw(spec, scheme, printed) {
    const places = document.getElementById(spec.id).querySelectorAll(".plot");
    for (const [n, whole] of spec.figures.entries()) {
      // On paper, and without WebGL, what stands in space is flat.
      const figure = whole.flat && (printed || !hasSpace) ? { ...whole, ...whole.flat } : whole;
      const place = places[n];
      const failed = (error) => {
        drawn.delete(place);
        fail(place, String(error && error.message || error));
      };
      if (!least.has(place)) least.set(place, place.style.minWidth);
      try {
        if (!drawn.has(place)) place.replaceChildren();
        place.style.minHeight = "";
        const text = shades[scheme].text;
        // On paper a figure is as wide as it was laid out for, and then as small as the sheet.
        place.style.zoom = printed ? Math.min(1, paper / figure.width) : "";
        const narrow = printed ? null : stacked(figure.layout, place.parentElement.clientWidth);
        place.style.minWidth = narrow ? "0" : least.get(place);
        const wide = printed ? figure.width : place.clientWidth || figure.width;
        const data = figure.data.map((trace) => ({
          ...trace, ...(trace.error_y && { error_y: { color: text, ...trace.error_y } }),
          ...(trace.name && wide < phone && { name: clipped(trace.name, wide - symbol) }),
        }));
        const layout = dress(inside(thinned(scaled(narrow || figure.layout, spec.scale), wide), wide), scheme);
        if (printed) layout.width = figure.width;
        drawn.add(place);
        pending.push(Plotly.react(place, data, layout, config).catch(failed));
        if (figure.brush) window.brush(place, figure, config, () => spec.drawnAt && spec.drawnAt(place, n, true));
        if (spec.drawnAt) spec.drawnAt(place, n);
      } catch (error) {
        failed(error);
      }
    }
  }

  // Tabs as assistive technology knows them: one is in the order of the keyboard, arrows go to the others.
  function choose(tabs, chosen) {
    for (const tab of tabs.querySelectorAll("[role=tab]")) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      const part = document.getElementById(tab.getAttribute("aria-controls"));
      part.classList.toggle("away", tab !== chosen);
    }
    tabs.classList.add("chosen");
  }

  function listenToTabs() {
    for (const tabs of document.querySelectorAll(".tabs")) {
      const all = [...tabs.querySelectorAll("[role=tab]")];
      choose(tabs, all[0]);
      tabs.addEventListener("click", (event) => {
        if (all.includes(event.target)) choose(tabs, event.target);
      });
      tabs.addEventListener("keydown", (event) => {
        const at = all.indexOf(event.target);
        const ways = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 };
        if (at < 0 || !(event.key in ways)) return;
        const next = all[(ways[event.key] + all.length) % all.length];
        choose(tabs, next);
        next.focus();
        event.preventDefault();
      });
    }
  }

  function save(name, type, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  function listenToScales(specs, redraw) {
    document.addEventListener("click", (event) => {
      const button = event.target;
      if (!button.dataset || !button.dataset.scale) return;
      const spec = specs.get(button.closest("figure").id);
      spec.scale.isOther = !spec.scale.isOther;
      const next = spec.scale.isOther ? button.dataset.scale : button.dataset.other;
      button.textContent = next + " axis";
      redraw(spec);
    });
  }

  // Rows of cells as CSV after RFC 4180; what a spreadsheet would read as a formula stays text.
  window.csvText = (rows) => {
    const cell = (value) => {
      const text = value === null || value === undefined ? "" : String(value);
      const isFormula = /^[=+\-@\t]/.test(text) && Number.isNaN(Number(text));
      return isFormula || /[,"\n\r]/.test(text) ? `"${isFormula ? "'" : ""}${text.replace(/"/g, '""')}"` : text;
    };
    return rows.map((row) => row.map(cell).join(",") + "\r\n").join("");
  };

  // The data of a figure: where the table beside it has all of them, the page has them nowhere else.
  function csvOf(spec, figure) {
    if (typeof spec.csv === "string") return spec.csv;
    const rows = [...figure.querySelector("details.data table").rows];
    return window.csvText(rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
  }

  function listen(specs) {
    document.addEventListener("click", (event) => {
      const format = event.target.dataset && event.target.dataset.save;
      if (!format) return;
      const figure = event.target.closest("figure");
      const spec = specs.get(figure.id);
      if (format === "csv") {
        save(spec.id + ".csv", "text/csv;charset=utf-8", "\ufeff" + csvOf(spec, figure));
        return;
      }
      const shown = [...figure.querySelectorAll(".part")].findIndex((part) => !part.classList.contains("away"));
      const chosen = spec.figures[Math.max(shown, 0)];
      const part = chosen.flat && !hasSpace ? { ...chosen, ...chosen.flat } : chosen;
      const layout = dress(scaled(part.layout, spec.scale), "light");
      const title = { text: part.label ? spec.title + ", " + part.label : spec.title, x: 0.5 };
      const margin = { ...layout.margin, t: layout.margin.t + 30 };
      const whole = { data: part.data, layout: { ...layout, title, margin }, config };
      const height = layout.height + 30;
      Plotly.downloadImage(whole, { format, filename: spec.id, width: part.width, height, scale: 2 })
        .catch((error) => alert("The figure could not be saved: " + error));
    });
  }

  function main() {
    for (const place of document.querySelectorAll(".plot")) {
      const message = document.createElement("p");
      message.className = "drawing";
      message.textContent = "Drawing…";
      place.replaceChildren(message);
    }
    const run = (text) => {
      const script = document.createElement("script");
      script.textContent = text;
      document.head.append(script);
    };
    if (document.getElementById("computed")) run(unpack("computed"));
    const specs = JSON.parse(unpack("figures"));
    const left = [...specs];
    const scheme = () => (dark.matches ? "dark" : "light");
    // Some figures are computed here, and drawn anew when the reader chooses another run or slice.
    if (window.computeFigures) {
      window.computeFigures(specs, unpack, (spec) => {
        if (window.Plotly && !left.includes(spec)) draw(spec, scheme());
      });
    }
    // What is not drawn yet takes its room: the page does not move under a reader.
    for (const spec of specs.filter((spec) => Array.isArray(spec.figures) && !spec.kind)) {
      const places = document.getElementById(spec.id).querySelectorAll(".plot");
      spec.figures.forEach((figure, n) => { places[n].style.minHeight = `${figure.layout.height}px`; });
    }
    const byId = new Map(specs.map((spec) => [spec.id, spec]));
    listen(byId);
    listenToScales(byId, (spec) => draw(spec, scheme()));
    document.documentElement.classList.add("scripted");
    listenToTabs();
    run(unpack("plotly"));
    if (!window.Plotly) throw new Error("plotly.js did not load");
    const redraw = (scheme, printed) => {
      for (const spec of specs) {
        if (!left.includes(spec)) draw(spec, scheme, printed);
      }
    };
    dark.addEventListener("change", () => redraw(scheme()));
    // Whatever is printed, and whenever, has all figures.
    addEventListener("beforeprint", () => {
      left.length = 0;
      redraw("light", true);
    });
    addEventListener("afterprint", () => redraw(scheme()));
    // Turned or resized, a window has room for more names or for fewer.
    let width = innerWidth, resized;
    addEventListener("resize", () => {
      clearTimeout(resized);
      if (innerWidth !== width && !matchMedia("print").matches) resized = setTimeout(() => { width = innerWidth; redraw(scheme()); }, 200);
    });
    const isInSight = (spec) => {
      const { top, bottom } = document.getElementById(spec.id).getBoundingClientRect();
      return bottom > -margin && top < innerHeight + margin;
    };
    const drawNext = () => draw(left.splice(Math.max(0, left.findIndex(isInSight)), 1)[0], scheme());
    // Figures in sight are there when the page has loaded, and where a reader scrolls to; the others follow one
    // by one, between which the page answers.
    const began = performance.now();
    async function go() {
      while (left.some(isInSight) && performance.now() - began < patience) drawNext();
      while (left.length > 0) {
        await new Promise((next) => setTimeout(next));
        if (left.length > 0) drawNext();
      }
      await Promise.all(pending);
      document.documentElement.dataset.figures = String(drawn.size);
    }
    go().catch((error) => failAll(error.message));
  }

  try {
    main();
  } catch (error) {
    failAll(String(error && error.message || error));
  }
})();
