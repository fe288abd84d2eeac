/**
 * May we count, and how much may we keep? Decided before anything is stored or sent.
 *
 *   granted   as the site configured
 *   limited   counted without ids and without storage, nobody is identified
 *   pending   not yet asked: calls are kept in memory, nothing is stored or sent
 *   denied    nothing is counted
 *
 * A visitor's own word on this site (`optIn`, `optOut`, `consent`) wins over the browser's signals. That mark is all
 * that stays after an opt-out, because without it the next page would not know.
 */

export const MARK = "_mp_consent";
const GRANTED = "granted";
const DENIED = "denied";
const LIMITED = "limited";

/** @returns [state, reason]. `internal`: a browser or a place that the site does not want counted. */
export function decide(mark, { dnt, gpc }, internal, config) {
  const { consent = GRANTED } = config;
  if (mark === DENIED) return [DENIED, "opted out"];
  if (internal) return [DENIED, internal];
  if (mark === GRANTED) return [GRANTED, "opted in"];
  if (dnt && config.dnt) return [DENIED, "DNT"];
  if (mark || /on_r/.test(consent)) return [LIMITED, consent];
  if (consent !== GRANTED) return [consent === DENIED ? DENIED : "pending", consent]; // also a word nobody knows
  if (!gpc || config.gpc === "ignore") return [GRANTED, ""];
  return [config.gpc === "deny" ? DENIED : LIMITED, "GPC"];
}

/** The browser's own wishes, 0 or 1. */
export function readSignals(win) {
  const { doNotTrack, globalPrivacyControl } = win.navigator;
  return { dnt: +/^(1|yes)$/.test(doNotTrack || win.doNotTrack), gpc: +!!globalPrivacyControl };
}

/** Why this place is not to be counted, or "". */
export function isInternal(win, local, config) {
  if (local.get("mp_ignore") === "true") return "mp_ignore";
  if (config.frames === false && win.parent !== win) return "frame";
  return config.localhost === false && isLocal(win.location) ? "localhost" : "";
}

export const isLocal = ({ hostname }) => /^(localhost|127\.|\[::1)|\.localhost$/.test(hostname);

/** The choice may be made in another tab, so it is read anew each time. */
export function createConsent({ win, local, config }) {
  const signals = readSignals(win);
  let spoken = null; // kept here too: storage may be closed to us
  const now = () => decide(local.get(MARK) || spoken, signals, isInternal(win, local, config), config);
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
