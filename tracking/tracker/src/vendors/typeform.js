/** Typeform: messages `{type: "form-submit", formId, responseId}` from its frame. Answers are not told. */
const HOST = /^https:\/\/([\w-]+\.)*typeform\.com$/;
const ACTIONS = { "form-started": "start", "form-screen-changed": "step" };
const AGAIN_MS = 600 * 1000;

export const isFrom = (origin) => HOST.test(origin);

export function create({ once }) {
  return ({ type, formId, responseId }) => {
    const facts = { form_id: String(formId || ""), integration: "typeform" };
    if (type === "form-submit") {
      const response = responseId ? { response_id: String(responseId) } : {};
      const again = responseId ? AGAIN_MS : 5000;
      return { type: once(`typeform ${formId} ${responseId}`, again) && "form_submit", facts: { ...facts, ...response } };
    }
    if (typeof ACTIONS[type] !== "string") return null;
    return { type: "form_interaction", facts: { ...facts, action: ACTIONS[type] } };
  };
}
