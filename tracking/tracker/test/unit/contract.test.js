/** contract.json is read by both languages: here we show that we write it, the collector's tests show that it takes it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DEFAULTS } from "../../src/config.js";
import { createEmitter } from "../../src/emitter.js";
import { createIdentity } from "../../src/identity.js";
import { INTERNAL } from "../../src/internal.js";
import { METHODS } from "../../src/methods.js";
import { createSession } from "../../src/session.js";
import { createShared } from "../../src/shared.js";
import { encode, nextBatch, sizeOf } from "../../src/wire.js";
import { anEvent, fakeClock, fakeStorage } from "./fakes.js";

const contract = JSON.parse(readFileSync(new URL("../contract.json", import.meta.url)));
const MOMENT = 1773144000000; // 2026-03-10 12:00 UTC

/** Writes the events of one body as the script would, on the page and in the session of the example. */
function write({ session_id, visitor_id, page_view_id, url, context, sent_at, retry, events }) {
  const ids = events.map(({ id }) => id);
  const visitors = fakeStorage();
  const started = (MOMENT - 60_000).toString(36);
  visitors.set("_mp_v", visitor_id);
  visitors.set("_mp_s", `${session_id}.${started}.${started}.1`);
  const env = { config: DEFAULTS, clock: fakeClock(MOMENT), log: () => {}, newId: () => ids.shift() };
  const identity = createIdentity({ visitors, persons: visitors, newVisitor: env.newId });
  const people = { identity, session: createSession({ visitors, newId: env.newId, timeoutMs: 1_800_000 }) };
  const page = { view: { id: page_view_id, url, referrer: "" } };
  const made = [];
  const emitter = createEmitter(env, { page, people, shared: createShared(), sender: { add: (event) => made.push(event) } });
  for (const { event_type, properties, timestamp } of events) emitter.emit(event_type, properties, { at: timestamp });
  return JSON.parse(encode(made, { api_key: "mp_test_1234567890abcdef", sent_at, retry, context }));
}

for (const [name, body] of Object.entries(contract.examples)) {
  test(`the script writes the example ${name} of contract.json`, () => assert.deepEqual(write(body), body));
}

test("fields that differ from the first event's stand with the event, the rest once at the top", () => {
  const shared = { session_id: "s1", page_view_id: "p1", url: "https://acme.example/a" };
  const events = [anEvent(shared), anEvent({ ...shared, page_view_id: "p2", url: "https://acme.example/b" })];
  const body = JSON.parse(encode(events, {}));
  assert.deepEqual([body.visitor_id, body.session_id, body.page_view_id, body.url], ["v1", "s1", "p1", shared.url]);
  assert.deepEqual(Object.keys(body.events[0]), ["id", "event_type", "timestamp", "properties"]);
  assert.deepEqual([body.events[1].page_view_id, body.events[1].url], ["p2", "https://acme.example/b"]);
});

test("one body has one visitor", () => {
  const events = [anEvent(), anEvent(), anEvent({ visitor_id: "v2" })];
  assert.equal(nextBatch(events, 50).length, 2);
});

test("a body stays below 60,000 bytes, counted in UTF-8", () => {
  const events = Array.from({ length: 30 }, () => anEvent({ properties: { text: "é".repeat(2000) } }));
  const batch = nextBatch(events, 50);
  assert.ok(batch.length < 30);
  assert.ok(Buffer.byteLength(encode(batch, {})) < 60_000);
  assert.ok(sizeOf(events[0]) > 4000);
});

test("no name that the build shortens is seen outside: on the wire, among options or public calls", () => {
  const seen = new Set([...METHODS, ...Object.keys(DEFAULTS)]);
  JSON.stringify(Object.values(contract.examples), (key, value) => (seen.add(key), value));
  assert.deepEqual(INTERNAL.filter((name) => seen.has(name)), []);
});
