/**
 * Klaviyo forms: the event `klaviyoForms` on the window.
 * https://developers.klaviyo.com/en/docs/track_klaviyo_form_activity_using_javascript
 */
import { emailIn } from "../email.js";
import { dataOf } from "./pairs.js";
import { KLAVIYO } from "./types.js";

const ACTIONS = { open: "open", embedOpen: "open", close: "close", stepSubmit: "step", redirectedToUrl: "redirect" };

export const names = [KLAVIYO];

export function create({ once, values }) {
  return ({ detail }) => {
    const { type, formId, metaData } = detail || {};
    const answers = metaData || {};
    const facts = { form_id: String(formId || ""), integration: "klaviyo" };
    const email = emailIn(answers.$email || answers.email);
    const found = { email, source: "klaviyo" };
    if (type === "submit") {
      const pairs = Object.keys(answers).map((name) => [name.replace(/^\$/, ""), answers[name]]);
      const isNew = once(`klaviyo ${formId}`, 5000);
      return { ...found, type: isNew && "form_submit", facts: { ...facts, ...dataOf(pairs, values) } };
    }
    if (typeof ACTIONS[type] !== "string") return null;
    const step = typeof answers.$step_name === "string" ? { step: answers.$step_name.slice(0, 100) } : {};
    return { ...found, type: "form_interaction", facts: { ...facts, action: ACTIONS[type], ...step } };
  };
}
