/** What must not leave the page: card numbers, e-mail addresses, tokens and the like, in texts and in URLs. */

import { guard } from "./guard.js";
import { cut } from "./plain.js";

// In any script, and as URLs spell it. Bounded: texts without an @ must not cost the square of their length.
const EMAIL = /[^\s@/?&=:;,<>"'()!]{1,64}(@|%40)[^\s@/?&=:;,<>"'()!]{1,99}\.[^\s@/?&=:;,<>"'()!]+/g;
const JWT = /eyJ[\w-]+\.[\w.-]+/g;
const SSN = /\b\d{3}-\d{2}-\d{4}\b/g;
const IBAN = /\b[A-Z]{2}\d\d( ?[A-Z\d]{4}){2,7}( ?\d[A-Z\d]{0,2})?\b/g;
const DIGITS = /\d(?:[ -]?\d){12,18}/g;
const SECRET_KEY =
  /token|secret|passw|pwd|apikey|accesskey|signature|session|email|iban|^(code|key|sig|pass|auth|sid|otp|pin|ssn|mail|jwt)$/;
const MAX_URL = 2048;
const MAX_READ = 4000; // more than is ever sent

export function isCardNumber(text) {
  const digits = [...text.replace(/\D/g, "")].reverse();
  const sum = digits.reduce((total, digit, i) => total + (i % 2 ? (digit * 2) % 9 || +digit : +digit), 0);
  return sum % 10 === 0;
}

function redact(text) {
  return text
    .slice(0, MAX_READ)
    .replace(JWT, "[token]")
    .replace(EMAIL, "[email]")
    .replace(SSN, "[ssn]")
    .replace(DIGITS, (found) => (isCardNumber(found) ? "[card]" : found));
}

/** One line of at most `max` characters. */
export const cleanLine = (text, max = 255) => cut(redact(`${text}`.replace(/\s+/g, " ").trim()), max);

/** ISO 13616: the letters as numbers, the first four signs last; 1 is what stays of a division by 97. */
export function isIban(text) {
  const turned = text.replace(/ /g, "").replace(/(.{4})(.+)/, "$2$1");
  return BigInt(turned.replace(/\D/g, (letter) => parseInt(letter, 36))) % 97n === 1n;
}

/** The same for what stands on a page or in a field: bank accounts, too. Of titles the collector takes them out. */
export const cleanText = (text, max) =>
  cleanLine(`${text}`.replace(IBAN, (found) => (isIban(found) ? "[iban]" : found)), max);

function cleanQuery(search) {
  return search.replace(/([?&])([^=&]*)=([^&]*)/g, (whole, mark, key, value) => {
    const plainKey = key.toLowerCase().replace(/[-_]|%5f|%2d/g, "");
    const secret = SECRET_KEY.test(plainKey) || redact(value) !== value;
    return secret ? `${mark}${key}=[redacted]` : whole;
  });
}

/** A URL object, or null. */
export const parseUrl = guard((url, base) => new URL(url, base), undefined, null);

/** `url` made absolute, without user, password and secrets; the fragment stays only where it names a page. */
export function cleanUrl(url, base, keepHash) {
  const parsed = parseUrl(url, base);
  if (!parsed) return "";
  const { protocol, host, pathname, search, hash } = parsed;
  const start = /^http/.test(protocol) ? `${protocol}//${host}` : protocol;
  return (start + redact(pathname) + cleanQuery(search) + (keepHash ? redact(hash) : "")).slice(0, MAX_URL);
}
