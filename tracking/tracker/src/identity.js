/**
 * Who is here: a random visitor id that the browser keeps, and the person the site says it is.
 *
 * In privacy mode no e-mail address is ever stored or sent, nor are traits that name a person: people are known by ids
 * and hashes.
 */
import { guard } from "./guard.js";

const VISITOR = "_mp_v";
const IDENTITY = "_mp_i";
const PERSONAL = /^(e-?mail|name|(full|first|last|user)_?name|phone(_?number)?)$/i;

/** What identifies this person: `{email}` or `{user_id}`; null for nothing usable. */
export function subject(who) {
  const text = /string|number/.test(typeof who) ? String(who).trim().slice(0, 255) : "";
  if (!text) return null;
  return text.includes("@") ? { email: text.toLowerCase() } : { user_id: text };
}

export function allowedTraits(traits, privacyMode) {
  const allowed = {};
  for (const name of Object.keys(traits)) if (!privacyMode || !PERSONAL.test(name)) allowed[name] = traits[name];
  return allowed;
}

const same = (left, right) => JSON.stringify(left) === JSON.stringify(right);

/** `visitors` keeps the visitor id, `persons` the identity, both memory where nothing may be kept. */
export function createIdentity({ visitors, persons, newVisitor, privacyMode }) {
  let spare = null; // in memory, when the disk turned out to be full
  const read = guard(() => JSON.parse(persons.get(IDENTITY) || spare)); // a broken value counts as none
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
    adopt: (id) => visitors.set(VISITOR, id),
    /**
     * The identity after this call, or null when it says nothing new; `traits` are merged for the same person. `auto`:
     * found out, which never overrides what the site itself said.
     */
    become(who, traits, auto) {
      const before = read();
      const isSame = !!before && same(before.subject, who);
      if (auto && before && (isSame || !before.auto)) return null;
      const after = { subject: who, traits: { ...(isSame && before.traits), ...allowedTraits(traits, privacyMode) } };
      if (auto) after.auto = 1;
      if (before && same(before, after)) return null;
      const text = JSON.stringify(after);
      persons.set(IDENTITY, text);
      spare = persons.get(IDENTITY) === text ? null : text;
      return after;
    },
    forget() {
      spare = null;
      visitors.remove(VISITOR);
      persons.remove(IDENTITY);
    },
  };
}
