/** What a rule says of an event: fixed values, and what stands on the element. */

/** `@text` is the element's text without secrets, `@name` an attribute, `@@…` begins with an @; the rest is as it is. */
function valueOf(written, element, textOf) {
  if (typeof written !== "string" || written[0] !== "@") return written;
  if (written[1] === "@") return written.slice(1);
  if (!element) return undefined;
  return written === "@text" ? textOf(element) : (element.getAttribute(written.slice(1)) ?? undefined);
}

/** @param textOf the element's text, without secrets */
export function valuesOf(properties, element, textOf) {
  const values = {};
  for (const name of Object.keys(properties)) {
    const value = valueOf(properties[name], element, textOf);
    if (value !== undefined) values[name] = value;
  }
  return values;
}
