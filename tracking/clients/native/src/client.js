/** One person at one device: an app. The calls of the browser's script, without a page. */
import { createEmitter } from "../../../tracker/src/emitter.js";
import { createIdentity } from "../../../tracker/src/identity.js";
import { plainProperties } from "../../../tracker/src/plain.js";
import { createSession } from "../../../tracker/src/session.js";
import { createShared } from "../../../tracker/src/shared.js";
import { encode } from "../../../tracker/src/wire.js";
import { isoDate, nameOf, safely } from "./calls.js";
import { readConfig } from "./config.js";
import { createDelivery } from "./delivery.js";
import { createEnvironment } from "./environment.js";
import { mirror, namesOf } from "./storage.js";
import { subjectOf } from "./subject.js";

const CONSENT = "_mp_consent";

/** What the calls work on once the storage has been read. */
function createApp(env, options, local) {
  const { config, clock, newId } = env;
  const page = { view: { id: newId(), url: undefined, referrer: "" } };
  const shared = createShared();
  const people = {
    identity: createIdentity({ visitors: local, persons: local, newVisitor: () => newId(), privacyMode: config.privacyMode }),
    session: createSession({ visitors: local, newId, timeoutMs: config.sessionTimeout * 60000 }),
  };
  const sender = createDelivery(env, { local, fetch: options.fetch, encode });
  const emitter = createEmitter(env, { page, people, shared, sender });
  sender.recover();
  return { page, shared, people, sender, emitter, local, isOut: () => local.get(CONSENT) === "denied" };
}

function counting(app, { config, newId }, at) {
  const emit = (type, properties, urgent) => (app.isOut() ? null : app.emitter.emit(type, properties, { at: at(), urgent }).id);
  const named = (type, field, name, properties, urgent) => {
    const text = nameOf(name);
    return text ? emit(type, { ...plainProperties(properties), [field]: text }, urgent) : null;
  };
  return {
    trackEvent: (name, properties) => named("custom", "event_name", name, properties),
    goal: (name, properties, date) => named("goal", "goal_name", name, { ...properties, goal_date: isoDate(date) }, true),
    /** A screen or page: `url` and `title` as the app names them. */
    page(properties) {
      const { url, ...rest } = plainProperties(properties);
      app.page.view = { id: newId(), url: url === undefined ? undefined : String(url), referrer: app.page.view.url || "" };
      return emit("page_view", { referrer: app.page.view.referrer, ...rest });
    },
    identify(who, traits) {
      const subject = subjectOf(who, config.privacyMode);
      if (!subject || app.isOut()) return false;
      const known = app.people.identity.become(subject, plainProperties(traits));
      if (known) emit("identify", { ...known.traits, ...subject }, true);
      return true;
    },
  };
}

function knowing(app, { config, clock }) {
  const person = () => app.people.identity.person();
  const forget = () => {
    app.shared.clear();
    app.people.identity.forget();
    app.people.session.forget();
  };
  return {
    addSharedProperty: (property) => app.shared.add(property),
    getVisitorId: () => (app.isOut() ? null : app.people.identity.visitorId()),
    getUserIdentity: () => (person() ? { ...person().subject, traits: person().traits } : null),
    isIdentified: () => !!person(),
    getConfig: () => ({ ...config }),
    endSession() {
      const ended = app.people.session.end();
      if (ended) app.emitter.end({ ...ended, last: clock.now() }, "manual");
    },
    reset: forget,
    optIn: () => app.local.remove(CONSENT),
    optOut() {
      forget();
      app.sender.drop();
      app.local.set(CONSENT, "denied");
    },
    hasOptedOut: app.isOut,
  };
}

const NAMES = (
  "trackEvent goal page identify addSharedProperty getVisitorId getUserIdentity isIdentified getConfig endSession reset " +
  "optIn optOut hasOptedOut"
).split(" ");
// What a call answers while the storage is being read.
const LATER = { identify: true, isIdentified: false, hasOptedOut: false };

/** What the platform tells of the app being left and taken up again: `AppState` of React Native. */
function watchApp(appState, { sender }) {
  if (!appState) return { remove() {} };
  const changed = (state) => {
    if (state === "active") return sender.wake();
    sender.flush();
    return sender.hide();
  };
  return appState.addEventListener("change", changed) || { remove() {} };
}

/**
 * @param options apiKey, host; storage {getItem, setItem, removeItem}, appState, fetch, and those of config.js
 * Calls made before the storage answered are kept, with their moments. Throws TypeError for an option that cannot work.
 */
export function createClient(options) {
  const env = createEnvironment(readConfig(options));
  const waiting = [];
  let app = null;
  let calls = null;
  let watch = null;
  let past;

  const call = (name, args) => safely(() => calls[name](...args), env.log, name in LATER ? false : null);
  const begin = (local) => {
    app = createApp(env, options, local);
    calls = { ...counting(app, env, () => past), ...knowing(app, env) };
    watch = watchApp(options.appState, app);
    waiting.splice(0).forEach(([name, args, at]) => {
      past = at;
      call(name, args);
    });
    past = undefined;
  };
  const ready = Promise.resolve(mirror(options.storage, namesOf(env.config.apikey), begin)).then(() => {});
  const flush = async () => {
    await ready;
    return app.sender.flush();
  };

  const client = { ready, flush, sendData: flush };
  for (const name of NAMES) {
    client[name] = (...args) => {
      if (calls) return call(name, args);
      waiting.push([name, args, env.clock.now()]);
      return name in LATER ? LATER[name] : null;
    };
  }
  /** Sends what waits and lets go; what could not be sent stays in the storage. */
  client.close = async () => {
    const sent = await flush();
    watch.remove();
    app.sender.hide();
    return sent;
  };
  return client;
}
