/**
 * May we count, and how much may we keep? Decided before anything is stored or sent.
 *
 *   granted   as the site configured
 *   limited   Global Privacy Control: counted without ids and without storage, nobody is identified
 *   denied    nothing is counted
 *
 * A visitor's own word on this site (`optIn`, `optOut`) wins over the browser's signals. That mark is all that stays
 * after an opt-out, because without it the next page would not know.
 */

const MARK = "_mp_consent";
const GRANTED = "granted";
const DENIED = "denied";

/** @returns [state, reason]. `internal`: the browser of somebody who works on the site. */
export function decide(mark, { dnt, gpc }, internal, config) {
  if (mark === DENIED) return [DENIED, "opted out"];
  if (internal) return [DENIED, "mp_ignore"];
  if (mark === GRANTED) return [GRANTED, "opted in"];
  if (dnt && config.dnt) return [DENIED, "DNT"];
  if (!gpc || config.gpc === "ignore") return [GRANTED, ""];
  return [config.gpc === "deny" ? DENIED : "limited", "GPC"];
}

/** The browser's own wishes, 0 or 1. */
export function readSignals(win) {
  const { doNotTrack, globalPrivacyControl } = win.navigator;
  return { dnt: +/^(1|yes)$/.test(doNotTrack || win.doNotTrack), gpc: +!!globalPrivacyControl };
}

/** The choice may be made in another tab, so it is read anew each time. */
export function createConsent({ win, local, config }) {
  const signals = readSignals(win);
  let spoken = null; // kept here too: storage may be closed to us
  const now = () => decide(local.get(MARK) || spoken, signals, local.get("mp_ignore") === "true", config);
  return {
    signals,
    decide: now,
    is: (state) => now()[0] === state,
    say(mark) {
      spoken = mark;
      local.set(MARK, mark);
    },
  };
}
