// <button data-copy="#id">: copies the text or value of that element and says so on the button for a moment.
// <button data-copy-text="…">: copies what it carries itself.

import { toast } from "./toasts.js";

const SHOWN_MS = 1600;

async function onClick(event) {
  const button = event.target.closest("[data-copy], [data-copy-text]");
  if (!button) return;
  const source = button.dataset.copy && document.querySelector(button.dataset.copy);
  const text = button.dataset.copyText ?? source.value ?? source.textContent.trim();
  if ((await written(text)) || copied(text, button.closest("dialog") ?? document.body)) say(button, "Copied");
  else offer(source, text);
}

// Browsers have a clipboard for pages only over https and on localhost, and people may forbid it.
async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// The older way, from a field that nobody sees. While a dialog is open, only what is within it can be selected.
function copied(text, place) {
  const field = document.createElement("textarea");
  const before = document.activeElement;
  field.value = text;
  field.readOnly = true; // or a phone shows its keyboard
  field.style.cssText = "position: fixed; top: 0; opacity: 0";
  place.append(field);
  field.select();
  const done = execute();
  field.remove();
  before?.focus({ preventScroll: true });
  return done;
}

function execute() {
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  }
}

// What stands on the page is selected; what only the button knows is shown in a field that can be.
function offer(source, text) {
  if (!source) return void window.prompt("The browser copies nothing here. Press Ctrl+C or ⌘C, then Enter.", text);
  if (source.select) source.select();
  else getSelection().selectAllChildren(source);
  toast("The browser copies nothing here. It is selected: press Ctrl+C or ⌘C.");
}

function say(button, word) {
  const label = [...button.childNodes].findLast((node) => node.nodeType === Node.TEXT_NODE);
  const before = label.textContent;
  if (before === word) return;
  label.textContent = word;
  setTimeout(() => (label.textContent = before), SHOWN_MS);
}

document.addEventListener("click", onClick);
