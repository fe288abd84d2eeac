// Several series on one chart: <div data-plot="id of the JSON script">. Lines, areas or bars; the comparison is dashed.
//   { unit, kind, labels, titles, partial, people, is_mirrored, lines: [{ label, values, before, colour }] }
import uPlot from "uplot";
import { axes, colour, snap, top } from "./axes.js";
import { attachNotes } from "./notes.js";
import { attachTip } from "./plot_tip.js";

const plots = new Map(); // element -> plot

const hue = (element, line) => colour(`--series-${line.colour}`, element);

/** uPlot's columns: x, then for each line its finished part, the step into the open bucket, and the comparison. */
function columns({ labels, lines, partial }) {
  const done = (values) => (partial === null ? values : values.map((value, i) => (i < partial ? value : null)));
  const open = (values) => values.map((value, i) => (partial !== null && (i === partial || i === partial - 1) ? value : null));
  const parts = lines.flatMap(({ values, before }) => [done(values), open(values), before ?? values.map(() => null)]);
  return [labels.map((_, i) => i), ...parts];
}

const isDot = (values) => values.filter((value) => value !== null).length === 1;

function strokes(element, data, line) {
  const stroke = hue(element, line);
  const isBar = data.kind === "bar";
  const fill = data.kind === "area" ? `color-mix(in oklab, ${stroke} 14%, transparent)` : undefined;
  const paths = isBar ? () => null : undefined;
  return [
    { stroke, width: 2, fill, paths, points: { show: isDot(line.values) && !isBar, size: 7, fill: stroke } },
    { stroke, width: 2, dash: [2, 5], paths, points: { show: false } },
    { stroke, width: 1.25, dash: [5, 5], alpha: 0.55, points: { show: false } },
  ];
}

const barWidth = (step, bars, ratio = 1) => Math.max(1, Math.min(64 * ratio, step * 0.8) / bars);

/** Bars of one bucket stand side by side; the one that is not over yet is pale. */
function drawBars(element, data, hidden) {
  return (plot) => {
    const shown = data.lines.filter((_, n) => !hidden.has(n));
    const step = plot.valToPos(1, "x", true) - plot.valToPos(0, "x", true);
    const width = barWidth(Number.isFinite(step) ? step : plot.bbox.width, shown.length, devicePixelRatio);
    const floor = plot.valToPos(0, "y", true);
    shown.forEach((line, place) => {
      plot.ctx.fillStyle = hue(element, line);
      line.values.forEach((value, i) => {
        if (value === null) return;
        const y = plot.valToPos(value, "y", true);
        const x = plot.valToPos(i, "x", true) + (place - shown.length / 2) * width;
        plot.ctx.globalAlpha = i === data.partial ? 0.5 : 1;
        plot.ctx.fillRect(x, Math.min(y, floor), width - Math.min(2, width / 4), Math.abs(floor - y));
      });
    });
    plot.ctx.globalAlpha = 1;
  };
}

function options(element, data, hidden) {
  const isBar = data.kind === "bar";
  const edge = isBar ? 0.5 : 0;
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    padding: [10, 26, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: false, range: (_, min, max) => (min === max ? [min - 1, max + 1] : [min - edge, max + edge]) },
      y: { range: (_, min, max) => [Math.min(0, min), top(_, min, max)[1]] },
    },
    axes: axes(element, data),
    series: [{}, ...data.lines.flatMap((line) => strokes(element, data, line))],
    hooks: isBar ? { draw: [drawBars(element, data, hidden)] } : {},
    cursor: { y: false, drag: { x: false, y: false, click: () => {} }, points: { show: !isBar, size: 8 }, move: snap },
  };
}

function draw(element) {
  plots.get(element)?.destroy();
  const data = JSON.parse(document.getElementById(element.dataset.plot).textContent);
  const hidden = new Set();
  const plot = new uPlot(options(element, data, hidden), columns(data), element);
  attachTip(plot, element, data, hidden);
  attachNotes(plot, element, data);
  connectLegend(plot, element, hidden);
  if (data.people) connectPoints(plot, data, hidden);
  plots.set(element, plot);
}

/** The bar that stands where the pointer is. */
function barAt(plot, bars, x) {
  const step = plot.valToPos(1, "x") - plot.valToPos(0, "x");
  const width = barWidth(Number.isFinite(step) ? step : plot.over.clientWidth, bars.length);
  const place = Math.floor((x - plot.valToPos(plot.cursor.idx, "x")) / width + bars.length / 2);
  return bars[Math.max(0, Math.min(bars.length - 1, place))];
}

/** The point that is nearest. */
function pointAt(plot, data, points) {
  const far = (n) => Math.abs(plot.valToPos(data.lines[n].values[plot.cursor.idx], "y") - plot.cursor.top);
  return points.reduce((nearest, n) => (far(n) < far(nearest) ? n : nearest), points[0]);
}

/** A click on a point or a bar leads to the people behind it. */
function connectPoints(plot, data, hidden) {
  plot.over.style.cursor = "pointer";
  plot.over.addEventListener("click", (event) => {
    const { idx } = plot.cursor;
    if (idx === null || idx === undefined) return;
    const shown = data.lines.map((_, n) => n).filter((n) => !hidden.has(n));
    const told = shown.filter((n) => data.lines[n].values[idx] !== null);
    const line = data.kind === "bar" ? barAt(plot, shown, event.offsetX) : pointAt(plot, data, told);
    if (line !== undefined) location.assign(`${data.people}&row=${idx}&column=${line + 1}`);
  });
}

/** <button data-line="0" data-of="id">: hides and shows a line. */
function connectLegend(plot, element, hidden) {
  document.querySelectorAll(`[data-of="${element.dataset.plot}"]`).forEach((button) => {
    button.setAttribute("aria-pressed", "true");
    button.onclick = () => {
      const line = Number(button.dataset.line);
      if (!hidden.delete(line)) hidden.add(line);
      button.setAttribute("aria-pressed", String(!hidden.has(line)));
      for (const part of [1, 2, 3]) plot.setSeries(line * 3 + part, { show: !hidden.has(line) });
    };
  });
}

const resizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const plot = plots.get(target);
    const isSame = plot && target.clientWidth === plot.width && target.clientHeight === plot.height;
    if (plot && !isSame) plot.setSize({ width: target.clientWidth, height: target.clientHeight });
  }
});

export function drawPlots(within = document) {
  for (const element of plots.keys()) if (!element.isConnected) plots.delete(element);
  within.querySelectorAll("[data-plot]").forEach((element) => {
    if (element.clientWidth) draw(element);
    resizes.observe(element);
  });
}
