/**
 * The page as the captures see it: its window, the view that is on, and the moments when a view begins, ends or is
 * hidden.
 *
 * A view is one page view: `{id, url, referrer, shown}`; `shown` once its page_view event was made.
 */
import { isCounted } from "./paths.js";
import { cleanUrl } from "./redact.js";

export function createPage(env) {
  const { win, config, newId } = env;
  const enterers = [];
  const leavers = [];
  const page = {
    ...env,
    view: null,
    depth: () => 0, // percent seen of this view; the scroll capture knows
    facts: {}, // what else was found out about this view by the time it is left
    enter(url, referrer) {
      if (page.view) page.leave();
      page.view = { id: newId(), shown: false, off: !isCounted(win.location.pathname, config) };
      page.describe(url, referrer);
      enterers.forEach((fn) => fn());
    },
    describe(url, referrer) {
      const { href, hash } = win.location;
      if (url) page.view.url = cleanUrl(url, href, config.spa === "hash" || isRoute(hash));
      page.view.referrer = cleanUrl(referrer || "");
    },
    leave: () => leavers.forEach((fn) => fn(page.view)),
    onEnter: (fn) => enterers.push(fn),
    onLeave: (fn) => leavers.push(fn), // a view ends or is hidden: it may come back, then this is told again
  };
  return page;
}

/** Whether a fragment names a page of its own: `#/about`, `#!/about`. */
export const isRoute = (hash) => /^#!?\//.test(hash);

/** Runs `fn` once somebody looks: neither a prerendered page nor a tab opened in the background is a visit yet. */
export function whenSeen(document, fn) {
  const events = ["prerenderingchange", "visibilitychange"];
  const check = () => {
    if (document.prerendering || document.hidden) return;
    events.forEach((type) => document.removeEventListener(type, check));
    fn();
  };
  events.forEach((type) => document.addEventListener(type, check));
  check();
}
