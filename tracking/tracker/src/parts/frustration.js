/**
 * The part that sees visitors lose patience: rage clicks (three within a second at one place) and dead clicks (nothing
 * happens afterwards). Custom events `rage_click` and `dead_click`, with what a click would tell.
 */
import { clickable, isIgnored } from "../capture/elements.js";
import { listen } from "../guard.js";

const RAGE_CLICKS = 3;
const RAGE_MS = 1000;
const RAGE_PX = 30;
const DEAD_MS = 2500; // without a change of the page
const SOON_MS = 1000; // the window lost the focus, or the page was hidden: a click's work
const LEADS_AWAY = "a[target],a[download],input,select,textarea,option,label,[contenteditable],video,audio,summary";

/** `isRage(click)` for one click after the other: `{x, y, at}`. Every third one of a row is. */
export function createRage() {
  let row = [];
  return (click) => {
    const [last] = row.slice(-1);
    const near = last && click.at - row[0].at < RAGE_MS && Math.hypot(click.x - last.x, click.y - last.y) <= RAGE_PX;
    row = near ? [...row, click] : [click];
    if (row.length < RAGE_CLICKS) return false;
    row = [];
    return true;
  };
}

/** Notes when the page last changed, scrolled, selected, or was looked away from. */
function watchLife({ win, log }) {
  const { document, performance } = win;
  const seen = { change: -1, away: -1 };
  const note = (what) => () => (seen[what] = performance.now());
  const observer = new win.MutationObserver(note("change"));
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  const stops = [
    listen(win, "scroll input change submit", note("change"), log),
    listen(document, "selectionchange", note("change"), log),
    // Of the window: an element gets the focus by the click itself.
    listen(win, "blur focus", ({ target }) => target === win && note("away")(), log),
    listen(win, "pagehide popstate hashchange", note("away"), log),
    listen(document, "visibilitychange", note("away"), log),
  ];
  return { seen, stop: () => [...stops, () => observer.disconnect()].forEach((fn) => fn()) };
}

export function start(kit) {
  const { win, emit, clock, log, explain, page } = kit;
  const isRage = createRage();
  const life = watchLife(kit);
  const timers = new Set();

  function expectLife(target, pressed, view) {
    const timer = clock.setTimeout(() => {
      timers.delete(timer);
      const { change, away } = life.seen;
      const isDead = change < pressed && !(away >= pressed && away - pressed < SOON_MS) && page.view === view;
      if (isDead && target.isConnected) emit("custom", { event_name: "dead_click", ...explain(target) }, { idle: true });
    }, DEAD_MS);
    timers.add(timer);
  }
  const clicked = (event) => {
    const target = event.composedPath()[0];
    if (event.button || target.nodeType !== 1 || isIgnored(target)) return;
    const place = { x: event.clientX, y: event.clientY, at: event.timeStamp };
    if (isRage(place)) emit("custom", { event_name: "rage_click", ...explain(clickable(target) || target) });
    const hit = clickable(target);
    const special = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (hit && !special && !hit.matches(LEADS_AWAY)) expectLife(hit, event.timeStamp, page.view);
  };
  const unlisten = listen(win, "click", clicked, log);
  return () => {
    unlisten();
    life.stop();
    timers.forEach((timer) => clock.clearTimeout(timer));
  };
}
