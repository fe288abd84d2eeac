/**
 * The part that measures how fast the page is for its visitors: LCP, CLS, INP, FCP and TTFB, with the rules of
 * https://web.dev/vitals (visibility, back/forward cache, prerendering). They leave with the view's page_exit, so they
 * are no events of their own and no activity.
 */
import { onCLS, onFCP, onINP, onLCP, onTTFB } from "web-vitals";
import { guard } from "../guard.js";

const FACTS = { LCP: "lcp", CLS: "cls", INP: "inp", FCP: "fcp", TTFB: "ttfb" };

export function start({ page, log }) {
  let on = true;
  let measured = page.view; // a route inside the page is another view, of which nothing is measured
  page.onEnter(() => (measured = page.restored ? page.view : measured));
  // CLS is a ratio, the others are milliseconds.
  const note = guard(({ name, value }) => {
    if (on && page.view === measured) page.facts[FACTS[name]] = name === "CLS" ? +value.toFixed(4) : Math.round(value);
  }, log);
  [onLCP, onCLS, onINP, onFCP, onTTFB].forEach((watch) => watch(note, { reportAllChanges: true }));
  return () => (on = false);
}
