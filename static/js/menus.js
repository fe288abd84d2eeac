// Menus are <details class="menu-box">, dialogs are <dialog>: both open without a script; this closes and connects them.

const openMenus = () => document.querySelectorAll("details.menu-box[open]");

/** Close every open menu that does not contain `target`. Returns whether any was closed. */
export function closeMenus(target = null) {
  const closing = [...openMenus()].filter((menu) => !target || !menu.contains(target));
  closing.forEach((menu) => menu.removeAttribute("open"));
  return closing.length > 0;
}

function open(dialog) {
  dialog.showModal();
  dialog.querySelector("[data-autofocus]")?.focus();
}

function onClick(event) {
  closeMenus(event.target);
  event.target.closest(".menu-panel a")?.closest("details.menu-box").removeAttribute("open");
  const opener = event.target.closest("[data-dialog]");
  const closer = event.target.closest("[data-close]");
  if (opener || closer) event.preventDefault(); // without a script their links do it, by :target
  if (opener) open(document.querySelector(opener.dataset.dialog));
  // A click on the backdrop has the dialog itself as its target.
  if (closer || event.target.matches("dialog")) event.target.closest("dialog")?.close();
}

function onSubmit(event) {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
}

/** A dialog that the server sent opens as it arrives; closed, it is gone. */
function onLoad(event) {
  const dialog = event.target.matches?.("dialog[data-open]") ? event.target : event.target.querySelector?.("dialog[data-open]");
  if (!dialog || dialog.open) return;
  dialog.addEventListener("close", () => dialog.remove());
  open(dialog);
}

document.addEventListener("htmx:load", onLoad);
document.addEventListener("click", onClick);
document.addEventListener("submit", onSubmit, true);
