/** Who somebody is on the wire: `{email}`, `{email_hash}` in privacy mode, or `{user_id}`. */
import { emailIn } from "../../../tracker/src/email.js";
import { sha1 } from "../../../tracker/src/hashing/sha1.js";

/** null for nothing usable. */
export function subjectOf(who, privacyMode) {
  const text = /string|number/.test(typeof who) ? String(who).trim().slice(0, 255) : "";
  const email = emailIn(text);
  if (email) return privacyMode ? { email_hash: sha1(email) } : { email };
  return text ? { user_id: text } : null;
}
