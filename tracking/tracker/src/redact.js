/** What must not leave the page: card numbers, e-mail addresses, tokens and the like, in texts and in URLs. */

import { guard } from "./guard.js";
import { cut } from "./plain.js";

const EMAIL = /[\w.+-]+(@|%40)[\w-]+(\.[\w-]+)+/g;
const JWT = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g;
const SSN = /\b\d{3}-\d{2}-\d{4}\b/g;
const DIGITS = /\d(?:[ -]?\d){12,18}/g;
const SECRET_KEY =
  /token|secret|passw|pwd|apikey|accesskey|signature|sessionid|email|^(code|key|sig|pass|auth|session|sid|otp|pin|ssn|mail|jwt)$/;
const MAX_URL = 2048;

export function isCardNumber(text) {
  const digits = [...text.replace(/\D/g, "")].reverse();
  const sum = digits.reduce((total, digit, i) => total + (i % 2 ? (digit * 2) % 9 || +digit : +digit), 0);
  return sum % 10 === 0;
}

function redact(text) {
  return text
    .replace(JWT, "[token]")
    .replace(EMAIL, "[email]")
    .replace(SSN, "[ssn]")
    .replace(DIGITS, (found) => (isCardNumber(found) ? "[card]" : found));
}

/** One line of at most `max` characters. */
export function cleanText(text, max = 255) {
  return cut(redact(`${text}`.replace(/\s+/g, " ").trim()), max);
}

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
