/** The part for sites that hash addresses, or that tell browsers apart by a fingerprint. */
import { sha1 } from "../hashing/sha1.js";
import { sha256 } from "../hashing/sha256.js";

export { fingerprint } from "../fingerprint.js";

/** What stands for an address on the wire: its SHA-1 as `email_hash`, its SHA-256 as `email_sha256`, or both. */
export function hashed(email, which) {
  const text = email.normalize("NFC");
  const first = which === "sha256" ? {} : { email_hash: sha1(text) };
  return which === "sha1" ? first : { ...first, email_sha256: sha256(text) };
}
