// Keeps the keyboard where it was when the page is replaced by its next state: on the word that was changed, or else on
// the link, button or field that says the same as the one just used; after a dialog, on what had opened it.

const FOCUSABLE = "a[href], button, summary, input, select";
let left = null; // what had the focus when a link was followed: its menu, what it says, the part of the page
let opener = null; // the same of what opened the dialog

const said = (element) => `${element.localName} ${element.name || element.getAttribute("aria-label") || element.textContent.trim()}`;

const same = (wanted) =>
  [...document.querySelectorAll("#overview :is(a[href], button, summary, input, select)")].filter((each) => said(each) === wanted);

function noted(element) {
  if (!element?.matches?.(FOCUSABLE) || !element.closest("#overview")) return null;
  const menu = element.closest("details.menu-box[id]")?.id;
  return { menu, said: said(element), place: same(said(element)).indexOf(element), part: element.closest("form[id], section[id]")?.id };
}

function remember(element) {
  left = element?.closest("dialog") ? opener : noted(element);
}

/** A removed word is no more: then the first choice of its sentence. */
function find({ menu, said: wanted, place, part }) {
  const found = same(wanted);
  return document.getElementById(menu)?.querySelector("summary") ?? found[place] ?? found[0] ?? document.getElementById(part)?.querySelector("summary, a[href]");
}

function onClick({ target }) {
  const element = target.closest?.(FOCUSABLE);
  remember(element === document.activeElement || element?.closest("dialog") ? element : null);
  if (element?.matches("[data-dialog]")) opener = left;
}

document.addEventListener("click", onClick, true);
document.addEventListener("change", ({ target }) => remember(target), true);
document.addEventListener("htmx:afterSettle", () => {
  if (!left || document.activeElement !== document.body) return; // a list of suggestions came, or a receipt
  find(left)?.focus({ preventScroll: true });
  left = null;
});
