// The box that follows the pointer over a chart of several series: the bucket, and each line's value in it.
import { format } from "./format.js";
import { heading, line, place } from "./tooltip.js";

function fill(box, data, hidden, i) {
  const rows = data.lines.flatMap((each, n) => {
    if (hidden.has(n)) return [];
    const value = data.is_mirrored && each.values[i] !== null ? Math.abs(each.values[i]) : each.values[i]; // what hangs below
    const now = line(`is-line series-${each.colour}`, each.label, format(value, data.unit));
    const before = each.before ? [line("is-before", "before", format(each.before[i] ?? null, data.unit))] : [];
    return [now, ...before];
  });
  box.replaceChildren(heading(data.titles[i]), ...rows);
  if (i === data.partial) box.append(heading("not over yet"));
  if (data.people) box.append(heading("click: who they are"));
}

export function attachTip(plot, element, data, hidden) {
  element.querySelector(".chart-tip")?.remove();
  const box = Object.assign(document.createElement("div"), { className: "chart-tip", hidden: true });
  element.append(box);
  plot.over.addEventListener("mousemove", () =>
    requestAnimationFrame(() => {
      const { idx, left } = plot.cursor;
      box.hidden = idx === null || idx === undefined || left < 0;
      if (box.hidden) return;
      fill(box, data, hidden, idx);
      place(box, plot, left);
    }),
  );
  plot.over.addEventListener("mouseleave", () => (box.hidden = true));
}
