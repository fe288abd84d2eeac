import assert from "node:assert/strict";
import { test } from "node:test";
import { baseUrl, DEFAULTS, readConfig } from "../../src/config.js";

test("nothing given means the defaults", () => assert.deepEqual(readConfig({}, {}), DEFAULTS));

test("attributes win over MetricPalConfig, which wins over the defaults", () => {
  const config = readConfig({ batchSize: 20, debug: true, spa: "hash" }, { batchSize: "10", apikey: " mp_live_1 " });
  assert.deepEqual([config.batchSize, config.debug, config.spa, config.apikey], [10, true, "hash", "mp_live_1"]);
});

test("numbers that make no sense count as not given", () => {
  for (const batchSize of ["abc", "-1", "0", ""]) assert.equal(readConfig({}, { batchSize }).batchSize, 50);
  assert.equal(readConfig({}, { intervalIncrement: "0" }).intervalIncrement, 0);
  assert.equal(readConfig({}, { batchSize: "9000" }).batchSize, 500);
});

test("a bare attribute switches on; false, 0, no and off switch off", () => {
  assert.equal(readConfig({}, { cookieless: "" }).cookieless, true);
  assert.equal(readConfig({}, { cookieless: "fingerprint" }).cookieless, true);
  for (const dnt of ["false", "0", "no", "OFF"]) assert.equal(readConfig({}, { dnt }).dnt, false);
});

test("events go to the host of the script, or where data-api says", () => {
  const page = "https://acme.example/shop/";
  const script = "https://metrics.example/trackingscript.js";
  assert.equal(baseUrl("", script, page), "https://metrics.example");
  assert.equal(baseUrl("/w/", script, page), "https://acme.example/w");
  assert.equal(baseUrl("https://eu.example", script, page), "https://eu.example");
});
