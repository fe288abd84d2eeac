import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS } from "../../src/config.js";
import { createEmitter } from "../../src/emitter.js";
import { createIdentity, subject } from "../../src/identity.js";
import { createSession } from "../../src/session.js";
import { createShared } from "../../src/shared.js";
import { fakeClock, fakeStorage } from "./fakes.js";

const MINUTE = 60_000;

function setUp({ options = {}, anonymous = false } = {}) {
  let made = 0;
  const newId = () => `id${++made}`;
  const clock = fakeClock();
  const visitors = fakeStorage();
  const people = {
    anonymous,
    identity: createIdentity({ visitors, persons: visitors, newVisitor: newId }),
    session: createSession({ visitors, newId, timeoutMs: 30 * MINUTE }),
  };
  const page = { view: { id: "p1", url: "https://acme.example/", referrer: "" } };
  const events = [];
  const shared = createShared();
  const env = { config: { ...DEFAULTS, ...options }, clock, log: () => {}, newId };
  const emitter = createEmitter(env, { page, people, shared, sender: { add: (event) => events.push(event) } });
  const types = () => events.map(({ event_type }) => event_type);
  return { ...emitter, page, clock, events, shared, people, types };
}

test("the first event of a visit brings the session's start before it", () => {
  const { emit, events, types } = setUp();
  emit("page_view", {});
  emit("click", {});
  assert.deepEqual(types(), ["session_start", "page_view", "click"]);
  assert.deepEqual(events.map(({ seq }) => seq), [1, 2, 3]);
  assert.equal(new Set(events.map(({ session_id }) => session_id)).size, 1);
});

test("after 31 quiet minutes the old session ends with its last activity and a new one begins", async () => {
  const { emit, clock, events, types } = setUp();
  emit("page_view", {});
  const noon = clock.now();
  await clock.tick(31 * MINUTE);
  emit("click", {});
  assert.deepEqual(types().slice(2), ["session_end", "session_start", "click"]);
  assert.deepEqual([events[2].timestamp, events[2].properties.reason], [noon, "timeout"]);
  assert.equal(events[2].session_id, events[1].session_id);
  assert.notEqual(events[4].session_id, events[1].session_id);
});

test("leaving a page after 31 quiet minutes begins no session", async () => {
  const { emit, clock, types } = setUp();
  emit("page_view", {});
  await clock.tick(31 * MINUTE);
  emit("page_exit", {}, { idle: true });
  assert.deepEqual(types(), ["session_start", "page_view", "page_exit"]);
});

test("events made before the page is seen follow the page view with their own moment and the id that was promised", async () => {
  const { emit, release, page, clock, events, types } = setUp();
  const { view } = page;
  page.view = null;
  const early = clock.now();
  const { id } = emit("custom", { event_name: "early" });
  await clock.tick(3000);
  page.view = view;
  emit("page_view", {});
  release();
  assert.deepEqual(types(), ["session_start", "page_view", "custom"]);
  assert.deepEqual([events[2].id, events[2].timestamp], [id, early]);
});

test("anonymous events carry neither visitor nor session, and no session is reported", () => {
  const { emit, events } = setUp({ anonymous: true });
  emit("page_view", {});
  assert.equal(events.length, 1);
  assert.ok(!("visitor_id" in events[0]) && !("session_id" in events[0]));
});

test("with data-only-identify nothing else leaves", () => {
  const { emit, types } = setUp({ options: { onlyIdentify: true } });
  emit("page_view", {});
  emit("identify", { email: "ann@acme.example" });
  assert.deepEqual(types(), ["identify"]);
});

test("shared properties join later events, the event's own win, null removes, a list restricts", () => {
  const { emit, shared, events } = setUp();
  shared.add({ key: "plan", value: "pro" });
  shared.add({ key: "area", value: "shop", properties: ["click"] });
  emit("click", {});
  emit("custom", { plan: "own" });
  shared.add({ key: "plan", value: null });
  emit("custom", {});
  assert.deepEqual(events.slice(1).map(({ properties }) => properties), [{ plan: "pro", area: "shop" }, { plan: "own" }, {}]);
});

test("people are known by e-mail address or id", () => {
  assert.deepEqual(subject("  Foo@Bar.com "), { email: "foo@bar.com" });
  assert.deepEqual(subject("customer-7"), { user_id: "customer-7" });
  assert.deepEqual(subject(7), { user_id: "7" });
  for (const nobody of ["", "  ", null, undefined, {}, ["a@b.c"]]) assert.equal(subject(nobody), null);
});

test("what was found out never overrides what the site itself said, and gives way to what is found out later", () => {
  const persons = fakeStorage();
  const identity = createIdentity({ visitors: persons, persons, newVisitor: () => "v1" });
  assert.ok(identity.become({ email: "a@b.example" }, {}, true));
  assert.equal(identity.become({ email: "a@b.example" }, {}, true), null);
  assert.ok(identity.become({ email: "c@d.example" }, {}, true));
  assert.ok(identity.become({ user_id: "7" }, {}));
  assert.equal(identity.become({ email: "a@b.example" }, {}, true), null);
  assert.deepEqual(identity.person(), { subject: { user_id: "7" }, traits: {} });
});

test("an identity that cannot be read counts as none and can be set anew", () => {
  const persons = fakeStorage();
  persons.set("_mp_i", "{");
  const identity = createIdentity({ visitors: persons, persons, newVisitor: () => "v1" });
  assert.ok(!identity.person());
  assert.deepEqual(identity.become({ user_id: "7" }, {}), { subject: { user_id: "7" }, traits: {} });
});

test("the same identity with the same traits is no news, other traits are and add to the known ones", () => {
  const visitors = fakeStorage();
  const identity = createIdentity({ visitors, persons: visitors, newVisitor: () => "v1", privacyMode: true });
  const who = { user_id: "7" };
  assert.deepEqual(identity.become(who, { plan: "pro", name: "Ann", phone: "1" }).traits, { plan: "pro" });
  assert.equal(identity.become(who, { plan: "pro" }), null);
  assert.deepEqual(identity.become(who, { seats: 2 }).traits, { plan: "pro", seats: 2 });
  assert.deepEqual(identity.become({ user_id: "8" }, {}).traits, {});
});
