/**
 * form_interaction: a field of a form got or lost the focus, once a field and kind in each view; and a form that was
 * filled in but not sent, when its view is left.
 */
import { listen } from "../guard.js";
import { isFilled, isSecret, nameOf, parentForm, typeOf } from "./forms_fields.js";

const FIELD = "input:not([type=submit],[type=button],[type=reset],[type=image]),select,textarea";
const ACTIONS = { focusin: "focus", focusout: "blur" };

/** `namesOf(form)` are the properties that say which form it is. Gives `{touched, sent, stop}`. */
export function captureTouches(page, emit, namesOf) {
  const { win, log } = page;
  let told = new WeakMap(); // field -> the actions told of it in this view
  let typed = new Map(); // form -> its fields that the visitor changed

  const fieldOf = (node) =>
    node.nodeType === 1 && node.matches(FIELD) && parentForm(node) && !isSecret(node) ? node : null;
  const facts = (field) => ({
    ...namesOf(parentForm(field)),
    element_type: typeOf(field),
    element_name: nameOf(field),
  });
  const touched = (event, target = event.composedPath()[0]) => {
    const field = fieldOf(target);
    const action = ACTIONS[event.type];
    if (!field || (told.get(field) || "").includes(action)) return;
    told.set(field, `${told.get(field)} ${action}`);
    const state = action === "blur" ? { filled: isFilled(field) } : {};
    emit("form_interaction", { ...facts(field), action, ...state });
  };
  const changed = (event) => {
    const field = fieldOf(event.composedPath()[0]);
    if (!field) return;
    const form = parentForm(field);
    typed.set(form, (typed.get(form) || new Set()).add(field));
  };
  const abandoned = (view) => {
    if (win.document.hidden) return; // only out of sight
    typed.forEach((fields, form) => {
      const last = [...fields].pop();
      const left = { ...namesOf(form), element_type: typeOf(last), element_name: nameOf(last), action: "abandon" };
      emit("form_interaction", { ...left, fields: fields.size }, { view, idle: true });
    });
    typed = new Map();
  };

  let on = true; // the page keeps its hooks for good
  page.onLeave((view) => on && abandoned(view));
  page.onEnter(() => {
    told = new WeakMap();
  });
  const stops = [listen(win, "focusin focusout", touched, log), listen(win, "input", changed, log)];
  return {
    touched,
    sent: (form) => typed.delete(form),
    stop() {
      on = false;
      stops.forEach((stop) => stop());
    },
  };
}
