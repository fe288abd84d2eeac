/** The answers of a vendor's form, in any of the shapes they come in, as a list of [name, text]. */
import { cleanText } from "../redact.js";
import { isSecretName } from "../capture/forms_secrets.js";
import { emailIn, isOthersEmail, isOwnEmail } from "../email.js";

const MAX_ANSWERS = 100;

const first = (value) => (Array.isArray(value) ? value[0] : value);
// "0-1/email": the kind of record stands before the field.
const plainName = (name) => String(name).replace(/^\d+-\d+\//, "");

/** From `[{name, value}]` or `{name: value}`; a value may be a list. */
export function pairsOf(answers) {
  if (!answers || typeof answers !== "object") return [];
  const raw = Array.isArray(answers)
    ? answers.filter((one) => one && one.name).map(({ name, value }) => [name, value])
    : Object.keys(answers).map((name) => [name, answers[name]]);
  return raw
    .slice(0, MAX_ANSWERS)
    .map(([name, value]) => [plainName(name), first(value)])
    .filter(([name]) => name !== "hs_context");
}

/** The visitor's own address: the field called e-mail, else the first that holds one. */
export function emailOf(pairs) {
  const own = pairs.filter(([name]) => !isOthersEmail(name));
  const ranked = own.sort(([left], [right]) => isOwnEmail(right) - isOwnEmail(left));
  return ranked.map(([, value]) => emailIn(value)).find(Boolean) || "";
}

/** `{form_data}` as the tracker's own forms have it: names with types, or with values where the site wants them. */
export function dataOf(pairs, values) {
  const data = {};
  for (const [name, value] of pairs) {
    if (isSecretName(name)) continue;
    const text = values && /string|number/.test(typeof value) ? cleanText(String(value)) : "";
    data[cleanText(name, 100)] = text || (emailIn(value) ? "email" : "text");
  }
  return { form_data: data };
}
