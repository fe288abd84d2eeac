// The dialog of a custom range: what the server would refuse is said before it is sent.

const DAY_MS = 86_400_000;

function wrong(from, to, most) {
  const days = (to.valueAsNumber - from.valueAsNumber) / DAY_MS + 1; // NaN while one is missing
  if (days < 1) return "The end of the range lies before its start.";
  return days > most ? `A range has at most ${most} days.` : "";
}

function onInput(event) {
  const form = event.target.form;
  if (!form?.matches("[data-range]")) return;
  const [from, to] = ["from", "to"].map((name) => form.elements.namedItem(name));
  to.setCustomValidity(wrong(from, to, Number(form.dataset.range)));
}

document.addEventListener("input", onInput);
