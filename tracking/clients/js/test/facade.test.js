import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { METHODS } from "../../../tracker/src/methods.js";
import metricpal, { init, trackEvent } from "../src/index.js";
import { CALLS } from "../src/methods.js";
import { attributesOf, sourceOf } from "../src/tag.js";

/** As much of a document as putting in a tag needs. */
function aWindow() {
  const tags = [];
  const document = {
    querySelector: () => tags[0] || null,
    createElement: () => ({ attributes: {}, setAttribute(name, value) { this.attributes[name] = value; } }),
    head: { appendChild: (tag) => tags.push(tag) },
  };
  Object.assign(globalThis, { window: { document }, document });
  globalThis.window.document = document;
  return { tags, window: globalThis.window };
}

afterEach(() => {
  delete globalThis.window;
  delete globalThis.document;
});

test("every public call of the script can be made", () => {
  assert.deepEqual(METHODS.filter((name) => !(name in CALLS)), []);
});

test("on a server nothing happens and nothing breaks", () => {
  assert.equal(init({ apiKey: "mp_live_1" }), metricpal);
  assert.deepEqual([trackEvent("x"), metricpal.identify("a@b.example"), metricpal.isIdentified(), metricpal.getConfig()], [null, null, false, null]);
});

test("a call before init is kept with its moment, as is one before the script has loaded", () => {
  const { window } = aWindow();
  const before = Date.now();
  trackEvent("early", { n: 1 });
  init({ apiKey: "mp_live_1" });
  metricpal.goal("signup");
  assert.deepEqual(window.MetricPal.q.map(([name, args]) => [name, ...args]), [["trackEvent", "early", { n: 1 }], ["goal", "signup"]]);
  assert.ok(window.MetricPal.q[0][2] >= before);
});

test("once the script is there, calls go to it and give its answer", () => {
  const { window } = aWindow();
  window.MetricPal = { v: "2.2.0", trackEvent: (name) => `id of ${name}` };
  assert.equal(trackEvent("x"), "id of x");
  assert.equal(metricpal.reset(), null);
});

test("the tag is put in once, whoever asks and however often", () => {
  const { tags } = aWindow();
  init({ apiKey: "mp_live_1", host: "https://metrics.example.com/" });
  init({ apiKey: "mp_live_1" });
  assert.equal(tags.length, 1);
  assert.equal(tags[0].src, "https://metrics.example.com/trackingscript.js");
  assert.deepEqual([tags[0].async, tags[0].attributes], [true, { "data-apikey": "mp_live_1" }]);
});

test("options become attributes of the tag", () => {
  const options = { apiKey: "k", src: "/w/a.js", nonce: "n", privacyMode: true, batchSize: 10, domains: "a.example", gpc: undefined };
  assert.deepEqual(attributesOf(options), { "data-apikey": "k", "data-privacy-mode": "true", "data-batch-size": "10", "data-domains": "a.example" });
  assert.equal(sourceOf(options), "/w/a.js");
  assert.equal(sourceOf({}), "https://cdn.metricpal.com/trackingscript.js");
});

test("without a key it says what is missing", () => {
  for (const wrong of [undefined, {}, { apiKey: "" }, { apiKey: 7 }]) assert.throws(() => init(wrong), /apiKey/);
});
