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
  const drawn = new Set();

  async function inflate(id) {
    const element = document.getElementById(id);
    if (element.type === "application/json") return element.textContent;
    const packed = Uint8Array.from(atob(element.textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  }

  // The colours of text, ground and grid are the page's, whichever scheme it has just now.
  function dress(layout, scheme) {
    const shade = shades[scheme];
    const dressed = {
      ...layout, paper_bgcolor: shade.ground, plot_bgcolor: shade.ground,
      font: { ...layout.font, color: shade.text, family: getComputedStyle(document.body).fontFamily, size: 12 },
      hoverlabel: { align: "left" },
    };
    for (const key of Object.keys(layout)) {
      if (/^[xy]axis/.test(key)) {
        dressed[key] = { ...layout[key], gridcolor: shade.grid, linecolor: shade.line, tickcolor: shade.line, showline: true };
      }
    }
    return dressed;
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

  // A figure is drawn whole, or in a part behind each tab.
  async function draw(spec, scheme) {
    const places = document.getElementById(spec.id).querySelectorAll(".plot");
    for (const [n, figure] of spec.figures.entries()) {
      const place = places[n];
      try {
        if (!drawn.has(place)) place.replaceChildren();
        const text = shades[scheme].text;
        const data = figure.data.map((trace) =>
          trace.error_y ? { ...trace, error_y: { ...trace.error_y, color: text } } : trace);
        await Plotly.react(place, data, dress(figure.layout, scheme), config);
        drawn.add(place);
      } catch (error) {
        fail(place, String(error && error.message || error));
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

  function listen(specs) {
    document.addEventListener("click", (event) => {
      const format = event.target.dataset && event.target.dataset.save;
      if (!format) return;
      const figure = event.target.closest("figure");
      const spec = specs.get(figure.id);
      if (format === "csv") {
        save(spec.id + ".csv", "text/csv;charset=utf-8", "\ufeff" + spec.csv);
        return;
      }
      const shown = [...figure.querySelectorAll(".part")].findIndex((part) => !part.classList.contains("away"));
      const part = spec.figures[Math.max(shown, 0)];
      const layout = dress(part.layout, "light");
      const title = { text: part.label ? spec.title + ", " + part.label : spec.title, x: 0.5 };
      const margin = { ...layout.margin, t: layout.margin.t + 30 };
      const whole = { data: part.data, layout: { ...layout, title, margin }, config };
      const height = layout.height + 30;
      Plotly.downloadImage(whole, { format, filename: spec.id, width: part.width, height, scale: 2 })
        .catch((error) => alert("The figure could not be saved: " + error));
    });
  }

  async function main() {
    const specs = JSON.parse(await inflate("figures"));
    listen(new Map(specs.map((spec) => [spec.id, spec])));
    listenToTabs();
    try {
      const script = document.createElement("script");
      script.textContent = await inflate("plotly");
      document.head.append(script);
      if (!window.Plotly) throw new Error("plotly.js did not load");
    } catch (error) {
      failAll(error.message);
      return;
    }
    const scheme = () => (dark.matches ? "dark" : "light");
    for (const spec of specs) {
      await draw(spec, scheme());
      await new Promise((next) => setTimeout(next));
    }
    const redraw = async (scheme) => {
      for (const spec of specs) await draw(spec, scheme);
    };
    dark.addEventListener("change", () => redraw(scheme()));
    addEventListener("beforeprint", () => redraw("light"));
    addEventListener("afterprint", () => redraw(scheme()));
    document.documentElement.dataset.figures = String(drawn.size);
  }

  main().catch((error) => {
    failAll(String(error && error.message || error));
  });
})();
