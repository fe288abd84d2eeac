/** Events of pages that are gone: those of a page that was left, or has said nothing for half a minute. */

const STALE_MS = 30 * 1000;
const MAX_AGE_MS = 7 * 24 * 3600 * 1000; // the collector refuses older events

/**
 * Takes them out of `local`: they are the caller's from now on. Two pages may do so at the same moment: the collector
 * counts each event id once. `prefix`: as disk.js names the queues; `own`: the caller's.
 */
export function claimOrphans(local, { prefix, own }, now) {
  function read(name) {
    try {
      const { lease, events } = JSON.parse(local.get(name));
      return { name, lease, events: events.filter(({ timestamp }) => now - timestamp < MAX_AGE_MS) };
    } catch (error) {
      return { name, lease: 0, events: [] }; // not ours, or cut off
    }
  }
  const others = (local.names() || []).filter((name) => name.startsWith(prefix) && name !== own).map(read);
  const gone = others.filter(({ lease }) => Math.abs(now - lease) > STALE_MS);
  gone.forEach(({ name }) => local.remove(name));
  return gone.flatMap(({ events }) => events);
}
