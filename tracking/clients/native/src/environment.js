/** What this machine offers: a clock, random ids, a way to send. Nothing here needs a document. */
import { uuidv7 } from "../../../tracker/src/ids.js";

/** React Native has no `crypto` of its own: ids then need to be unique, not secret. */
const weakCrypto = {
  getRandomValues(bytes) {
    for (let i = 0; i < bytes.length; i++) bytes[i] = Math.random() * 256;
    return bytes;
  },
};

export function createEnvironment(config) {
  const crypto = globalThis.crypto && globalThis.crypto.getRandomValues ? globalThis.crypto : weakCrypto;
  const now = () => Date.now();
  const log = config.debug ? (...words) => console.log("MetricPal:", ...words) : () => {};
  const clock = {
    now,
    setTimeout(fn, ms) {
      const timer = setTimeout(fn, ms);
      if (timer && timer.unref) timer.unref(); // a program that is done may end: `close()` sends what waits
      return timer;
    },
    clearTimeout: (timer) => clearTimeout(timer),
  };
  const warn = (...words) => console.warn("MetricPal:", ...words);
  return { config, clock, log, warn, isOnline: () => true, newId: (at = now()) => uuidv7(at, crypto) };
}
