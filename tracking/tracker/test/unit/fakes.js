/** A clock, a storage and a collector that tests hold in their hands. */

/** `tick(ms)` moves time on and runs what came due, in order; promises settle between. */
export function fakeClock(start = 1_773_144_000_000) {
  let time = start;
  let last = 0;
  const timers = new Map();
  return {
    now: () => time,
    setTimeout(fn, ms) {
      timers.set(++last, { fn, at: time + ms });
      return last;
    },
    clearTimeout: (id) => timers.delete(id),
    pending: () => timers.size,
    async tick(ms) {
      const end = time + ms;
      for (;;) {
        await settle();
        const due = [...timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
        if (!due) break;
        timers.delete(due[0]);
        time = Math.max(time, due[1].at);
        due[1].fn();
      }
      time = end;
    },
  };
}

export const settle = () => new Promise((resolve) => setImmediate(resolve));

export function fakeStorage() {
  const values = new Map();
  return {
    values,
    get: (name) => values.get(name),
    set: (name, value) => values.set(name, value),
    remove: (name) => values.delete(name),
    names: () => [...values.keys()],
  };
}

/** Answers with `answers` in turn, the last one for good; an answer is a status or `{status, retryAfter}`. */
export function fakeTransport(...answers) {
  const bodies = [];
  const beacons = [];
  const next = () => (answers.length > 1 ? answers.shift() : answers[0] ?? 200);
  return {
    bodies,
    beacons,
    quota: Infinity,
    async post(body) {
      bodies.push(body);
      const answer = next();
      return typeof answer === "number" ? { status: answer } : answer;
    },
    beacon(body) {
      if (body.events.length > this.quota) return false;
      beacons.push(body);
      return true;
    },
  };
}

let made = 0;
export const anEvent = (fields = {}) => ({ id: `e${++made}`, event_type: "custom", timestamp: 1_773_144_000_000, visitor_id: "v1", properties: {}, ...fields });
