/**
 * Sends a body. Always `text/plain` without credentials or headers of our own: anything else would make the browser ask
 * for permission first (a second request, and none at all from a page that is closing).
 *
 * `fetch` is the one found at boot: wrappers that come later may add headers.
 */

import { guard } from "./guard.js";

const TIMEOUT_MS = 30 * 1000;

export function createTransport(win, url) {
  const fetch = win.fetch.bind(win);
  return {
    /** @returns {Promise<{status: number, retryAfter: ?string}>} status 0: no answer. Never rejects. */
    async post(body) {
      const controller = new AbortController();
      const timer = win.setTimeout(() => controller.abort(), TIMEOUT_MS);
      const { signal } = controller;
      const options = { method: "POST", body, signal, keepalive: true, credentials: "omit", cache: "no-store" };
      try {
        const { status, headers } = await fetch(url, options);
        return { status, retryAfter: headers.get("Retry-After") };
      } catch (error) {
        return { status: 0 };
      } finally {
        win.clearTimeout(timer);
      }
    },
    beacon: guard((body) => win.navigator.sendBeacon(url, body)),
  };
}
