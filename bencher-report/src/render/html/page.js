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
  const drawn = new Map();

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

  function fail(figure, reason) {
    const place = figure.querySelector(".plot");
    if (!place) return;
    const message = document.createElement("p");
    message.className = "failed-figure";
    message.setAttribute("role", "alert");
    message.textContent = "This figure could not be drawn: " + reason;
    place.replaceChildren(message);
  }

  async function draw(spec, scheme) {
    const figure = document.getElementById(spec.id);
    const place = figure.querySelector(".plot");
    if (!spec.figure || !place) return;
    try {
      if (!drawn.has(spec.id)) place.replaceChildren();
      const text = shades[scheme].text;
      const data = spec.figure.data.map((trace) =>
        trace.error_y ? { ...trace, error_y: { ...trace.error_y, color: text } } : trace);
      await Plotly.react(place, data, dress(spec.figure.layout, scheme), config);
      drawn.set(spec.id, place);
    } catch (error) {
      fail(figure, String(error && error.message || error));
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
      const layout = dress(spec.figure.layout, "light");
      const title = { text: spec.title, x: 0.5 };
      const margin = { ...layout.margin, t: layout.margin.t + 30 };
      const whole = { data: spec.figure.data, layout: { ...layout, title, margin }, config };
      const height = layout.height + 30;
      Plotly.downloadImage(whole, { format, filename: spec.id, width: 1000, height, scale: 2 })
        .catch((error) => alert("The figure could not be saved: " + error));
    });
  }

  async function main() {
    const specs = JSON.parse(await inflate("figures"));
    listen(new Map(specs.map((spec) => [spec.id, spec])));
    try {
      const script = document.createElement("script");
      script.textContent = await inflate("plotly");
      document.head.append(script);
      if (!window.Plotly) throw new Error("plotly.js did not load");
    } catch (error) {
      for (const figure of document.querySelectorAll("figure")) fail(figure, error.message);
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
    for (const figure of document.querySelectorAll("figure")) fail(figure, String(error && error.message || error));
  });
})();
