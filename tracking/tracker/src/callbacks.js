/** What the page wants to hear of an event it sent: `{status}` of the answer, or `{error}` when there was none. Once. */
import { guard } from "./guard.js";

const waiting = new WeakMap();

export const callBack = (event, fn) => fn && waiting.set(event, guard(fn));

export function tellOf(events, outcome) {
  for (const event of events) {
    const fn = waiting.get(event);
    waiting.delete(event);
    if (fn) fn(outcome);
  }
}
