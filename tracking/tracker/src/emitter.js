/**
 * From "this happened" to an event: id, moment, order, view, visitor, session, shared properties.
 *
 * Events made before the page is seen wait with their own moment and follow the page view. On pages that the site does
 * not want counted there are none.
 */
import { callBack } from "./callbacks.js";
import { guard } from "./guard.js";
import { plainProperties } from "./plain.js";

export function createEmitter({ config, clock, log, newId, observers = [] }, { page, people, shared, sender }) {
  let seq = 0;
  let waiting = [];

  function put(type, properties, { at, ids, view = page.view, urgent, id = newId(at), callback }) {
    const event = { id, event_type: type, timestamp: at, seq: ++seq, ...ids, page_view_id: view.id, url: view.url };
    // Leaving a page tells what was shared when it was seen, not what came since.
    const common = (/exit/.test(type) && view.common) || shared.of(type);
    if (/page_v/.test(type)) view.common = common;
    event.properties = { ...common, ...properties };
    const { beforeSend } = config;
    const changed = beforeSend ? guard(beforeSend, log)(event) : event;
    // Whoever asks for identification alone gets nothing else.
    const isDropped = changed === null || changed === false || (config.onlyIdentify && !/identify$/.test(type));
    log(type, event, isDropped ? "not sent" : "");
    if (isDropped) return event;
    if (beforeSend) event.properties = plainProperties(Object.assign(event, changed).properties);
    callBack(event, callback);
    observers.forEach((fn) => guard(fn, log)({ ...event }));
    sender.add(event, urgent); // asked anew each time: the part `more` bounds it
    return event;
  }

  const idsOf = (session) => ({ visitor_id: people.identity.visitorId(), session_id: session.id });

  /** Visitor and session of an event; reports the session that began with it, and the one it found ended. */
  function stamp(at, idle) {
    if (people.anonymous) return {};
    // Leaving a page is no activity: it must not begin a session.
    const current = idle && people.session.current();
    if (current) return idsOf(current);
    const { session, started, ended } = people.session.renew(clock.now());
    if (ended) end(ended.session, ended.reason);
    const ids = idsOf(session);
    if (started) put("session_start", { session_index: session.index, referrer: page.view.referrer }, { at, ids });
    return ids;
  }

  /** Reports that `session` ended with its last activity. */
  function end(session, reason) {
    const duration = Math.round((session.last - session.start) / 1000);
    put("session_end", { duration, reason }, { at: session.last, ids: idsOf(session), urgent: true });
  }

  /**
   * @returns the event, or the id it will have. `view`: another than the present one; `idle`: the visitor did
   * nothing.
   */
  function emit(type, properties, { at = clock.now(), idle, ...options } = {}) {
    if (page.view && page.view.off) return {};
    if (page.view) return put(type, properties, { at, ids: stamp(at, idle), ...options });
    const id = newId(at);
    whenBegun(() => emit(type, properties, { at, ...options, id }));
    return { id };
  }
  /** Runs `fn` once there is a view. */
  const whenBegun = (fn) => (page.view ? fn() : void waiting.push(fn));

  return {
    emit,
    end,
    whenBegun,
    /** Lets the events that waited follow, under the ids their callers were given. */
    release: () => waiting.splice(0).forEach((fn) => fn()),
  };
}
