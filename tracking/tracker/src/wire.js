/** The request body: tracker version 2 of the wire. What all events share stands once, at the top. */
import { toJson, utf8Length } from "./plain.js";
import { VERSION } from "./version.js";

// All keepalive and beacon bodies in flight may have 65,536 bytes together; anything above is refused by the browser.
const MAX_BODY = 60000;
const ENVELOPE_ROOM = 5000;

const sizes = new WeakMap();

/** Bytes of one event in the body, at most; counted once (a title that comes later has its room in the envelope's). */
export function sizeOf(event) {
  if (!sizes.has(event)) sizes.set(event, utf8Length(toJson(event)));
  return sizes.get(event);
}

/** The leading events that fit one body of at most `max` events. One body has one visitor. */
export function nextBatch(events, max) {
  let bytes = ENVELOPE_ROOM;
  const batch = [];
  for (const event of events) {
    bytes += sizeOf(event) + 1;
    const another = batch.length && event.visitor_id !== batch[0].visitor_id;
    if (batch.length === max || another || (batch.length && bytes > MAX_BODY)) break;
    batch.push(event);
  }
  return batch;
}

export const isFull = (bytes) => bytes > MAX_BODY - ENVELOPE_ROOM;

/** `about`: top-level fields besides those of the events. */
export function encode(batch, about) {
  const { visitor_id, session_id, page_view_id, url } = batch[0];
  const top = { session_id, page_view_id, url };
  const events = batch.map((event) => {
    const own = { ...event, visitor_id: undefined };
    for (const name of Object.keys(top)) if (own[name] === top[name]) delete own[name];
    return own;
  });
  return toJson({ v: 2, sv: VERSION, ...about, visitor_id, ...top, events });
}
