/**
 * Who is here: a random visitor id that the browser keeps, and the person the site says it is.
 *
 * In privacy mode no e-mail address is ever stored or sent, nor are traits that name a person: people are known by ids.
 */
import { guard } from "./guard.js";

const VISITOR = "_mp_v";
const IDENTITY = "_mp_i";
const PERSONAL = /^(e-?mail|name|(full|first|last|user)_?name|phone(_?number)?)$/i;

/** What identifies this person on the wire: `{email}` or `{user_id}`; null for nothing usable. */
export function subject(who, privacyMode) {
  const text = /string|number/.test(typeof who) ? String(who).trim().slice(0, 255) : "";
  if (!text.includes("@")) return text ? { user_id: text } : null;
  return privacyMode ? null : { email: text.toLowerCase() };
}

export function allowedTraits(traits, privacyMode) {
  const allowed = {};
  for (const name of Object.keys(traits)) if (!privacyMode || !PERSONAL.test(name)) allowed[name] = traits[name];
  return allowed;
}

const same = (left, right) => JSON.stringify(left) === JSON.stringify(right);

/** `visitors` keeps the visitor id, `persons` the identity, both memory where nothing may be kept. */
export function createIdentity({ visitors, persons, newVisitor, privacyMode }) {
  const read = guard(() => JSON.parse(persons.get(IDENTITY) || null)); // a broken value counts as none
  let renewed = false; // once in each page: browsers count the days from the last write
  return {
    visitorId() {
      const kept = visitors.get(VISITOR);
      const id = kept || newVisitor();
      if (!kept || !renewed) visitors.set(VISITOR, id);
      renewed = true;
      return id;
    },
    person: read,
    /** The identity after this call, or null when it says nothing new; `traits` are merged for the same person. */
    become(who, traits) {
      const before = read();
      const known = before && same(before.subject, who) ? before.traits : {};
      const after = { subject: who, traits: { ...known, ...allowedTraits(traits, privacyMode) } };
      if (before && same(before, after)) return null;
      persons.set(IDENTITY, JSON.stringify(after));
      return after;
    },
    forget() {
      visitors.remove(VISITOR);
      persons.remove(IDENTITY);
    },
  };
}
