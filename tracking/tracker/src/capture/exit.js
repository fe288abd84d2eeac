/**
 * page_exit: how long a view was looked at and how much of it was seen. Told whenever the view is hidden or left.
 *
 * A view may be hidden and shown again, so there may be several, which `n` counts. `time_on_page` (ms) and
 * `final_scroll_depth` (percent) are totals so far: of one page view the highest counts.
 */
import { listen } from "../guard.js";
import { createStopwatch } from "../stopwatch.js";

const WORTH_MS = 3000; // less than this, and no deeper: not worth another event

export function captureExit(page, emit) {
  const { win, log } = page;
  const { document, performance } = win;
  const clock = () => performance.now();
  const watch = createStopwatch(clock);
  let enteredAt = clock();
  let told = null;

  // Engaged: in view and with the keyboard. A frame inside that has the focus counts as this page's.
  const update = () => watch.run(!document.hidden && document.hasFocus());

  page.onEnter(() => {
    watch.reset();
    enteredAt = clock();
    told = null;
    page.facts = {};
  });
  page.onLeave((view) => {
    if (!view.shown) return;
    const engaged = Math.round(watch.read());
    const depth = page.depth();
    const before = told || { engaged: 0, depth: -1, n: 0 };
    if (told && depth <= before.depth && engaged - before.engaged < WORTH_MS) return;
    told = { engaged, depth: Math.max(depth, before.depth), n: before.n + 1 };
    const times = { time_on_page: engaged, dwell: Math.round(clock() - enteredAt) };
    const facts = { final_scroll_depth: told.depth, ...times, ...page.facts, n: told.n };
    emit("page_exit", facts, { view, idle: true });
  });
  update();
  const stops = [listen(document, "visibilitychange", update, log), listen(win, "focus blur pageshow", update, log)];
  return () => stops.forEach((stop) => stop());
}
