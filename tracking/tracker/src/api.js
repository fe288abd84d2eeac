/** The calls a site may make: `window.MetricPal`. None of them ever throws into the page. */
import { describe } from "./capture/elements.js";
import { guard } from "./guard.js";
import { subject } from "./identity.js";
import { plainProperties } from "./plain.js";

const MAX_NAME = 128;

/** ISO moment of a Date, epoch milliseconds or text; undefined for what is none. */
export function isoDate(value) {
  const date = new Date(value ?? NaN);
  return isNaN(date) ? undefined : date.toISOString();
}

function counting({ run, log }, when) {
  const named = (type, field, name, properties, urgent) => {
    const text = typeof name === "string" && name.trim().slice(0, MAX_NAME);
    if (!run() || !text) return log(type, "not sent", name), null;
    return run().emitter.emit(type, { ...plainProperties(properties), [field]: text }, { at: when(), urgent }).id;
  };
  return {
    trackEvent: (name, properties) => named("custom", "event_name", name, properties),
    goal: (name, properties, date) =>
      named("goal", "goal_name", name, { ...properties, goal_date: isoDate(date) }, true),
    page: (properties) => run().pages.record(properties).id,
    sendData: (method) => (method === "beacon" ? run().sender.sendBeacon() : run().sender.flush()),
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
    getClickInfo: (element) => (element && element.nodeType === 1 ? describe(element) : null),
  };
}

function choosing({ consent, shared, run, clock, start, stop, erase }) {
  return {
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
    optOut() {
      consent.say("denied");
      stop();
      erase();
    },
    optIn() {
      const limited = consent.is("limited");
      consent.say("granted");
      if (limited) stop();
      start();
    },
    hasOptedOut: () => consent.is("denied"),
  };
}

/** `replay(name, args, at)` makes a call as if it had come at that moment: for those kept by the stub. */
export function createApi(tracker) {
  let past;
  const when = () => past;
  const calls = { ...counting(tracker, when), ...asking(tracker, when), ...choosing(tracker) };
  const api = {};
  for (const name of Object.keys(calls)) {
    api[name] = guard(calls[name], tracker.log, /^(is|has|send)/.test(name) ? false : null);
  }
  const replay = ([name, args, at]) => {
    past = at;
    api[name](...args);
    past = undefined;
  };
  return { api, replay };
}
