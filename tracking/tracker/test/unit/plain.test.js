import assert from "node:assert/strict";
import { test } from "node:test";
import { plainProperties, utf8Length } from "../../src/plain.js";

test("every kind of value becomes plain JSON", () => {
  const cycle = { name: "a" };
  cycle.self = cycle;
  const given = {
    cycle,
    big: 12345678901234567890n,
    date: new Date(0),
    error: new RangeError("too far"),
    element: { nodeType: 1, nodeName: "BUTTON" },
    call() {},
    symbol: Symbol("s"),
    nan: NaN,
    infinite: Infinity,
    missing: undefined,
    nothing: null,
    list: [1, undefined, "x"],
    thrower: { toJSON: () => { throw new Error("no"); } },
    get broken() { return { get inner() { throw new Error("no"); } }; },
  };
  assert.deepEqual(plainProperties(given), {
    cycle: { name: "a" },
    big: "12345678901234567890",
    date: "1970-01-01T00:00:00.000Z",
    error: "too far",
    element: "button",
    nan: null,
    infinite: null,
    nothing: null,
    list: [1, null, "x"],
  });
});

test("what is no object gives no properties", () => {
  for (const given of [undefined, null, 1, "text", [1, 2], () => 1]) assert.deepEqual(plainProperties(given), {});
});

test("a string that is too long is cut and the event says so", () => {
  const { long, _cut } = plainProperties({ long: "x".repeat(9000) });
  assert.equal(long.length, 8000);
  assert.equal(_cut, 1);
});

test("at most 100 properties and 32,000 bytes leave the page", () => {
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`k${i}`, i]));
  assert.equal(Object.keys(plainProperties(many)).length, 100);
  const large = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`k${i}`, "é".repeat(4000)]));
  const kept = plainProperties(large);
  assert.ok(utf8Length(JSON.stringify(kept)) < 32_100);
  assert.equal(kept._cut, 1);
});

test("deeper than five levels is left out", () => {
  assert.deepEqual(plainProperties({ a: { b: { c: { d: { e: { f: 1 } } } } } }), { a: { b: { c: { d: {} } } } });
});
