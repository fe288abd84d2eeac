import assert from "node:assert/strict";
import { test } from "node:test";
import { createSession, formatSession, parseSession } from "../../src/session.js";
import { fakeStorage } from "./fakes.js";

const MINUTE = 60_000;
const NOON = 1_773_144_000_000;

function aTab(visitors = fakeStorage()) {
  let made = 0;
  return { visitors, session: createSession({ visitors, newId: () => `s${++made}`, timeoutMs: 30 * MINUTE }) };
}

test("the cookie holds id, start, last and index and reads back as written", () => {
  const session = { id: "s1", start: NOON, last: NOON + 5, index: 3 };
  assert.deepEqual(parseSession(formatSession(session)), session);
});

test("a broken cookie is no session", () => {
  for (const text of [undefined, null, "", "s1", "s1.!.1.1", "s1.a.b.0", "s1.a.b.x"]) assert.equal(parseSession(text), null);
});

test("30 minutes without activity keep the session, one millisecond more ends it at its last activity", () => {
  const { session } = aTab();
  session.renew(NOON);
  assert.equal(session.renew(NOON + 30 * MINUTE).session.id, "s1");
  const { session: next, started, ended } = session.renew(NOON + 60 * MINUTE + 1);
  assert.deepEqual([next.id, next.index, started], ["s2", 2, true]);
  assert.deepEqual([ended.session.id, ended.session.last, ended.reason], ["s1", NOON + 30 * MINUTE, "timeout"]);
});

test("a session ends after 24 hours however busy", () => {
  const { session } = aTab();
  for (let at = 0; at <= 24 * 60; at += 20) assert.equal(session.renew(NOON + at * MINUTE).session.id, "s1");
  assert.equal(session.renew(NOON + 24 * 60 * MINUTE + 1).ended.reason, "max");
});

test("a clock set back by an hour begins a new session", () => {
  const { session } = aTab();
  session.renew(NOON);
  assert.equal(session.renew(NOON - 60 * MINUTE).session.id, "s2");
});

test("tabs share the session, and activity in one keeps it alive for the other", () => {
  const one = aTab();
  const two = aTab(one.visitors);
  one.session.renew(NOON);
  two.session.renew(NOON + 20 * MINUTE);
  const { session, started } = one.session.renew(NOON + 45 * MINUTE);
  assert.equal(session.id, "s1");
  assert.ok(!started);
});

test("activity is written at most every five seconds", () => {
  const { session, visitors } = aTab();
  session.renew(NOON);
  const written = visitors.get("_mp_s");
  session.renew(NOON + 4999);
  assert.equal(visitors.get("_mp_s"), written);
  session.renew(NOON + 5000);
  assert.notEqual(visitors.get("_mp_s"), written);
});

test("a session ended by hand is over once, and the next activity begins another without a second end", () => {
  const { session } = aTab();
  session.renew(NOON);
  assert.equal(session.end().id, "s1");
  assert.equal(session.end(), null);
  const { session: next, ended } = session.renew(NOON + 1000);
  assert.deepEqual([next.id, next.index, ended], ["s2", 2, null]);
});

test("another tab's activity of the last 30 seconds is noticed, our own is not", () => {
  const one = aTab();
  const two = aTab(one.visitors);
  one.session.renew(NOON);
  assert.equal(one.session.usedElsewhere(NOON), false);
  two.session.renew(NOON + 6000);
  assert.equal(one.session.usedElsewhere(NOON + 10_000), true);
  assert.equal(one.session.usedElsewhere(NOON + 40_000), false);
});
