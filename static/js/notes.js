// Annotations on a chart: a mark under the bucket in which something happened. The same texts stand in the list below.
// A right click on a chart, or the key for it, begins a note at the bucket under the pointer.
//   series.notes: [{ place, said: ["10 Mar, 14:05: Version 2.1"] }]

function mark({ said }) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "chart-note" });
  button.setAttribute("aria-label", said.join("; "));
  const box = document.createElement("span");
  box.className = "chart-note-said";
  box.replaceChildren(...said.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
  button.append(box);
  return button;
}

/** Where its bucket stands now; the text opens towards the middle. */
function put(button, plot, place) {
  const left = plot.valToPos(place, "x") + plot.over.offsetLeft;
  button.style.left = `${left}px`;
  button.style.top = `${plot.over.offsetTop + plot.over.offsetHeight}px`;
  button.classList.toggle("is-right", left > plot.width / 2);
}

/** The dialog of notes, at the moment that was clicked; empty means now. */
function begin(event, plot, series) {
  const dialog = document.getElementById("note-dialog");
  if (!dialog || !series.moments) return;
  event.preventDefault();
  dialog.querySelector("[name=at]").value = series.moments[plot.cursor.idx] ?? "";
  dialog.showModal();
  dialog.querySelector("[data-autofocus]").focus();
}

export function attachNotes(plot, element, series) {
  plot.over.addEventListener("contextmenu", (event) => begin(event, plot, series));
  element.querySelectorAll(".chart-note").forEach((old) => old.remove());
  if (!series.notes?.length) return;
  const marks = series.notes.map((note) => [mark(note), note.place]);
  const all = () => marks.forEach(([button, place]) => put(button, plot, place));
  element.append(...marks.map(([button]) => button));
  all();
  (plot.hooks.draw ??= []).push(all); // after a change of size too
}
