/** What the calls of both kinds of client have in common. */

const MAX_NAME = 128;

/** The result of `fn`, or `fallback` where it throws: no call of ours may break the program around it. */
export function safely(fn, log, fallback) {
  try {
    return fn();
  } catch (error) {
    log(error);
    return fallback;
  }
}

/** A name that can be counted, or "". */
export const nameOf = (name) => (typeof name === "string" ? name.trim().slice(0, MAX_NAME) : "");

/** ISO moment of a Date, epoch milliseconds or text; undefined for what is none. */
export function isoDate(value) {
  const date = new Date(value ?? NaN);
  return isNaN(date) ? undefined : date.toISOString();
}
