// The box that follows the pointer over a chart: the bucket, its value, the comparison's. A click on a bucket zooms in.
import { format } from "./format.js";

export function line(className, label, value) {
  const row = document.createElement("div");
  row.className = `chart-tip-row ${className}`;
  const name = document.createElement("span");
  name.textContent = label;
  const number = document.createElement("b");
  number.textContent = value;
  row.append(name, number);
  return row;
}

export const heading = (text) => Object.assign(document.createElement("p"), { className: "chart-tip-head", textContent: text });

function fill(box, series, i) {
  const rows = [line("is-now", series.titles[i], format(series.values[i], series.unit))];
  if (series.before) rows.push(line("is-before", series.before_titles[i] ?? "–", format(series.before[i], series.unit)));
  box.replaceChildren(heading(series.label), ...rows);
  if (i === series.partial) box.append(heading("not over yet"));
}

export function place(box, plot, left) {
  const beyond = left + box.offsetWidth + 24 > plot.bbox.width / devicePixelRatio;
  const x = plot.bbox.left / devicePixelRatio + (beyond ? left - box.offsetWidth - 14 : left + 14);
  box.style.transform = `translate(${Math.max(0, x)}px, 12px)`;
}

export function attachTooltip(plot, element, series) {
  element.querySelector(".chart-tip")?.remove();
  const box = Object.assign(document.createElement("div"), { className: "chart-tip", hidden: true });
  element.append(box);
  const move = () => {
    const { idx, left } = plot.cursor;
    box.hidden = idx === null || idx === undefined || left < 0;
    if (box.hidden) return;
    fill(box, series, idx);
    place(box, plot, left);
  };
  plot.over.addEventListener("mousemove", () => requestAnimationFrame(move));
  plot.over.addEventListener("mouseleave", () => (box.hidden = true));
  plot.over.classList.toggle("is-zoomable", Boolean(series.zoom));
  plot.over.addEventListener("click", () => {
    const link = series.zoom?.[plot.cursor.idx];
    if (link) document.dispatchEvent(new CustomEvent("visit", { detail: link }));
  });
}
