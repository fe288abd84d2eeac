import assert from "node:assert/strict";
import { test } from "node:test";
import { createConsent, decide } from "../../src/consent.js";
import { fakeStorage } from "./fakes.js";

const usual = { dnt: true, gpc: "limit" };
// mark, dnt, gpc, internal, options -> state
const table = [
  [null, 0, 0, false, usual, "granted"],
  [null, 1, 0, false, usual, "denied"],
  [null, 1, 0, false, { ...usual, dnt: false }, "granted"],
  [null, 0, 1, false, usual, "limited"],
  [null, 0, 1, false, { ...usual, gpc: "deny" }, "denied"],
  [null, 0, 1, false, { ...usual, gpc: "ignore" }, "granted"],
  ["granted", 1, 1, false, usual, "granted"],
  ["denied", 0, 0, false, usual, "denied"],
  ["granted", 0, 0, true, usual, "denied"],
];
// before the visitor was asked: data-consent
for (const [mark, consent, state] of [
  [null, "pending", "pending"],
  [null, "denied", "denied"],
  [null, "on_reject", "limited"],
  ["limited", "on_reject", "limited"],
  ["granted", "on_reject", "granted"],
  ["granted", "pending", "granted"],
  ["denied", "pending", "denied"],
  [null, "required", "pending"], // a word nobody knows: better ask
  [null, "PENDING", "pending"],
]) {
  test(`mark ${mark}, data-consent=${consent}: ${state}`, () => {
    assert.equal(decide(mark, { dnt: 0, gpc: 0 }, "", { ...usual, consent })[0], state);
  });
}
for (const [mark, dnt, gpc, internal, config, state] of table) {
  const options = `data-dnt=${config.dnt} data-gpc=${config.gpc}`;
  test(`mark ${mark}, DNT ${dnt}, GPC ${gpc}, internal ${internal}, ${options}: ${state}`, () => {
    assert.equal(decide(mark, { dnt, gpc }, internal, config)[0], state);
  });
}

test("a visitor's choice made in another tab counts at once, and here even where storage is closed", () => {
  const local = fakeStorage();
  const win = { navigator: { doNotTrack: "1" } };
  const consent = createConsent({ win, local, config: usual });
  assert.ok(consent.is("denied"));
  local.set("_mp_consent", "granted");
  assert.ok(consent.is("granted"));
  const closed = { get: () => undefined, set: () => undefined };
  const other = createConsent({ win: { navigator: {} }, local: closed, config: usual });
  other.say("denied");
  assert.ok(other.is("denied"));
});
