/**
 * Keeps a page's queue in localStorage, so that a reload, a crash or an outage loses nothing.
 *
 *     _mp_q.<api key>.<page>  =  {"lease": epoch ms, "events": [...]}
 *
 * Each page writes under a name of its own. `lease` is 0 once the page was left; a page that vanished without a word
 * (crash, killed by the system) stops renewing it. Other pages of the site then take its events over. Two may do so at
 * the same moment: the collector counts each event id once.
 */

const STALE_MS = 30 * 1000;
const MAX_AGE_MS = 7 * 24 * 3600 * 1000; // the collector refuses older events
const WRITE_MS = 1000;

export function createDisk({ local: storage, config, newId, clock }) {
  const prefix = `_mp_q.${config.apikey}.`;
  const own = prefix + newId();
  let timer = null;
  let left = false;

  function read(name) {
    try {
      const { lease, events } = JSON.parse(storage.get(name));
      return { name, lease, events: events.filter(({ timestamp }) => clock.now() - timestamp < MAX_AGE_MS) };
    } catch (error) {
      return { name, lease: 0, events: [] }; // not ours, or cut off
    }
  }
  /**
   * `leaving`: the page goes, or is back again; absent: as before. Browsers tell of hiding after they told of
   * leaving.
   */
  const save = (events, leaving = left) => {
    left = leaving;
    clock.clearTimeout(timer);
    timer = null;
    if (events.length) storage.set(own, JSON.stringify({ lease: left ? 0 : clock.now(), events }));
    else storage.remove(own);
  };
  return {
    keeps: true,
    save,
    saveSoon(current) {
      timer = timer || clock.setTimeout(() => save(current()), WRITE_MS);
    },
    /** Events of pages that are gone. They are this page's from now on: save them. */
    claim() {
      const others = (storage.names() || []).filter((name) => name.startsWith(prefix) && name !== own).map(read);
      const gone = others.filter(({ lease }) => clock.now() - lease > STALE_MS);
      gone.forEach(({ name }) => storage.remove(name));
      return gone.flatMap(({ events }) => events);
    },
  };
}

/** In the place of a disk where nothing may be stored. */
export const noDisk = { keeps: false, save() {}, saveSoon() {}, claim: () => [] };
