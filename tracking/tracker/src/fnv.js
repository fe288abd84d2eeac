/** FNV-1a, 64 bits, of UTF-8 text: sixteen hex digits. A short name for something long; no secret, and easy to guess. */

const WORD = 2 ** 32;
const PRIME_LOW = 0x1b3; // the prime is 2^40 + 0x1b3

export function fnv1a(text) {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (const byte of new TextEncoder().encode(text)) {
    low = (low ^ byte) >>> 0;
    const product = low * PRIME_LOW;
    high = (high * PRIME_LOW + Math.floor(product / WORD) + low * 256) % WORD;
    low = product % WORD;
  }
  return [high, low].map((word) => word.toString(16).padStart(8, "0")).join("");
}
