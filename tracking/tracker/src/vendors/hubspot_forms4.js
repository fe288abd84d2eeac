/**
 * HubSpot forms of the new editor (v4): events on the window, and the answers from `HubSpotFormsV4`.
 * https://developers.hubspot.com/docs/api-reference/latest/marketing/forms/global-form-events.md
 */
import { dataOf, emailOf, pairsOf } from "./pairs.js";
import { STEP, SUBMITTED } from "./types.js";

export const names = [SUBMITTED, `${STEP}next`, `${STEP}previous`];

export function create({ win, once, values }) {
  return async (event) => {
    const { type, detail } = event;
    const { formId, instanceId } = detail || {};
    const facts = { form_id: String(formId || ""), integration: "hubspot" };
    if (type.startsWith(STEP)) {
      return { type: "form_interaction", facts: { ...facts, action: "step", direction: type.slice(STEP.length) } };
    }
    if (!once(`hubspot4 ${formId} ${instanceId}`, 5000)) return null;
    const pairs = pairsOf(await answersOf(win, event));
    return { type: "form_submit", facts: { ...facts, ...dataOf(pairs, values) }, email: emailOf(pairs), source: "hubspot_form" };
  };
}

/** Both spellings are in use. The submission counts even where its answers cannot be had. */
async function answersOf(win, event) {
  const forms = win.HubSpotFormsV4 || win.HubspotFormsV4;
  try {
    return await forms.getFormFromEvent(event).getFormFieldValues();
  } catch (error) {
    return [];
  }
}
