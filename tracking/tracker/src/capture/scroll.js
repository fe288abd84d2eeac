/** How much of the page was seen: an event at 25, 50, 75 and 100 percent, once for each view. */
import { guard, listen } from "../guard.js";

const MARKS = [25, 50, 75, 100];
const LAYOUT_MS = 300; // after a change of route the new content needs a moment

/** The marks that `percent` reaches beyond `reached`. */
export const newMarks = (percent, reached) => MARKS.filter((mark) => mark <= percent && mark > reached);

/**
 * Lowest visible pixel and full height of the page, or of the box `inner` where the page itself does not scroll or the
 * site said that the box is what counts.
 */
function measure(win, inner, isChosen) {
  const root = win.document.documentElement;
  const pageScrolls = root.scrollHeight > win.innerHeight + 1;
  if (inner && inner.isConnected && (isChosen || !pageScrolls)) {
    return { bottom: inner.scrollTop + inner.clientHeight, height: inner.scrollHeight };
  }
  return { bottom: win.scrollY + win.innerHeight, height: Math.max(root.scrollHeight, win.innerHeight) };
}

export function captureScroll(page, emit) {
  const { win, config, log, clock } = page;
  const { document } = win;
  let lowest = 0; // pixel
  let reached = 0; // mark
  let inner = null;
  let moved = win.scrollY > 0; // before this was there
  let frame = 0;

  // Before load every page looks short, and would be "seen" whole.
  const ready = () => document.readyState === "complete";
  const percent = () => {
    if (!ready()) return 0;
    const { bottom, height } = measure(win, inner, !!config.scrollRoot);
    lowest = Math.max(lowest, bottom);
    return Math.min(100, Math.round((lowest / height) * 100));
  };
  const look = guard(() => {
    frame = 0;
    const marks = newMarks(percent(), reached);
    reached = marks[marks.length - 1] || reached;
    // What is in view without scrolling is one step, not several.
    marks.slice(moved ? 0 : -1).forEach((mark) => emit("scroll", { scroll_depth: mark }));
  }, log);
  const schedule = () => {
    frame = frame || win.requestAnimationFrame(look);
  };
  const isBox = (target) =>
    target.nodeType === 1 &&
    (config.scrollRoot ? target.matches(config.scrollRoot) : target.clientHeight > win.innerHeight / 2);
  const scrolled = ({ target }) => {
    if (isBox(target)) inner = target;
    moved = true;
    schedule();
  };
  let timer = 0;
  const soon = () => {
    clock.clearTimeout(timer);
    timer = clock.setTimeout(schedule, LAYOUT_MS);
  };

  page.depth = percent;
  page.onEnter(() => {
    lowest = reached = 0;
    moved = false;
    if (ready()) soon();
  });
  if (ready()) soon();
  const stops = [listen(win, "scroll", scrolled, log), listen(win, "load", soon, log)];
  return () => {
    clock.clearTimeout(timer);
    stops.forEach((stop) => stop());
  };
}
