/** What stands in a container after the tracking script: runs its rules and adaptors on top of `MetricPal`. */
import { guard } from "../guard.js";
import { runAdaptors } from "./adaptors.js";
import { delegate } from "./delegate.js";
import { gate } from "./gate.js";
import { runRules } from "./rules.js";

const warn = (...words) => console.warn("MetricPal:", ...words);
const known = Symbol.for("metricpal.containers");

/** Runs `fn` once the page's elements are there. */
function whenReady(document, fn) {
  if (document.readyState !== "loading") fn();
  else document.addEventListener("DOMContentLoaded", fn);
}

/**
 * @param running the MetricPal that was in the page before this file, or null
 * @param about {id, key, events}: the container, its key, its event rules
 * @param adaptors [{name, schema}, function(track, mp, on)] each
 */
function start(win, running, about, adaptors) {
  const mp = win.MetricPal;
  // Whoever counts for another workspace in this page must not get this one's events.
  if (!mp || !mp.v || (running && running.getConfig().apikey !== about.key)) return;
  const ids = mp[known] || Object.defineProperty(mp, known, { value: {} })[known];
  if (ids[about.id]) return; // the tag stands in the page twice
  ids[about.id] = true;
  whenReady(win.document, () => {
    const on = delegate(win.document, warn);
    guard(runRules, warn)(win, mp, on, about.events, warn);
    runAdaptors(mp, on, adaptors, warn);
  });
}

// The server declares `container` around this file and calls it below.
container.run = guard(start, warn);
container.gate = guard(gate, warn);
