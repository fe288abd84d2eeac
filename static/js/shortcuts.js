// Keyboard shortcuts. An element says which key presses it: <a data-key="w">. Where there is none, the key does nothing.
import { prepare } from "./menu_keys.js";
import { closeMenus } from "./menus.js";

const typing = (target) => target.closest("input, select, textarea, [contenteditable]");

const press = (element) => {
  if (!element) return false;
  element.focus(); // from where the keys go on
  if (element.matches("summary")) {
    element.parentElement.open = true;
    prepare(element.parentElement); // at once: the next letter may already be on its way
  } else element.click();
  return true;
};

const named = (key) =>
  /^[1-9]$/.test(key)
    ? document.querySelectorAll(".sidebar [data-workspace]")[key - 1]
    : document.querySelector(`[data-key="${CSS.escape(key)}"]`);

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return; // the browser closes a dialog on Escape
  if (event.key === "Escape" && closeMenus()) return;
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (press(named(name))) event.preventDefault();
}

document.addEventListener("keydown", onKey);
