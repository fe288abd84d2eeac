/**
 * Events that the collector has not acknowledged, oldest first, bounded. The least telling go first when it is
 * full.
 */
import { sizeOf } from "./wire.js";

const MAX_EVENTS = 1000;
const MAX_BYTES = 256 * 1024;

const isExpendable = ({ event_type }) => /scroll|click|form_i/.test(event_type);
const isUsual = ({ event_type }) => !/identify|goal|form_s/.test(event_type);

export function createQueue(maxBytes = MAX_BYTES) {
  let events = [];
  const bytes = () => events.reduce((sum, event) => sum + sizeOf(event), 0);
  const trim = (max = MAX_EVENTS) => {
    while (events.length > max || bytes() > maxBytes) {
      const victim = events.find(isExpendable) || events.find(isUsual) || events[0];
      events.splice(events.indexOf(victim), 1);
    }
  };
  return {
    bytes,
    trim,
    all: () => events,
    size: () => events.length,
    add(event) {
      events.push(event);
      trim();
    },
    /** Puts events of an earlier page before those of this one. */
    prepend(earlier) {
      events = [...earlier, ...events];
      trim();
    },
    remove(gone) {
      events = events.filter((event) => !gone.includes(event));
    },
  };
}
