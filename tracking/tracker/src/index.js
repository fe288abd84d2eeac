/** Reads the tag, publishes `window.MetricPal` and starts. The only module that touches globals. */
import { createApi } from "./api.js";
import { baseUrl, readConfig } from "./config.js";
import { guard } from "./guard.js";
import { createLoader } from "./lazy.js";
import { createTracker } from "./tracker.js";
import { VERSION } from "./version.js";

const say = (how) => (...words) => console[how]("MetricPal:", ...words);
const warn = say("warn");

function boot(win, tag) {
  const { document, location } = win;
  const script = tag || document.querySelector("script[data-apikey]") || { dataset: {} };
  const config = readConfig(win.MetricPalConfig || {}, script.dataset);
  const log = config.debug ? say("log") : () => {};
  const name = config.global || "MetricPal";
  const before = win[name] || {};

  if (before.v) {
    const isSame = before.getConfig().apikey === config.apikey;
    return isSame ? log("tag twice") : warn("another data-apikey ignored");
  }
  if (!config.apikey) say("error")("no data-apikey");
  const base = guard(baseUrl)(config.api, script.src, location.href); // none for a path in about:srcdoc
  const load = createLoader(win, base, script.nonce);
  const tracker = createTracker({ win, config, url: `${base}/api/v1/collect`, load, log, warn });
  const { api, replay } = createApi(tracker);
  win[name] = Object.assign(api, { v: VERSION });
  const follow = guard(replay, warn);
  // What is shared, and whether anything may be counted, concerns the first page view, too: these calls come before it.
  const later = (before.q || []).filter(guard((call) => !/^(ad|op|co)/.test(call[0]) || follow(call)));
  // Files opened from disk are nobody's website.
  if (config.apikey && /^http/.test(location.protocol)) tracker.start();
  later.forEach(follow);
  if (config.cmp) load().then((more) => more && more.bridge(win, load, api.consent));
}

guard(boot, warn)(window, document.currentScript);
