/** The address that a visitor leaves in a form. */
import { emailIn, isOthersEmail, isOwnEmail } from "../email.js";
import { attribute } from "../native.js";
import { fieldsOf, isMasked, nameOf, typeOf } from "./forms_fields.js";

const TEXT = /^(email|text|search|tel|textarea)$/;

/** "" where there is none, or where the form says `data-auto-identify="false"`. */
export function visitorsEmail(form) {
  if (attribute(form, "data-auto-identify") === "false") return "";
  const fields = fieldsOf(form).filter((field) => TEXT.test(typeOf(field)) && !isMasked(field) && !isOthersEmail(nameOf(field)));
  const asked = fields.filter((field) => typeOf(field) === "email" || isOwnEmail(`${nameOf(field)} ${attribute(field, "autocomplete")}`));
  return asked.map(({ value }) => emailIn(value)).find(Boolean) || "";
}
