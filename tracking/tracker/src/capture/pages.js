/** Page views: at load, at each change of route, after a return from the back/forward cache, and by hand. */
import { guard, listen } from "../guard.js";
import { isRoute } from "../page.js";
import { plainProperties } from "../plain.js";
import { watchHistory } from "./history.js";
import { cleanTitle, createTitles } from "./titles.js";

/** What makes a route: two addresses with the same key are one page. `mode` is the option `spa`. */
export function routeKey(location, mode) {
  const hash = mode === "hash" || isRoute(location.hash) ? location.hash : "";
  return location.pathname + (mode === "query" ? location.search : "") + hash;
}

/** load, reload, back, or prerender: the browser had the page ready before it was asked for. */
function navigation({ performance }) {
  const { type = "navigate", activationStart } = performance.getEntriesByType("navigation")[0] || {};
  return activationStart ? "prerender" : type.replace("navigate", "load").replace(/_.*/, "");
}

/** `at`: the moment of the first view, when it is not now. */
export function capturePages(page, emit, at) {
  const { win, config, log } = page;
  const { document, location } = win;
  const titles = createTitles(page);
  let key = routeKey(location, config.spa);

  const show = (nav, { url, title, referrer, ...own } = {}) => {
    const { view } = page;
    view.shown = true;
    const known = cleanTitle(title === undefined ? document.title : title);
    const event = emit("page_view", { ...own, title: known, referrer: view.referrer, nav }, { at });
    at = undefined;
    if (event.properties && title === undefined) titles.follow(event, nav !== "spa");
    return event;
  };
  const arrive = (nav, referrer) => {
    page.enter(location.href, referrer);
    if (config.autoPageView) show(nav);
  };
  const changed = guard(() => {
    const next = routeKey(location, config.spa);
    if (next === key || config.spa === "off") return;
    key = next;
    arrive("spa", page.view.url);
  }, log);
  const restored = (event) => {
    page.restored = event.persisted; // the browser measures such a view anew
    if (event.persisted) arrive("bfcache", page.view.url);
    page.restored = false;
  };

  page.onLeave(titles.settle);
  arrive(navigation(win), document.referrer);
  const stops = [
    titles.settle,
    listen(win, "pageshow", restored, log),
    ...watchHistory(win, changed, log),
  ];
  return {
    ...titles,
    /** MetricPal.page(): the first call describes the view that is on, later ones begin another. */
    record(properties) {
      const given = plainProperties(properties);
      const { view } = page;
      if (view.shown) page.enter(given.url || location.href, given.referrer || view.url);
      else page.describe(given.url, given.referrer || view.referrer);
      return show("manual", given);
    },
    stop: () => stops.forEach((fn) => fn()),
  };
}
