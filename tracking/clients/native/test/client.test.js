import assert from "node:assert/strict";
import { createServer as createHttp } from "node:http";
import { test } from "node:test";
import { createClient, createServer } from "../src/index.js";

/** A collector on loopback that answers with `answers` in turn, the last one for good. */
async function aCollector(t, ...answers) {
  const bodies = [];
  const headers = [];
  const http = createHttp(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    bodies.push(JSON.parse(text));
    headers.push(request.headers);
    const status = (answers.length > 1 ? answers.shift() : answers[0]) || 200;
    response.writeHead(status, { "Retry-After": "1" }).end("{}");
  });
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  t.after(() => http.close());
  const events = () => bodies.flatMap((body) => body.events.map((event) => ({ visitor_id: body.visitor_id, ...event })));
  return { bodies, headers, events, options: { apiKey: "mp_test_1", host: `http://127.0.0.1:${http.address().port}` } };
}

/** AsyncStorage: answers later. */
function aStorage(values = new Map()) {
  const later = (fn) => new Promise((resolve) => setImmediate(() => resolve(fn())));
  return {
    values,
    getItem: (name) => later(() => values.get(name) ?? null),
    setItem: (name, value) => later(() => values.set(name, value)),
    removeItem: (name) => later(() => values.delete(name)),
  };
}

test("an app: session, screens, events, goals and identity arrive in order, in one body", async (t) => {
  const { bodies, headers, events, options } = await aCollector(t);
  const client = createClient(options);
  client.addSharedProperty({ key: "build", value: 7 });
  client.page({ url: "app://acme/home", title: "Home" });
  assert.match(client.trackEvent("tapped", { big: 1n, when: new Date(0) }), /^[0-9a-f-]{36}$/);
  client.goal("bought", { value: 5, currency: "EUR" }, "2026-03-10");
  assert.equal(client.identify(" Ann@Acme.example ", { plan: "pro" }), true);
  assert.equal(await client.close(), true);
  assert.deepEqual(events().map(({ event_type }) => event_type), ["session_start", "page_view", "custom", "goal", "identify"]);
  assert.equal(bodies.length, 1);
  assert.equal(headers[0]["x-api-key"], "mp_test_1");
  assert.deepEqual(events()[2].properties, { build: 7, big: "1", when: "1970-01-01T00:00:00.000Z", event_name: "tapped" });
  assert.equal(events()[3].properties.goal_date, "2026-03-10T00:00:00.000Z");
  assert.equal(events()[4].properties.email, "ann@acme.example");
  assert.equal(new Set(events().map(({ visitor_id }) => visitor_id)).size, 1);
});

test("the visitor, the person and events that could not be sent outlive the process", async (t) => {
  const { events, options } = await aCollector(t);
  const storage = aStorage();
  const offline = async () => { throw new TypeError("no network"); };
  const first = createClient({ ...options, storage, fetch: offline });
  assert.equal(first.getVisitorId(), null); // the storage has not answered
  assert.equal(first.trackEvent("early"), null);
  first.identify("ann@acme.example");
  await first.ready;
  const visitor = first.getVisitorId();
  assert.equal(await first.close(), false);
  await new Promise(setImmediate);

  const second = createClient({ ...options, storage });
  await second.ready;
  assert.deepEqual([second.getVisitorId(), second.isIdentified()], [visitor, true]);
  assert.equal(await second.close(), true);
  assert.deepEqual(events().map(({ event_type }) => event_type), ["session_start", "custom", "identify"]);
  await new Promise(setImmediate);
  assert.ok(!storage.values.has("_mp_q.mp_test_1"));
});

test("after a 503 the same events come again under the same ids, when the collector said so", async (t) => {
  const { bodies, options } = await aCollector(t, 503, 200);
  const client = createClient({ ...options, intervalStart: 10 });
  client.trackEvent("x");
  await new Promise((resolve) => setTimeout(resolve, 1400));
  const ids = bodies.map(({ events }) => events.map(({ id }) => id).join());
  assert.equal(bodies.length, 2);
  assert.equal(ids[0], ids[1]);
  assert.deepEqual(bodies.map(({ retry }) => retry), [0, 1]);
});

test("in privacy mode the address leaves as SHA-1 and no name leaves at all", async (t) => {
  const { bodies, options } = await aCollector(t);
  const client = createClient({ ...options, privacyMode: true });
  client.identify(" Foo@Bar.com ", { name: "Ann", plan: "pro" });
  await client.close();
  const text = JSON.stringify(bodies);
  assert.ok(text.includes("823776525776c8f23a87176c59d25759da7a52c4") && text.includes("pro"));
  assert.ok(!/bar\.com|Ann/i.test(text));
});

test("whoever opts out is not counted, also after a restart, and what waited is forgotten", async (t) => {
  const { bodies, options } = await aCollector(t);
  const storage = aStorage();
  const client = createClient({ ...options, storage });
  await client.ready;
  client.trackEvent("before");
  client.optOut();
  assert.deepEqual([client.trackEvent("after"), client.identify("a@b.example"), client.getVisitorId()], [null, false, null]);
  await client.close();
  await new Promise(setImmediate);
  assert.deepEqual([...storage.values.keys()], ["_mp_consent"]);
  const again = createClient({ ...options, storage });
  await again.ready;
  assert.equal(again.hasOptedOut(), true);
  again.optIn();
  again.trackEvent("back");
  await again.close();
  assert.deepEqual(bodies.flatMap(({ events }) => events.map(({ properties }) => properties.event_name)).filter(Boolean), ["back"]);
});

test("an app that is left sends what waits", async (t) => {
  const { events, options } = await aCollector(t);
  let changed;
  const appState = { addEventListener: (type, fn) => ((changed = fn), { remove() {} }) };
  const client = createClient({ ...options, appState });
  client.trackEvent("x");
  changed("background");
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(events().length, 2);
});

test("a server: each event says whose it is, and one body may hold many people", async (t) => {
  const { bodies, events, options } = await aCollector(t);
  const server = createServer(options);
  server.trackEvent("paid", { amount: 42 }, { userId: 7, timestamp: "2026-03-10T12:00:00Z" });
  server.page({ url: "https://acme.example/p" }, { visitorId: "v1" });
  server.identify("ann@acme.example", { plan: "pro" });
  assert.equal(server.trackEvent("whose?", {}), null);
  assert.equal(await server.close(), true);
  assert.equal(bodies.length, 1);
  const [paid, page, identify] = events();
  assert.deepEqual([paid.user_id, paid.timestamp, paid.properties], ["7", Date.parse("2026-03-10T12:00:00Z"), { amount: 42, event_name: "paid" }]);
  assert.deepEqual([page.visitor_id, page.url], ["v1", "https://acme.example/p"]);
  assert.deepEqual([identify.user_id, identify.properties], ["ann@acme.example", { plan: "pro", email: "ann@acme.example" }]);
});

test("odd calls throw nothing; odd options say what they should be", async (t) => {
  const { options } = await aCollector(t);
  const client = createClient(options);
  const loop = {};
  loop.loop = loop;
  for (const value of [undefined, null, 0, "", [], loop, () => {}, Symbol("s"), 10n]) {
    for (const name of ["trackEvent", "goal", "page", "identify", "addSharedProperty", "endSession"]) client[name](value, value, value);
  }
  await client.close();
  assert.throws(() => createClient({ host: "https://x.example" }), /apiKey/);
  assert.throws(() => createClient({ apiKey: "k", host: "x.example" }), /host/);
});
