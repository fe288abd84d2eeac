/**
 * The calls of `window.MetricPal`, typed, for code that is bundled: they may be made at any moment, also before the
 * script is there (they are kept, with their moments) and on a server (they do nothing).
 */
import { CALLS } from "./methods.js";
import { insertTag } from "./tag.js";

const inBrowser = () => typeof window !== "undefined" && typeof document !== "undefined";

/** Keeps calls until the script has loaded, as the stub in a page's HTML does. */
function createStub() {
  const stub = { q: [] };
  for (const name of Object.keys(CALLS)) {
    stub[name] = (...args) => {
      if (CALLS[name] !== true) return CALLS[name];
      stub.q.push([name, args, Date.now()]);
      return null;
    };
  }
  return stub;
}

/** The global is looked up with each call: the script puts itself in the place of the stub. */
function call(name, args) {
  if (!inBrowser()) return CALLS[name] === false ? false : null;
  const target = (window.MetricPal = window.MetricPal || createStub());
  return typeof target[name] === "function" ? target[name](...args) : null;
}

const calls = {};
for (const name of Object.keys(CALLS)) calls[name] = (...args) => call(name, args);

/** Loads the script, once for a page: later calls change nothing. Gives the calls. */
export function init(config) {
  if (!config || typeof config.apiKey !== "string" || !config.apiKey) {
    throw new TypeError("init needs an apiKey: the publishable key of your workspace, such as mp_live_…");
  }
  if (!inBrowser()) return metricpal;
  window.MetricPal = window.MetricPal || createStub();
  insertTag(window, config);
  return metricpal;
}

export const metricpal = Object.freeze({ init, ...calls });

export const {
  trackEvent, goal, identify, addSharedProperty, page, sendData, endSession, reset, optIn, optOut,
  getVisitorId, getUserIdentity, getConfig, getClickInfo, isIdentified, hasOptedOut,
} = calls;

export default metricpal;
