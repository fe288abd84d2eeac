/** How the collector has been answering, and until when to leave it alone. */
import { backoffMs, retryAfterMs } from "./retry.js";

const MAX_TRIES = 10; // in one page; after that the events stay on disk for the next one
const BLOCKED_AFTER = 3; // no answer this often while online: something in this browser blocks us
const BLOCKED_WAIT_MS = 600 * 1000;

export function createPatience({ clock, isOnline, random = Math.random }) {
  const patience = {
    failures: 0, // in a row
    silences: 0, // failures without any answer, in a row, while online
    notBefore: 0, // epoch ms
    /** Until when to wait. Later than we ever wait: the clock was set back meanwhile. */
    until: () => (patience.notBefore - clock.now() > BLOCKED_WAIT_MS ? 0 : patience.notBefore),
    isBlocked: () => patience.silences >= BLOCKED_AFTER,
    isSpent: () => patience.failures >= MAX_TRIES,
    forget: () => Object.assign(patience, { failures: 0, silences: 0, notBefore: 0 }),
    /** The collector takes events, but asks to be left alone for so many seconds. */
    hold(seconds) {
      if (seconds > 0) patience.notBefore = clock.now() + Math.min(seconds * 1000, BLOCKED_WAIT_MS);
    },
    /** Notes an answer `status` (0: none) with the Retry-After header `header`. */
    failed(status, header) {
      patience.failures += 1;
      patience.silences = !status && isOnline() ? patience.silences + 1 : 0;
      const usual = patience.isBlocked() ? BLOCKED_WAIT_MS : backoffMs(patience.failures, random());
      patience.notBefore = clock.now() + (retryAfterMs(header, clock.now()) || usual);
    },
  };
  return patience;
}
