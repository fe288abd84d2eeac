/** What SHA-1 and SHA-256 share: a message as blocks of sixteen 32-bit words, and words as hex. */

export const rotateLeft = (word, bits) => (word << bits) | (word >>> (32 - bits));

/** The padded message of FIPS 180-4, 5.1.1, in blocks of sixteen words. */
export function blocksOf(text) {
  const bytes = new TextEncoder().encode(text);
  const count = (bytes.length + 9 + 63) >> 6;
  const words = new Array(count * 16).fill(0);
  const put = (byte, i) => (words[i >> 2] |= byte << (24 - (i % 4) * 8));
  bytes.forEach(put);
  put(0x80, bytes.length);
  words[words.length - 1] = bytes.length * 8; // texts here are far below 2^29 bytes
  return Array.from({ length: count }, (_, i) => words.slice(i * 16, i * 16 + 16));
}

export const hex = (words) => words.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");

/** `state` with each word of `next` added, modulo 2^32. */
export const plus = (state, next) => state.map((word, i) => (word + next[i]) | 0);
