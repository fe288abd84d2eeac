/**
 * What outlives the process: the visitor, the person, the session, and events not yet sent.
 *
 * `storage` is `{getItem, setItem, removeItem}`, answering at once or later: AsyncStorage, localStorage, MMKV behind three
 * lines. It is read once at the start and written through after that; where it fails, the memory of the process stays.
 */
import { memoryStorage } from "../../../tracker/src/storage.js";

/** The names under which a client of this key keeps something. */
export const namesOf = (apikey) => ["_mp_v", "_mp_s", "_mp_i", "_mp_consent", `_mp_q.${apikey}`];

const isPromise = (value) => !!value && typeof value.then === "function";

/** Calls `done(local)` with a storage that answers at once; at once itself where `storage` does. */
export function mirror(storage, names, done) {
  const local = memoryStorage();
  if (!storage) return done({ ...local });
  const through = (method, ...words) => {
    try {
      const result = storage[method](...words);
      if (isPromise(result)) result.catch(() => {});
    } catch (error) {
      // full or forbidden: the memory has it
    }
  };
  const fill = (values) => {
    values.forEach((value, i) => typeof value === "string" && local.set(names[i], value));
    return done({
      get: local.get,
      set: (name, value) => (local.set(name, value), through("setItem", name, value)),
      remove: (name) => (local.remove(name), through("removeItem", name)),
    });
  };
  const read = (name) => {
    try {
      return storage.getItem(name);
    } catch (error) {
      return null;
    }
  };
  const values = names.map(read);
  if (!values.some(isPromise)) return fill(values);
  return Promise.all(values.map((value) => Promise.resolve(value).catch(() => null))).then(fill);
}

/** The queue's place in `local`; the same three calls as the disk of the browser's script. */
export function createDisk(local, name, clock) {
  let timer = null;
  const save = (events) => {
    clock.clearTimeout(timer);
    timer = null;
    if (events.length) local.set(name, JSON.stringify(events));
    else local.remove(name);
  };
  return {
    keeps: true,
    save,
    saveSoon(current) {
      timer = timer || clock.setTimeout(() => save(current()), 1000);
    },
    /** What an earlier process left. */
    left() {
      try {
        return JSON.parse(local.get(name) || "[]");
      } catch (error) {
        return []; // cut off
      }
    },
  };
}
