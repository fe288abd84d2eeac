// What all charts share: axes with whole steps, colours from the stylesheet, a cursor that stands on buckets.
import { format } from "./format.js";

// There is no half visitor.
const WHOLE_STEPS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power));

export const colour = (name, element) => getComputedStyle(element).getPropertyValue(name).trim();

const LETTER = 6.4; // pixels, of a digit of 11 pixels' height

/** About one label for each 80 pixels, at whole steps. */
function ticks(plot, count) {
  const step = Math.max(1, Math.ceil(count / Math.max(2, Math.floor(plot.width / 84))));
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

export function axes(element, series) {
  const common = {
    stroke: colour("--chart-text", element),
    font: `11px ${getComputedStyle(element).fontFamily}`,
    ticks: { show: false },
  };
  const grid = { stroke: colour("--chart-grid", element), width: 1 };
  return [
    {
      ...common,
      size: 26,
      gap: 8,
      grid: { show: false },
      splits: (plot) => ticks(plot, series.labels.length),
      values: (_, splits) => splits.map((i) => series.labels[i] ?? ""),
    },
    {
      ...common,
      size: (_, labels) => Math.max(52, 14 + LETTER * Math.max(0, ...(labels ?? []).map((each) => each.length))),
      gap: 8,
      grid,
      space: 44,
      incrs: series.unit === "count" ? WHOLE_STEPS : undefined,
      values: (_, splits) => splits.map((value) => format(value, series.unit)),
    },
  ];
}

/** The cursor stands on a bucket, never between two. */
export const snap = (plot, left, y) => (left < 0 ? [left, y] : [plot.valToPos(plot.posToIdx(left), "x"), y]);

export const top = (_, __, max) => [0, max > 0 ? max * 1.12 : 1];
