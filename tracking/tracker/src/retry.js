/** What an answer of the collector means for the events that were sent, and how long to wait. Pure. */

const SECOND = 1000;
const MAX_WAIT_MS = 600 * SECOND;
const MAX_RETRY_AFTER_MS = 300 * SECOND;

/** "done", "drop" (never send again), "stop" (nor anything else from this page), "split" or "retry". */
export function verdict(status) {
  if (/^[23]/.test(status)) return "done";
  if (/40[13]/.test(status)) return "stop";
  if (status === 413) return "split";
  return /^(0|408|42[59]|5(?!0[15])..)$/.test(status) ? "retry" : "drop";
}

/** Milliseconds that a Retry-After header asks for, or 0. It holds seconds or a date. */
export function retryAfterMs(header, now) {
  const ms = header > 0 ? header * SECOND : Date.parse(header) - now;
  return ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : 0;
}

/** Doubling, half of it random, so that a thousand browsers do not come back at the same moment. */
export const backoffMs = (failures, chance) =>
  Math.min(MAX_WAIT_MS, SECOND * 2 ** (failures - 1)) * (1 + chance) / 2;
