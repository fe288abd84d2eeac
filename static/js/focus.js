// Keeps the keyboard where it was when the page is replaced by its next state: on the word that was changed, or else on
// the link, button or field that says the same as the one just used.

const FOCUSABLE = "a[href], button, summary, input, select";
let left = null; // what had the focus when a link was followed: its menu, what it says, the part of the page

const said = (element) => `${element.localName} ${element.name || element.getAttribute("aria-label") || element.textContent.trim()}`;

function remember(element) {
  const isInside = element?.matches?.(FOCUSABLE) && element.closest("#overview");
  left = isInside ? { menu: element.closest("details.menu-box[id]")?.id, said: said(element), part: element.closest("form[id], section[id]")?.id } : null;
}

/** A removed word is no more: then the first choice of its sentence. */
function find({ menu, said: wanted, part }) {
  const same = [...document.querySelectorAll("#overview :is(a[href], button, summary, input, select)")].find((each) => said(each) === wanted);
  return document.getElementById(menu)?.querySelector("summary") ?? same ?? document.getElementById(part)?.querySelector("summary, a[href]");
}

document.addEventListener("click", ({ target }) => remember(target.closest?.(FOCUSABLE) === document.activeElement ? document.activeElement : null), true);
document.addEventListener("change", ({ target }) => remember(target), true);
document.addEventListener("htmx:afterSettle", () => {
  if (left && document.activeElement === document.body) find(left)?.focus({ preventScroll: true });
  left = null;
});
