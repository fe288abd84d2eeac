/** Tells when a single-page application changed the address. Works below and above other wrappers of `history`. */
import { listen } from "../guard.js";

export function watchHistory(win, changed, log) {
  const restore = ["pushState", "replaceState"].map((name) => wrap(win.history, name, changed));
  return [listen(win, "popstate hashchange", changed, log), ...restore];
}

function wrap(history, name, after) {
  const original = history[name];
  const wrapper = (history[name] = function (...args) {
    const result = original.apply(this, args);
    after();
    return result;
  });
  // If somebody has wrapped ours meanwhile, it stays below theirs: what it tells then goes nowhere.
  return () => history[name] === wrapper && (history[name] = original);
}
