/** Vendors tell of one thing several times, in any order: what counts is the first. */

/** `(key, ms) => boolean`: whether nothing was told under `key` in the last `ms`. Forgets what is old. */
export function createOnce(now) {
  const until = new Map();
  return (key, ms) => {
    const moment = now();
    until.forEach((end, name) => end <= moment && until.delete(name));
    if (until.has(key)) return false;
    until.set(key, moment + ms);
    return true;
  };
}
