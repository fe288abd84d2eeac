/** Sends a body with `fetch`, of the platform or the one that was handed in. Never rejects. */

const TIMEOUT_MS = 30 * 1000;

export function createTransport(url, apikey, fetch) {
  const headers = { "Content-Type": "application/json", "X-API-Key": apikey };
  return {
    /** @returns {Promise<{status: number, retryAfter: ?string}>} status 0: no answer. */
    async post(body) {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), TIMEOUT_MS);
      try {
        const answer = await fetch(url, { method: "POST", headers, body, signal: controller.signal });
        return { status: answer.status, retryAfter: answer.headers.get("Retry-After") };
      } catch (error) {
        return { status: 0 };
      } finally {
        clearTimeout(timer);
      }
    },
    beacon: () => false,
  };
}
