/** Many people: a server, worker or script, where each event says whose it is. */
import { plainProperties } from "../../../tracker/src/plain.js";
import { VERSION } from "../../../tracker/src/version.js";
import { isoDate, nameOf, safely } from "./calls.js";
import { readConfig } from "./config.js";
import { createDelivery } from "./delivery.js";
import { createEnvironment } from "./environment.js";
import { mirror, namesOf } from "./storage.js";
import { subjectOf } from "./subject.js";

/** `about.who` stands with the event until here, so that one body may hold events of many. */
const encode = (batch, about) =>
  JSON.stringify({ v: 2, sv: VERSION, ...about, events: batch.map(({ who, ...event }) => ({ ...who, ...event })) });

const text = (value) => (/string|number/.test(typeof value) && String(value).trim() ? String(value).trim().slice(0, 255) : undefined);

/** Whose event it is; undefined names stay out of the body. */
const whoIn = ({ userId, visitorId, sessionId } = {}) => ({
  user_id: text(userId),
  visitor_id: text(visitorId),
  session_id: text(sessionId),
});

/**
 * @param options apiKey (a secret key), host; fetch, storage and those of config.js. Throws TypeError as `createClient`.
 * Each call takes `{userId, visitorId, sessionId, timestamp, url}` last, with at least one of the first two.
 */
export function createServer(options) {
  const env = createEnvironment(readConfig(options));
  const { config, clock, newId, log } = env;
  let sender = null;
  const early = [];
  const add = (event, urgent) => (sender ? sender.add(event, urgent) : early.push([event, urgent]));
  const ready = Promise.resolve(
    mirror(options.storage, namesOf(config.apikey), (local) => {
      sender = createDelivery(env, { local, fetch: options.fetch, encode });
      sender.recover();
      early.splice(0).forEach((one) => sender.add(...one));
    }),
  ).then(() => {});

  function emit(type, properties, about = {}, urgent) {
    const who = whoIn(about);
    if (!who.user_id && !who.visitor_id) return log(type, "not sent: say whose it is, as userId or visitorId"), null;
    const at = new Date(about.timestamp ?? clock.now()).getTime() || clock.now();
    const id = newId(at);
    add({ id, event_type: type, timestamp: at, url: text(about.url), properties: plainProperties(properties), who }, urgent);
    return id;
  }
  const named = (type, field, name, properties, about, urgent) =>
    nameOf(name) ? emit(type, { ...properties, [field]: nameOf(name) }, about, urgent) : null;
  const calls = {
    trackEvent: (name, properties, about) => named("custom", "event_name", name, properties, about),
    goal: (name, properties, date, about) =>
      named("goal", "goal_name", name, { ...properties, goal_date: isoDate(date) }, about, true),
    page: (properties, about) => emit("page_view", properties, { url: (properties || {}).url, ...about }),
    identify(who, traits, about) {
      const subject = subjectOf(who, config.privacyMode);
      if (!subject) return null;
      const [userId] = Object.values(subject);
      return emit("identify", { ...traits, ...subject }, { userId, ...about }, true);
    },
  };
  const server = { ready };
  for (const name of Object.keys(calls)) server[name] = (...args) => safely(() => calls[name](...args), log, null);
  server.flush = async () => {
    await ready;
    return sender.flush();
  };
  server.close = async () => {
    const sent = await server.flush();
    sender.hide();
    return sent;
  };
  return server;
}
