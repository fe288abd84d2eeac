/** The calls a site may make: `window.MetricPal`. None of them ever throws into the page. */
import { guard } from "./guard.js";
import { subject } from "./identity.js";
import { plainProperties } from "./plain.js";
import { cleanUrl } from "./redact.js";

const MAX_NAME = 128;

/** ISO moment of a Date, epoch milliseconds or text; undefined for what is none. */
export const isoDate = guard((value) => new Date(value ?? NaN).toISOString());

function counting({ run, log, win }, when) {
  const named = (type, field, name, properties, { urgent, url, callback } = {}) => {
    const text = typeof name === "string" && name.trim().slice(0, MAX_NAME);
    if (!run() || !text) {
      guard(callback)();
      return log(type, "not sent", name), null;
    }
    const { emitter, page } = run();
    const view = url && page.view ? { ...page.view, url: cleanUrl(url, win.location.href) } : undefined;
    const facts = { ...plainProperties(properties), [field]: text };
    return emitter.emit(type, facts, { at: when(), urgent, view, callback }).id ?? null;
  };
  return {
    trackEvent: (name, properties, options) => named("custom", "event_name", name, properties, options),
    goal: (name, properties, date) =>
      named("goal", "goal_name", name, { ...properties, goal_date: isoDate(date) }, { urgent: true }),
    page: (properties) => run().emitter.whenBegun(() => run().pages.record(properties).id),
    // Who waits for a promise gets one, also where nothing is counted.
    sendData: (method) => (method === "beacon" ? run().sender.sendBeacon() : Promise.resolve(!!run() && run().sender.flush())),
  };
}

function asking({ config, consent, run, newId, log }, when) {
  let pageId = null; // the visitor where none may be kept
  const person = () => run() && run().people.identity.person();
  return {
    identify(who, properties) {
      const found = subject(who);
      if (!found || !run() || consent.is("limited")) return log("identify", "not sent", who), false;
      run().kit.know("identify", found, plainProperties(properties), {}, when());
      return true;
    },
    getUserIdentity() {
      const known = person();
      return known ? { ...known.subject, traits: known.traits } : null;
    },
    isIdentified: () => !!person(),
    getVisitorId: () => (run() ? run().people.identity.visitorId() : (pageId = pageId || `m_${newId()}`)),
    getConfig: () => ({ ...config }),
    getClickInfo: (element) => (element.nodeType === 1 ? run().kit.explain(element) : null),
  };
}

function choosing({ config, consent, shared, run, clock, start, stop, erase, observers, load }) {
  const began = clock.now();
  /** Counts, from now on, as the choice allows: with ids or without, or not at all. */
  const say = (mark) => {
    const waited = consent.is("pending");
    const limited = consent.is("limited");
    consent.say(mark);
    if (limited || mark !== "granted") stop();
    if (mark !== "granted") erase();
    start(waited ? began : undefined);
  };
  const calls = {
    addSharedProperty: shared.add,
    endSession(force) {
      const { session, anonymous } = run().people;
      if (anonymous || (!force && session.usedElsewhere(clock.now()))) return;
      const ended = session.end();
      if (ended) run().emitter.end({ ...ended, last: clock.now() }, "manual");
    },
    reset() {
      shared.clear();
      run().people.identity.forget();
      run().people.session.forget();
    },
    optOut: () => say("denied"),
    optIn: () => say("granted"),
    consent(state) {
      if (state === "granted") calls.optIn();
      else if (state === "denied") say(/on_r/.test(config.consent) ? "limited" : state);
    },
    hasOptedOut: () => consent.is("denied"),
    on: (fn) => void observers.push(fn),
    load: (name) => load().then((more) => more && run() && more.part(run().kit, name)),
  };
  return calls;
}

const MOST = 100; // calls kept while the visitor has not been asked

/** `replay(name, args, at)` makes a call as if it had come at that moment: for those kept by the stub. */
export function createApi(tracker) {
  const { consent, log, warn, clock } = tracker;
  let past;
  let kept = [];
  const when = () => past;
  const calls = { ...counting(tracker, when), ...asking(tracker, when), ...choosing(tracker) };
  const api = { ready: guard((fn) => fn(api), log) };
  const isLater = (name) => /^(tr|goal|ide|pag)/.test(name) && consent.is("pending");

  const call = (name) => (...args) => {
    if (!isLater(name)) return settle(calls[name](...args));
    if (kept.length < MOST) kept.push([name, args, past || clock.now()]);
    return null;
  };
  /** Lets calls that waited for the visitor's choice follow, or forgets them. */
  const settle = (answer) => {
    if (kept.length && !consent.is("pending")) kept.splice(0).forEach(guard(replay, log));
    return answer;
  };
  for (const name of Object.keys(calls)) {
    api[name] = guard(call(name), log, /^(is|has|send)/.test(name) ? false : null);
  }
  const replay = ([name, args, at]) => {
    if (!api[name]) return warn(name, "is no call");
    past = at;
    api[name](...args);
    past = undefined;
  };
  return { api, replay };
}
