/** SHA-256 (FIPS 180-4, 6.2.2) without `crypto.subtle`, which pages on plain http do not have. */
import { blocksOf, hex, plus, rotateLeft } from "./words.js";

const PRIMES = [2];
for (let n = 3; PRIMES.length < 64; n += 2) if (PRIMES.every((prime) => n % prime)) PRIMES.push(n);

/** The first 32 bits of the fraction of a root: where the standard takes its constants from. */
const fraction = (value) => ((value - Math.floor(value)) * 2 ** 32) | 0;
const K = PRIMES.map((prime) => fraction(Math.cbrt(prime)));
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

const turn = (word, ...bits) => bits.reduce((sum, count) => sum ^ rotateLeft(word, 32 - count), 0);

function compress(state, block) {
  const words = block.slice();
  for (let t = 16; t < 64; t++) {
    const late = turn(words[t - 2], 17, 19) ^ (words[t - 2] >>> 10);
    const early = turn(words[t - 15], 7, 18) ^ (words[t - 15] >>> 3);
    words[t] = (late + words[t - 7] + early + words[t - 16]) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t++) {
    const first = (h + turn(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + K[t] + words[t]) | 0;
    const second = (turn(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
  }
  return plus(state, [a, b, c, d, e, f, g, h]);
}

/** Hex of the UTF-8 bytes of `text`. */
export const sha256 = (text) => hex(blocksOf(text).reduce(compress, START));
