/**
 * HubSpot forms of the older embed (legacy, v2, v3): messages `{type: "hsFormCallback", eventName, id, data}` from the
 * page itself or from a frame of HubSpot's. https://legacydocs.hubspot.com/global-form-events
 *
 * `onFormSubmit` comes before the request, `onFormSubmitted` after it; either is missing at times, so both count, and
 * the pair counts once.
 */
import { dataOf, emailOf, pairsOf } from "./pairs.js";

const HOSTS = /^https:\/\/([\w-]+\.)+(hsforms\.(com|net)|hubspot\.com)$/;
const AGAIN_MS = 5000;
const ANSWER_MS = 60 * 1000; // a slow network between the two

const TOKEN = "hsFormCallback";

export const isFrom = (origin, { isOwn, isListed }) => isOwn(origin) || HOSTS.test(origin) || isListed(origin);

/** `(form, answered) => boolean`: whether this is a submission nobody has told of. */
export function createPairing(now) {
  const last = new Map(); // form -> {at, open: its answer has not come}
  return (form, answered) => {
    const { at = -Infinity, open } = last.get(form) || {};
    const age = now() - at;
    const known = age < AGAIN_MS || (answered && open && age < ANSWER_MS);
    last.set(form, { at: known ? at : now(), open: answered ? false : !known || open });
    return !known;
  };
}

export function create({ now, values }) {
  const isNew = createPairing(now);
  return ({ type, eventName, id, data }) => {
    if (type !== TOKEN || !/^onFormSubmit(ted)?$/.test(eventName)) return null;
    const answered = eventName === "onFormSubmitted";
    const form = String(id || (data && data.formGuid) || "");
    const pairs = pairsOf(answered && data ? data.submissionValues : data);
    const facts = { form_id: form, integration: "hubspot", phase: answered ? "submitted" : "submit" };
    const submitted = isNew(form, answered) && "form_submit";
    return { type: submitted, facts: { ...facts, ...dataOf(pairs, values) }, email: emailOf(pairs), source: "hubspot_form" };
  };
}
