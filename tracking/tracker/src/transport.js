/**
 * Sends a body. Always `text/plain` without credentials or headers of our own: anything else would make the browser ask
 * for permission first (a second request, and none at all from a page that is closing).
 *
 * `fetch` is the one found at boot: wrappers that come later may add headers. One that throws is not used.
 */

import { guard } from "./guard.js";

const TIMEOUT_MS = 30 * 1000;

/** As `fetch` answers, as far as we read it. */
const byXhr = (win, url, body) =>
  new Promise((resolve) => {
    const request = new win.XMLHttpRequest();
    const headers = { get: (name) => request.getResponseHeader(name) };
    request.onloadend = () =>
      resolve({ status: request.status, headers, json: async () => JSON.parse(request.responseText) });
    request.open("POST", url);
    request.send(body);
  });

export function createTransport(win, url) {
  const fetch = guard(win.fetch.bind(win));
  return {
    /**
     * @returns {Promise<{status: number, retryAfter: ?string, hold: ?number, off: ?boolean}>} status 0: no answer. Never
     * rejects.
     */
    async post(body) {
      const controller = new AbortController();
      const timer = win.setTimeout(() => controller.abort(), TIMEOUT_MS);
      const { signal } = controller;
      const options = { method: "POST", body, signal, keepalive: true, credentials: "omit", cache: "no-store" };
      try {
        const answer = await (fetch(url, options) || byXhr(win, url, body));
        const { hold, off } = await answer.json().catch(() => ({}));
        return { status: answer.status, retryAfter: answer.headers.get("Retry-After"), hold, off };
      } catch (error) {
        return { status: 0 };
      } finally {
        win.clearTimeout(timer);
      }
    },
    beacon: guard((body) => win.navigator.sendBeacon(url, body)),
  };
}

/** For trying out: everything is as if it had been taken. */
export const sandboxed = (log) => {
  const took = (body) => log("sandbox", body) || true;
  return { post: async (body) => took(body) && { status: 200 }, beacon: took };
};
