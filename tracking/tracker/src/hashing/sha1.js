/** SHA-1 (FIPS 180-4, 6.1.2) without `crypto.subtle`, which pages on plain http do not have. */
import { blocksOf, hex, plus, rotateLeft } from "./words.js";

const K = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6];
const START = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
const MIX = [
  (b, c, d) => (b & c) | (~b & d),
  (b, c, d) => b ^ c ^ d,
  (b, c, d) => (b & c) | (b & d) | (c & d),
  (b, c, d) => b ^ c ^ d,
];

function compress(state, block) {
  const words = block.slice();
  for (let t = 16; t < 80; t++) {
    words[t] = rotateLeft(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1);
  }
  let [a, b, c, d, e] = state;
  for (let t = 0; t < 80; t++) {
    const part = Math.floor(t / 20);
    const mixed = (rotateLeft(a, 5) + MIX[part](b, c, d) + e + words[t] + K[part]) | 0;
    [a, b, c, d, e] = [mixed, a, rotateLeft(b, 30), c, d];
  }
  return plus(state, [a, b, c, d, e]);
}

/** Hex of the UTF-8 bytes of `text`. */
export const sha1 = (text) => hex(blocksOf(text).reduce(compress, START));
