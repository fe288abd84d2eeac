/**
 * Sends a body. Always `text/plain` without credentials or headers of our own: anything else would make the browser ask
 * for permission first (a second request, and none at all from a page that is closing).
 *
 * `fetch` is the one found at boot: wrappers that come later may add headers. Where it throws, or there is none, the part
 * `more` sends in another way.
 */

import { guard } from "./guard.js";

const TIMEOUT_MS = 30 * 1000;

export function createTransport(win, url, load) {
  const { fetch } = win;
  const ask = guard((options) => fetch.call(win, url, options));
  return {
    /**
     * @returns {Promise<{status: number, retryAfter: ?string, hold: ?number, off: ?boolean}>} status 0: no answer. Never
     * rejects.
     */
    async post(body) {
      let timer;
      try {
        const controller = new AbortController();
        const { signal } = controller;
        // What a page puts in the place of fetch may never answer, and know nothing of signals.
        const late = new Promise((resolve, reject) => {
          timer = win.setTimeout(() => reject(controller.abort()), TIMEOUT_MS);
        });
        const options = { method: "POST", body, signal, keepalive: true, credentials: "omit" };
        const answer = await Promise.race([ask(options) || load().then((more) => more.byXhr(win, url, body)), late]);
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
