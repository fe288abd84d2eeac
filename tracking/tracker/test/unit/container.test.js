import assert from "node:assert/strict";
import { test } from "node:test";
import { runAdaptors } from "../../src/container/adaptors.js";
import { matcher } from "../../src/container/paths.js";
import { valuesOf } from "../../src/container/values.js";

test("a rule without pages is for every page", () => {
  assert.ok(matcher([])("/anything"));
});

test("two stars stand for everything below, one for a single part, and nothing else is special", () => {
  const shop = matcher(["/shop/**", "/a/*/b", "/c.d+(e)"]);
  for (const path of ["/shop/", "/shop/x/y", "/a/1/b", "/c.d+(e)"]) assert.ok(shop(path), path);
  for (const path of ["/shop", "/shopping/x", "/a/1/2/b", "/cxd+(e)", "/x/shop/"]) assert.ok(!shop(path), path);
});

test("a path that is made to be slow is only looked at in its beginning", () => {
  const started = performance.now();
  matcher(["/**a**b**c"])("/" + "a".repeat(100_000));
  assert.ok(performance.now() - started < 500);
});

test("a property reads an attribute, the text, or is what it says", () => {
  const element = { getAttribute: (name) => ({ "data-plan": "pro", empty: "" })[name] ?? null };
  const written = { plan: "@data-plan", empty: "@empty", none: "@missing", label: "@text", at: "@@home", n: 3, off: false };
  const values = valuesOf(written, element, () => "Buy");
  assert.deepEqual(values, { plan: "pro", empty: "", label: "Buy", at: "@home", n: 3, off: false });
  assert.deepEqual(valuesOf(written, null), { at: "@home", n: 3, off: false });
});

test("an adaptor that throws is named, and the next one runs with its own schema", () => {
  const sent = [];
  const said = [];
  const mp = { trackEvent: (...call) => sent.push(call) };
  const broken = [{ name: "broken", schema: "" }, () => nobody.knows()];
  const good = [{ name: "good", schema: "shop" }, (track) => track("seen", { a: 1 })];
  const plain = [{ name: "plain", schema: "" }, (track) => track("seen", null)];
  runAdaptors(mp, null, [broken, good, plain], (...words) => said.push(words));
  assert.deepEqual(sent, [["seen", { a: 1, schema_id: "shop" }], ["seen", null]]);
  assert.equal(said[0][0], "adaptor broken stopped:");
});
