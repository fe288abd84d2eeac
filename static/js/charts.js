// Draws the main series: <div data-chart="id of the JSON script">. Redraws after a swap, a refresh or a change of theme.
import uPlot from "uplot";
import { attachTooltip } from "./tooltip.js";
import { axes, colour, snap, top } from "./axes.js";
import { attachNotes } from "./notes.js";
import { drawPlots } from "./plot.js";

const charts = new Map(); // element -> { plot, series }

/** The finished part of the line, and its step into the bucket that is not over yet, which is drawn dotted. */
function split({ values, partial }) {
  if (partial === null) return [values, values.map(() => null)];
  return [
    values.map((value, i) => (i < partial ? value : null)),
    values.map((value, i) => (i === partial || i === partial - 1 ? value : null)),
  ];
}

const data = (series) => {
  const [done, open] = split(series);
  return [series.values.map((_, i) => i), series.before ?? series.values.map(() => null), done, open];
};

/** A line needs two points; one alone is drawn as a dot. */
const isDot = (values) => values.filter((value) => value !== null).length === 1;

function fade(plot, element) {
  const gradient = plot.ctx.createLinearGradient(0, plot.bbox.top, 0, plot.bbox.top + plot.bbox.height);
  gradient.addColorStop(0, colour("--chart-area", element));
  gradient.addColorStop(1, colour("--chart-area-end", element)); // "transparent" would fade through grey
  return gradient;
}

function lines(element, series) {
  const line = colour("--chart-line", element);
  const fill = (plot) => fade(plot, element);
  const points = { show: isDot(series.values), size: 7, fill: line };
  return [
    {},
    { stroke: colour("--chart-before", element), width: 1.5, dash: [5, 5], points: { show: false } },
    { stroke: line, width: 2.25, fill, points },
    { stroke: line, width: 2.25, dash: [2, 5], fill, points },
  ];
}

function options(element, series) {
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    padding: [10, 26, 0, 0],
    legend: { show: false },
    scales: { x: { time: false, range: (_, min, max) => (min === max ? [min - 1, max + 1] : [min, max]) }, y: { range: top } },
    axes: axes(element, series),
    series: lines(element, series),
    // Without a `click` of its own uPlot swallows clicks: to it the snapped cursor looks dragged.
    cursor: { y: false, drag: { x: false, y: false, click: () => {} }, points: { size: 9 }, move: snap },
  };
}

function draw(element) {
  charts.get(element)?.plot.destroy();
  const series = JSON.parse(document.getElementById(element.dataset.chart).textContent);
  const plot = new uPlot(options(element, series), data(series), element);
  attachTooltip(plot, element, series);
  attachNotes(plot, element, series);
  charts.set(element, { plot, series });
}

function drawAll(within = document) {
  for (const element of charts.keys()) if (!element.isConnected) charts.delete(element);
  within.querySelectorAll("[data-chart]").forEach((element) => {
    if (element.clientWidth) draw(element);
    resizes.observe(element);
  });
  drawPlots(within);
}

const resizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const chart = charts.get(target);
    if (chart && target.clientWidth !== chart.plot.width) {
      chart.plot.setSize({ width: target.clientWidth, height: target.clientHeight });
    }
  }
});

document.addEventListener("htmx:load", (event) => drawAll(event.target));
document.addEventListener("refreshed", (event) => drawAll(event.detail));
document.addEventListener("theme", () => drawAll());
document.fonts?.ready.then(() => drawAll());
