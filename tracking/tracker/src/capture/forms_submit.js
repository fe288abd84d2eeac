/**
 * Notices each submission once, however it comes about: by the visitor, by `requestSubmit()`, by `form.submit()`, which
 * fires no event, and in open shadow roots, which no submit event leaves.
 */
import { guard, listen } from "../guard.js";
import { isForm, native } from "../native.js";
import { formGet } from "./forms_fields.js";

const AGAIN_MS = 500;
const HANDLED_MS = 5000; // a page that checks something first and then calls form.submit()

/** `(form, byScript) => boolean`: whether this submission is a new one. */
export function createNovelty(now) {
  const last = new WeakMap(); // form -> {at, byScript}
  return (form, byScript) => {
    const before = last.get(form);
    const quiet = byScript && before && !before.byScript ? HANDLED_MS : AGAIN_MS;
    if (before && now() - before.at < quiet) return false;
    last.set(form, { at: now(), byScript });
    return true;
  };
}

/** Browsers fire submit for valid forms only; an event that a script made says nothing of that. */
const isValid = ({ isTrusted }, form) =>
  isTrusted || formGet(form, "noValidate") || Element.prototype.matches.call(form, ":valid");

/** Calls `submitted(form, byScript)`. Gives `{heard, stop}`; `heard(event, form)` is for an event that came before. */
export function watchSubmits({ win, log, clock }, submitted) {
  const isNew = createNovelty(clock.now);
  const roots = new WeakSet();
  const stops = [];
  const tell = (form, byScript) => isNew(form, byScript) && submitted(form, byScript);

  const heard = (event, form = event.composedPath()[0]) => {
    if (isForm(form) && isValid(event, form)) tell(form, false);
  };
  const enter = (root) => {
    if (!root || !root.host || roots.has(root)) return;
    roots.add(root);
    stops.push(listen(root, "submit", heard, log));
  };
  // Whoever fills in or sends a form of a shadow root touches it first.
  const touched = (event) => event.composedPath().forEach((node) => node.nodeType === 11 && enter(node));

  const { prototype } = win.HTMLFormElement;
  stops.push(
    listen(win, "submit", heard, log),
    listen(win, "focusin keydown pointerdown", touched, log),
    before(prototype, "requestSubmit", (form) => enter(native(form, "getRootNode").call(form)), log),
    before(prototype, "submit", (form) => tell(form, true), log),
  );
  return { heard, stop: () => stops.forEach((stop) => stop()) };
}

/** Calls `first(object)` before each call of a method; undone unless somebody has wrapped it again meanwhile. */
function before(prototype, name, first, log) {
  const original = prototype[name];
  if (!original) return () => {};
  let on = true;
  const safe = guard(first, log);
  const wrapper = function (...args) {
    if (on) safe(this);
    return original.apply(this, args);
  };
  prototype[name] = wrapper;
  return () => {
    on = false;
    if (prototype[name] === wrapper) prototype[name] = original;
  };
}
