/**
 * Places to keep small texts: each is `{get(name), set(name, value), remove(name), names()}` and never throws.
 *
 * Sandboxed frames and strict privacy settings make every access throw, full disks make writes fail.
 */
import { cookieStorage } from "./cookies.js";
import { guard } from "./guard.js";

/** Each of `methods`, answering undefined instead of throwing. */
export function forgiving(methods) {
  const safe = {};
  for (const name of Object.keys(methods)) safe[name] = guard(methods[name]);
  return safe;
}

export function memoryStorage() {
  const values = {};
  return {
    get: (name) => values[name],
    set: (name, value) => (values[name] = value),
    remove: (name) => delete values[name],
  };
}

/** localStorage of this window. Asked for anew each time: merely reading the property may throw. */
export const localStorageOf = (win, suffix = "") =>
  forgiving({
    get: (name) => win.localStorage.getItem(name + suffix),
    set: (name, value) => win.localStorage.setItem(name + suffix, value),
    remove: (name) => win.localStorage.removeItem(name + suffix),
    names: () =>
      Object.keys(win.localStorage).map((name) => name.replace(suffix, "")),
  });

function works(storage) {
  const name = "_mp_probe";
  storage.set(name, "1");
  const kept = storage.get(name);
  storage.remove(name);
  return kept;
}

/** The first of `places` that keeps what it is given, else the memory of this page. */
export const workingStorage = (...places) => [...places, memoryStorage()].find(works);

/** Cookies where they work (shared by subdomains), else localStorage. */
export const visitorStorage = (win, local, suffix) => workingStorage(forgiving(cookieStorage(win, suffix)), local);
