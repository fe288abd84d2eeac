/**
 * The smallest script: page views (also of single-page applications), engaged time and events by hand. Cookieless; keeps
 * nothing; for sites that want no more. Same wire, same key, same `MetricPal.trackEvent`.
 */
import { watchHistory } from "./capture/history.js";
import { guard, listen } from "./guard.js";
import { uuidv7 } from "./ids.js";
import { whenSeen } from "./page.js";
import { toJson } from "./plain.js";
import { cleanUrl } from "./redact.js";
import { createStopwatch } from "./stopwatch.js";
import { VERSION } from "./version.js";

const WAIT_MS = 300; // titles come late
const MOST = 50; // events kept while nobody answers

function boot(win, tag) {
  const { document, location, navigator, performance, screen } = win;
  const { apikey, api, dnt, autoPageView } = tag.dataset;
  const before = win.MetricPal || {};
  if (before.v) return;
  const url = `${new URL(api || new URL(tag.src).origin, location).href.replace(/\/$/, "")}/api/v1/collect`;
  const watch = createStopwatch(() => performance.now());
  const early = before.q || [];
  let queue = [];
  let view = null;
  let timer = 0;

  const isOut = () =>
    (dnt !== "false" && navigator.doNotTrack === "1") || localStorage._mp_consent === "denied" || localStorage.mp_ignore;
  const context = {
    lang: navigator.language,
    screen: `${screen.width}x${screen.height}`,
    vp: `${win.innerWidth}x${win.innerHeight}`,
    bot: +!!(navigator.webdriver && !win.__mpTest),
    cookieless: 1,
  };
  const encode = (events) => toJson({ v: 2, sv: VERSION, api_key: apikey, sent_at: Date.now(), context, events });

  /** Title and all that waits leave now; what was not answered waits for the next time. */
  const flush = guard(() => {
    const events = queue;
    queue = [];
    if (!events.length) return;
    if (view.event) view.event.properties.title = document.title;
    view.event = null;
    if (document.hidden) return navigator.sendBeacon(url, encode(events));
    const again = () => (queue = [...events, ...queue].slice(-MOST));
    return fetch(url, { method: "POST", body: encode(events), keepalive: true, credentials: "omit" }).then(
      ({ status }) => (status === 429 || status > 499) && again(),
      again,
    );
  });
  function emit(event_type, properties, at = Date.now()) {
    if (!view || guard(isOut)()) return null;
    const event = { id: uuidv7(at, win.crypto), event_type, timestamp: at, page_view_id: view.id, url: view.url, properties };
    queue.push(event);
    clearTimeout(timer);
    timer = setTimeout(flush, WAIT_MS);
    return event;
  }
  function leave() {
    const time_on_page = Math.round(watch.read());
    if (time_on_page > view.told + 999) emit("page_exit", { time_on_page, n: ++view.n });
    view.told = time_on_page;
  }
  function enter(nav, referrer) {
    if (view) leave();
    flush();
    view = { id: uuidv7(Date.now(), win.crypto), url: cleanUrl(location.href), path: location.pathname, n: 0, told: 0 };
    watch.reset();
    if (autoPageView !== "false") view.event = emit("page_view", { referrer: cleanUrl(referrer), nav });
  }
  const trackEvent = (name, properties, at = Date.now()) => {
    if (view) return (emit("custom", { ...properties, event_name: String(name) }, at) || {}).id;
    early.push(["trackEvent", [name, properties], at]); // nobody has seen the page yet
  };
  win.MetricPal = { v: VERSION, trackEvent: guard(trackEvent), page: guard(() => enter("manual", view.url)) };

  whenSeen(document, () => {
    watch.run(true);
    enter("load", document.referrer);
    watchHistory(win, guard(() => location.pathname !== view.path && enter("spa", view.url)));
    listen(win, "pageshow", ({ persisted }) => persisted && enter("bfcache", view.url));
    listen(document, "visibilitychange", () => {
      watch.run(!document.hidden);
      if (!document.hidden) return;
      leave();
      flush();
    });
    early.forEach(([name, [event, properties], at]) => name === "trackEvent" && trackEvent(event, properties, at));
  });
}

guard(boot)(window, document.currentScript);
