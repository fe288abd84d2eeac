// Numbers as the server writes them (analytics/templatetags/numbers.py), for axes and tooltips.

const NARROW = "\u202f";
const STEPS = [
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "k"],
];

const trim = (number) => String(Math.round(number * 10) / 10);

/** 999,950 rounds to 1000.0 k, which is written 1 M. */
function compact(value) {
  const size = Math.abs(value);
  const step = STEPS.find(([from]) => size >= 1000 && size >= from * 0.99995);
  return step ? `${trim(value / step[0])}${NARROW}${step[1]}` : String(Math.round(value * 100) / 100);
}

function duration(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, "0")}s`;
  return `${Math.floor(whole / 3600)}h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")}m`;
}

function milliseconds(value) {
  const shown = Math.abs(value) < 10 ? trim(value) : Math.round(value).toLocaleString("en-US");
  return `${shown}${NARROW}ms`;
}

/** `unit`: "count", "percent", "seconds", "ratio" or "ms". */
export function format(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit === "percent") return `${trim(value)}${NARROW}%`;
  if (unit === "ms") return milliseconds(value);
  return unit === "seconds" ? duration(value) : compact(value);
}
