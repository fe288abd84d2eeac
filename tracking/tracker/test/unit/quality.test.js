import assert from "node:assert/strict";
import { test } from "node:test";
import { factsOf } from "../../src/parts/errors.js";
import { createRage } from "../../src/parts/frustration.js";

const clicks = (...list) => {
  const isRage = createRage();
  return list.map(([x, y, at]) => isRage({ x, y, at }));
};

test("three clicks within a second at one place are rage, and the fourth begins another row", () => {
  assert.deepEqual(clicks([10, 10, 0], [12, 10, 300], [10, 14, 600], [10, 10, 700]), [false, false, true, false]);
});

test("three clicks that are slow or apart are not", () => {
  assert.deepEqual(clicks([10, 10, 0], [10, 10, 600], [10, 10, 1200]), [false, false, false]);
  assert.deepEqual(clicks([10, 10, 0], [60, 10, 100], [110, 10, 200]), [false, false, false]);
});

test("an error tells its kind, message, stack and place, without secrets", () => {
  const error = new TypeError("no user mail@acme.example");
  const facts = factsOf({ error, filename: "https://acme.example/app.js?token=abc", lineno: 7 });
  assert.deepEqual([facts.error_type, facts.message, facts.line], ["TypeError", "no user [email]", 7]);
  assert.equal(facts.source, "https://acme.example/app.js?token=[redacted]");
  assert.match(facts.stack, /quality\.test\.js/);
});

test("a rejection may hold anything", () => {
  assert.equal(factsOf({ reason: "gone" }).message, "gone");
  assert.equal(factsOf({ reason: new Error("late") }).message, "late");
  assert.equal(factsOf({ reason: undefined }), null);
});

test("other people's code is not the page's", () => {
  assert.equal(factsOf({ message: "Script error." }), null);
  assert.equal(factsOf({ message: "x", filename: "chrome-extension://abc/content.js" }), null);
});
