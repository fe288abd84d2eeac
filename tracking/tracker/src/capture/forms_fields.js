/**
 * The fields of a form: what may be said of each, and the rare case when its value may be read.
 *
 * A field named `elements`, `id` or `matches` hides that property of its form, so everything here asks the prototypes.
 */
import { attribute, closest, isForm } from "../native.js";
import { cleanText } from "../redact.js";
import { IGNORED, MASKED } from "./elements.js";
import { isSecretName } from "./forms_secrets.js";

const MAX_FIELDS = 100;
const NO_FIELD = /^(submit|button|reset|image|fieldset|output|object)$/;
const SECRET_TYPE = /^(password|hidden|file)$/;
const SECRET_AUTOCOMPLETE = /cc-|password|one-time-code/;
/** The form a field belongs to, or what the site marked as one. */
export const parentForm = (field) => field.form || closest(field, "[data-analytics-form]");

/** A form's own getter, such as "elements" or "method", past a field of that name. */
export const formGet = (form, name) =>
  Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, name).get.call(form);

const shown = new WeakSet(); // fields that were once of type password: "show password" makes them text

const labelOf = (field) => [...(field.labels || [])].map((label) => label.textContent.slice(0, 100)).join(" ");

/** Whether nothing typed into `field` may be read, nor the field be mentioned at all. */
export function isSecret(field) {
  if (field.type === "password") shown.add(field);
  const words = [attribute(field, "name"), attribute(field, "id"), attribute(field, "aria-label"), labelOf(field)];
  return (
    shown.has(field) ||
    SECRET_TYPE.test(field.type) ||
    SECRET_AUTOCOMPLETE.test(attribute(field, "autocomplete")) ||
    words.some(isSecretName) ||
    !!closest(field, IGNORED)
  );
}

export const isMasked = (field) => !!closest(field, MASKED);

/** Fields people fill in; buttons, secrets and what the site marked to be ignored are none. */
export const fieldsOf = (form) =>
  [...(isForm(form) ? formGet(form, "elements") : form.querySelectorAll("input,select,textarea"))]
    .slice(0, MAX_FIELDS)
    .filter((field) => !NO_FIELD.test(field.type || field.localName) && !isSecret(field));

export const nameOf = (field) => cleanText(attribute(field, "name") || attribute(field, "id"), 100);
export const typeOf = (field) => field.type || field.localName;

/** What the visitor put in: text, true for a tick, a list for several choices; "" for nothing. */
export function valueOf(field) {
  if (/^(checkbox|radio)$/.test(field.type)) {
    const answer = attribute(field, "value") || true;
    return field.checked ? answer : "";
  }
  if (field.type === "select-multiple") {
    const chosen = [...field.selectedOptions].map(({ value }) => value);
    return chosen.length ? chosen : "";
  }
  return String(field.value ?? "").trim();
}

export const isFilled = (field) => valueOf(field) !== "";

const clean = (value) => (typeof value === "string" ? cleanText(value) : value === true ? value : value.map((one) => cleanText(one)));

/** `{name: type}` of all fields; with `values` also what stands in those that may be read. */
export function dataOf(form, values) {
  const data = {};
  const filled = [];
  for (const field of fieldsOf(form)) {
    const name = nameOf(field);
    if (!name || (data[name] && !isFilled(field))) continue; // of several radio buttons the chosen one
    data[name] = values && isFilled(field) && !isMasked(field) ? clean(valueOf(field)) : typeOf(field);
    if (isFilled(field) && !filled.includes(name)) filled.push(name);
  }
  return { form_data: data, form_filled: filled };
}
