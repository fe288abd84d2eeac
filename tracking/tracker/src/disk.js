/**
 * Keeps a page's queue in localStorage, so that a reload, a crash or an outage loses nothing.
 *
 *     _mp_q.<api key>.<page>  =  {"lease": epoch ms, "events": [...]}
 *
 * Each page writes under a name of its own. `lease` is 0 once the page was left; a page that vanished without a word
 * (crash, killed by the system) stops renewing it. Other pages of the site then take its events over (orphans.js).
 */

import { toJson } from "./plain.js";

const WRITE_MS = 1000;

export function createDisk({ local: storage, config, newId, clock }) {
  const prefix = `_mp_q.${config.apikey}.`;
  const own = prefix + newId();
  let timer = null;
  let left = false;

  /**
   * `leaving`: the page goes, or is back again; absent: as before. Browsers tell of hiding after they told of
   * leaving.
   */
  const save = (events, leaving = left) => {
    left = leaving;
    clock.clearTimeout(timer);
    timer = null;
    if (events.length) storage.set(own, toJson({ lease: left ? 0 : clock.now(), events }));
    else storage.remove(own);
  };
  return {
    keeps: { prefix, own },
    save,
    saveSoon(current) {
      timer = timer || clock.setTimeout(() => save(current()), WRITE_MS);
    },
  };
}

/** `keeps`: the names it writes under, or null. In the place of a disk where nothing may be stored. */
export const noDisk = { keeps: null, save() {}, saveSoon() {} };
