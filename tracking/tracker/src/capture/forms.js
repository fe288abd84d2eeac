/** Forms: what people touch, what they send, and who they say they are. Never what they typed, unless the site asks. */
import { attribute, closest } from "../native.js";
import { cleanText, cleanUrl } from "../redact.js";
import { IGNORED } from "./elements.js";
import { dataOf, formGet } from "./forms_fields.js";
import { visitorsEmail } from "./forms_email.js";
import { watchSubmits } from "./forms_submit.js";
import { captureTouches } from "./forms_touch.js";

// Their vendors tell of them, with what they are.
const OF_VENDORS = "[id^=hsForm_],.hs-form,[class*=hsfc-],.klaviyo-form";

/** Which form it is; the first name that stands there. */
export function namesOf(form) {
  const own = attribute(form, "data-analytics-form");
  const name = attribute(form, "name");
  const id = attribute(form, "id") || name || own;
  return { form_id: cleanText(id, 100), form_name: cleanText(own || name || attribute(form, "aria-label"), 100) };
}

function describeForm(form, byScript, values) {
  const action = cleanUrl(attribute(form, "action") || window.location.href, document.baseURI);
  const facts = { action, method: formGet(form, "method"), trigger: byScript ? "script" : "submit" };
  return { ...namesOf(form), ...dataOf(form, values), ...facts };
}

/**
 * @param others.found (email, source): what a form says of who is here
 * @param others.search where searches go
 * @returns {take, stop}: `take(event, target)` for an event that came before
 */
export function captureForms(page, emit, { found, search }) {
  const { config } = page;
  const values = config.formValues && !config.privacyMode;
  const touches = config.trackForms ? captureTouches(page, emit, namesOf) : { sent() {}, touched() {}, stop() {} };

  const submitted = (form, byScript) => {
    if (closest(form, IGNORED)) return;
    touches.sent(form);
    search.onForm(form);
    const isOurs = !Element.prototype.matches.call(form, OF_VENDORS);
    if (config.trackForms && isOurs) emit("form_submit", describeForm(form, byScript, values), { urgent: true });
    const email = visitorsEmail(form);
    if (email) found(email, "form");
  };
  const submits = watchSubmits(page, submitted);
  return {
    take: (event, target) => (event.type === "submit" ? submits.heard(event, target) : touches.touched(event, target)),
    stop: () => [touches, submits].forEach(({ stop }) => stop()),
  };
}
