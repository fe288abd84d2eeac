// <button data-hint="what it means" data-hint-label="Bounce rate">: the definition of a word, in a box beside it. One box
// for all of them, in the top layer: a table that scrolls does not cut it off. Escape or a click elsewhere closes it.

function box() {
  const known = document.getElementById("hint");
  if (known) return known;
  const made = Object.assign(document.createElement("div"), { id: "hint", className: "hint-box", popover: "auto" });
  made.setAttribute("role", "note");
  document.body.append(made);
  return made;
}

function fill(element, { hint, hintLabel }) {
  const link = Object.assign(document.createElement("a"), { href: "/docs/metrics/", className: "link-plain", textContent: "All definitions" });
  const name = Object.assign(document.createElement("b"), { textContent: hintLabel });
  element.replaceChildren(name, ` ${hint} `, link);
}

function place(element, button) {
  const { left, bottom } = button.getBoundingClientRect();
  const room = document.documentElement.clientWidth - element.offsetWidth - 8;
  element.style.left = `${Math.max(8, Math.min(left, room))}px`;
  element.style.top = `${bottom + 6}px`;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-hint]");
  if (!button) return;
  event.preventDefault();
  const element = box();
  fill(element, button.dataset);
  element.showPopover();
  place(element, button);
});
