// Menus by keyboard: arrows walk through the items, Escape goes back to the word that opened them, and a long menu has
// a field that finds an item by a part of its name.
import { closeMenus } from "./menus.js";

const LONG = 12; // items that one looks over at a glance
const NEAREST = { ArrowDown: 1, ArrowUp: -1 };

const items = (menu) => [...menu.querySelectorAll(".menu-item")].filter((item) => !item.hidden);

function narrow(menu, field, nothing) {
  const wanted = field.value.trim().toLowerCase();
  menu.querySelectorAll(".menu-item").forEach((item) => (item.hidden = !item.textContent.toLowerCase().includes(wanted)));
  menu.querySelectorAll(".menu-heading, .menu-rule").forEach((part) => (part.hidden = wanted !== ""));
  nothing.hidden = items(menu).length > 0;
}

/** The field is no part of the question: the form around it must not hear of it. */
function addSearch(menu) {
  const field = Object.assign(document.createElement("input"), { className: "input menu-search", placeholder: "Find", autocomplete: "off", spellcheck: false });
  field.setAttribute("aria-label", "Find in this menu");
  const nothing = Object.assign(document.createElement("p"), { className: "menu-nothing", textContent: "None of these is called so.", hidden: true });
  field.addEventListener("input", () => narrow(menu, field, nothing));
  field.addEventListener("change", (event) => event.stopPropagation());
  menu.querySelector(".menu-panel").prepend(field, nothing);
  return field;
}

/** A long menu that has opened takes what is typed. */
export function prepare(menu) {
  if (!menu.matches?.("details.menu-box[open]") || items(menu).length <= LONG || !menu.querySelector(".menu-tall")) return;
  const field = menu.querySelector(".menu-search") ?? addSearch(menu);
  if (matchMedia("(hover: hover)").matches) field.focus(); // where a touch would raise the keyboard over the menu, it waits
}

function walk(menu, by) {
  const all = items(menu);
  const place = all.indexOf(document.activeElement);
  all.at(place < 0 && by < 0 ? -1 : Math.min(place + by, all.length - 1))?.focus();
}

/** The first of those found; it takes the focus, which is where one comes from (focus.js). */
function choose(item) {
  item?.focus();
  item?.click();
}

function onKey(event) {
  const menu = event.target.closest?.("details.menu-box") ?? document.querySelector("details.menu-box[open]");
  if (!menu || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const isOpening = event.key === "ArrowDown" && event.target.matches("summary");
  if (!menu.open && !isOpening) return;
  const isSearch = event.target.matches(".menu-search");
  if (event.key in NEAREST) {
    menu.open = true;
    walk(menu, NEAREST[event.key]);
  } else if (event.key === "Escape") {
    closeMenus();
    menu.querySelector("summary").focus();
  } else if (event.key === "Enter" && isSearch) {
    if (event.target.value.trim()) choose(items(menu)[0]);
  } else return;
  event.preventDefault();
  event.stopPropagation(); // neither the page's shortcuts nor the form's Enter
}

document.addEventListener("toggle", ({ target }) => prepare(target), true);
document.addEventListener("keydown", onKey, true);
document.addEventListener("focusin", (event) => closeMenus(event.target));
