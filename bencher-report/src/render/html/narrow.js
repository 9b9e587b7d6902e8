"use strict";
// Figures on a page that is narrower than they were laid out for, such as that of a phone.
window.narrowFigures = (() => {
  // Up to which width a page is narrow, the least width of a panel there, the greatest height of one in a single column,
  // and the room that panels leave to each other, to a scale of colours and below, as they were laid out, and names to
  // their sign in a legend: in pixels.
  const phone = 700, narrowest = 180, tallest = 300, between = 50, colors = 90, below = 92, symbol = 64;
  // How much larger plotly writes titles.
  const larger = 1.2;

  // The panels of a figure in as many columns as have room, where the page is so narrow that it would scroll sideways.
  function stacked(layout, room) {
    const names = Object.keys(layout).filter((key) => /^(xaxis|scene)\d*$/.test(key));
    if (room >= phone || names.length < 2) return null;
    const isFlat = names[0].startsWith("x");
    const across = (key) => (isFlat ? layout[key].domain : layout[key].domain.x);
    const columns = new Set(names.map((key) => across(key)[0])).size;
    const inside = room - layout.margin.l - layout.margin.r - (layout.coloraxis ? colors : 0);
    const fit = Math.max(1, Math.floor(inside / narrowest));
    if (fit >= columns) return null;
    const next = { ...layout }, rows = Math.ceil(names.length / fit), rest = layout.margin.t + below;
    const up = isFlat ? layout.yaxis.domain : layout.scene.domain.y;
    const high = Math.max((layout.height - rest) * (up[1] - up[0]), Math.min(inside / fit, tallest));
    const inner = rows * high + (rows - 1) * between, gap = fit > 1 ? 0.035 : 0, wide = (1 - gap * (fit - 1)) / fit;
    const last = names.map((key) => layout[key]).find((axis) => axis.title), first = layout.yaxis;
    const titles = [];
    names.forEach((key, n) => {
      const left = (n % fit) * (wide + gap), top = 1 - Math.floor(n / fit) * (high + between) / inner;
      const x = [left, Math.min(1, left + wide)], y = [Math.max(0, top - high / inner), top];
      titles.push({ x: left + wide / 2, y: top });
      if (!isFlat) {
        next[key] = { ...layout[key], domain: { x, y } };
        return;
      }
      const other = "yaxis" + key.slice(5), isLowest = n + fit >= names.length, isFirst = n % fit === 0;
      next[key] = { ...layout[key], domain: x, title: isLowest && last ? last.title : undefined, showticklabels: isLowest && (!last || last.showticklabels) };
      next[other] = { ...layout[other], domain: y, title: isFirst ? first.title : undefined, showticklabels: isFirst && first.showticklabels };
    });
    let panel = 0;
    next.annotations = (layout.annotations || []).map((one) => (one.name === "panel" ? { ...one, ...titles[panel++] } : one));
    next.height = inner + rest;
    return next;
  }

  // The width of a text of a figure in pixels; and as much of it as has room, its marks and entities whole.
  const pen = document.createElement("canvas").getContext("2d");
  const whole = (text) => text.match(/<[^>]*>|&[#\w]{1,8};|[^]/gu) || [];
  function lengthOf(text) {
    pen.font = `${text.includes("<b>") ? "bold " : ""}12px ${getComputedStyle(document.body).fontFamily}`;
    return pen.measureText(whole(text).filter((part) => part[0] !== "<").map((part) => (part[0] === "&" && part[1] ? "&" : part)).join("")).width;
  }
  function clipped(text, room) {
    if (lengthOf(text) <= room) return text;
    const parts = whole(text);
    for (let last = parts.length - 1; last > 0 && lengthOf(parts.join("")) > room - 12; last--) {
      if (parts[last][0] !== "<") parts.splice(last, 1);
    }
    const end = parts.findLastIndex((part) => part[0] !== "<");
    parts.splice(end + 1, 0, "…");
    return parts.join("");
  }

  // Titles and labels of panels within the figure, where it is narrower than it was laid out for.
  function inside(layout, wide) {
    if (wide >= phone || !layout.margin) return layout;
    const next = { ...layout }, { l, r, t } = layout.margin;
    // The last of parallel axes has the values of the colours, and needs their room.
    const isParallel = (layout.annotations || []).some((one) => one.name === "tick");
    if (isParallel && layout.coloraxis) next.coloraxis = { ...layout.coloraxis, showscale: false };
    const room = wide - l - r - (layout.coloraxis && !isParallel ? colors : 0);
    for (const key of Object.keys(layout)) {
      const axis = layout[key], text = /^[xy]axis/.test(key) && axis.title && axis.title.text;
      if (!text) continue;
      const [from, to] = axis.domain || [0, 1], long = key[0] === "x" ? room : layout.height - t - below;
      next[key] = { ...axis, title: { ...axis.title, text: clipped(text, long * (to - from) / larger) } };
    }
    const all = layout.annotations || [];
    const middleOf = (one) => {
      const axis = /^x\d*$/.test(one.xref) ? layout["xaxis" + one.xref.slice(1)] : { range: [0, 1] };
      if (one.xanchor !== "center" || !axis || !axis.range || !one.text) return undefined;
      const [from, to] = axis.domain || [0, 1], share = (one.x - axis.range[0]) / (axis.range[1] - axis.range[0]);
      return l + (from + share * (to - from)) * room;
    };
    next.annotations = all.map((one) => {
      if (one.name === "tick") {
        // Parallel axes stand at the whole numbers.
        const [first, last] = layout.xaxis.range;
        return { ...one, text: clipped(one.text, room / (last - first) - 12) };
      }
      const middle = middleOf(one);
      if (middle === undefined) return one;
      // Labels of groups stand beside each other.
      const beside = all.filter((other) => other !== one && other.y === one.y && other.xref === one.xref && other.yref === one.yref);
      const nearest = Math.min(...beside.map((other) => Math.abs(middleOf(other) - middle)).filter((way) => way > 0));
      const text = clipped(one.text, Math.min(wide, nearest) - 12), half = lengthOf(text) / 2 + 6;
      return { ...one, text, xshift: Math.max(0, half - middle) - Math.max(0, middle + half - wide) };
    });
    if (layout.legend) {
      const { title } = layout.legend, text = title && clipped(title.text || "", (wide - 12) / larger);
      const from = layout.legend.yref === "container" ? { xref: "container" } : {};
      next.legend = { ...layout.legend, ...from, ...(title && { title: { ...title, text } }) };
    }
    return next;
  }

  return { phone, symbol, stacked, inside, clipped };
})();
