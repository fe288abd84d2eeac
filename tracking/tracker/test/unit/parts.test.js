import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";
import { BOT, botSigns } from "../../src/bots.js";
import { isoDate } from "../../src/api.js";
import { newMarks } from "../../src/capture/scroll.js";
import { routeKey } from "../../src/capture/pages.js";
import { cookieStorage } from "../../src/cookies.js";
import { deviceType } from "../../src/device.js";
import { createDisk } from "../../src/disk.js";
import { claimOrphans } from "../../src/orphans.js";
import { uuidv7 } from "../../src/ids.js";
import { createQueue } from "../../src/queue.js";
import { backoffMs, retryAfterMs, verdict } from "../../src/retry.js";
import { createStopwatch } from "../../src/stopwatch.js";
import { localStorageOf, memoryStorage, visitorStorage } from "../../src/storage.js";
import { anEvent, fakeClock, fakeStorage } from "./fakes.js";

test("ids are UUIDs of version 7 that lead with the time", () => {
  const id = uuidv7(0x0192a3b4c5d6, webcrypto);
  assert.match(id, /^0192a3b4-c5d6-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(id, uuidv7(0x0192a3b4c5d6, webcrypto));
});

test("the answer's status says what becomes of the events", () => {
  const expected = { 200: "done", 202: "done", 302: "done", 400: "drop", 404: "drop", 422: "drop", 501: "drop", 505: "drop" };
  Object.assign(expected, { 401: "stop", 403: "stop", 413: "split", 0: "retry", 408: "retry", 429: "retry", 500: "retry", 503: "retry" });
  for (const [status, decision] of Object.entries(expected)) assert.equal(verdict(+status), decision, status);
});

test("Retry-After holds seconds or a date and asks for at most 300 seconds", () => {
  const now = Date.parse("2026-03-10T12:00:00Z");
  assert.equal(retryAfterMs("2", now), 2000);
  assert.equal(retryAfterMs("9999", now), 300_000);
  assert.equal(retryAfterMs("Tue, 10 Mar 2026 12:00:05 GMT", now), 5000);
  for (const header of [null, "", "0", "soon", "Tue, 10 Mar 2026 11:00:00 GMT"]) assert.equal(retryAfterMs(header, now), 0);
});

test("the wait doubles from one second to ten minutes, half of it random", () => {
  assert.deepEqual([1, 2, 5, 20].map((failures) => backoffMs(failures, 1)), [1000, 2000, 16_000, 600_000]);
  assert.equal(backoffMs(2, 0), 1000);
});

test("a full queue gives up scrolls and clicks first, goals and identities last", () => {
  const queue = createQueue();
  const types = ["goal", "page_view", "click", "custom"];
  types.forEach((event_type) => queue.add(anEvent({ event_type })));
  const left = [3, 2, 1].map((max) => (queue.trim(max), queue.all().map(({ event_type }) => event_type).join()));
  assert.deepEqual(left, ["goal,page_view,custom", "goal,custom", "goal"]);
});

test("a queue holds 1,000 events and so many bytes", () => {
  const queue = createQueue();
  for (let i = 0; i < 1005; i++) queue.add(anEvent());
  assert.equal(queue.size(), 1000);
  const small = createQueue(1000);
  for (let i = 0; i < 5; i++) small.add(anEvent({ properties: { text: "x".repeat(300) } }));
  assert.equal(small.size(), 2);
});

test("events of a page still alive are left to it; those of a crashed page are taken after 30 seconds", async () => {
  const local = fakeStorage();
  const clock = fakeClock();
  const diskOf = (page) => createDisk({ local, config: { apikey: "k1" }, newId: () => page, clock });
  const event = anEvent({ timestamp: clock.now() });
  diskOf("one").save([event]);
  const { keeps } = diskOf("two");
  const claim = () => claimOrphans(local, keeps, clock.now());
  assert.deepEqual(claim(), []);
  await clock.tick(30_000);
  assert.deepEqual(claim(), []);
  await clock.tick(1);
  assert.deepEqual(claim(), [event]);
  assert.deepEqual(claim(), []);
});

test("events of another key, broken entries and events older than a week are not taken", () => {
  const local = fakeStorage();
  const clock = fakeClock();
  const old = anEvent({ timestamp: clock.now() - 8 * 24 * 3600 * 1000 });
  local.set("_mp_q.k2.x", JSON.stringify({ lease: 0, events: [anEvent()] }));
  local.set("_mp_q.k1.broken", "{");
  local.set("_mp_q.k1.old", JSON.stringify({ lease: 0, events: [old] }));
  const disk = createDisk({ local, config: { apikey: "k1" }, newId: () => "me", clock });
  assert.deepEqual(claimOrphans(local, disk.keeps, clock.now()), []);
  assert.deepEqual(local.names(), ["_mp_q.k2.x"]);
});

test("storage that throws is as good as none", () => {
  const win = {
    get localStorage() { throw new Error("SecurityError"); },
    document: { get cookie() { throw new Error("SecurityError"); }, set cookie(_) { throw new Error("SecurityError"); } },
    location: { hostname: "acme.example", protocol: "https:" },
  };
  const local = localStorageOf(win);
  local.set("a", "1");
  assert.equal(local.get("a"), undefined);
  assert.equal(local.names(), undefined);
  const visitors = visitorStorage(win, local);
  visitors.set("a", "1");
  assert.equal(visitors.get("a"), "1");
  assert.equal(memoryStorage().get("a"), undefined);
});

/** A browser that refuses cookies on public suffixes. */
function aBrowser(hostname, suffixes) {
  const jar = new Map();
  const document = {
    get cookie() { return [...jar].map(([name, { value }]) => `${name}=${value}`).join("; "); },
    set cookie(text) {
      const [, name, value] = text.match(/^(\w+)=([^;]*)/);
      const domain = (text.match(/Domain=([^;]+)/) || [])[1];
      if (domain && (suffixes.includes(domain) || !hostname.endsWith(domain))) return;
      if (/Max-Age=0/.test(text)) jar.delete(name);
      else jar.set(name, { value, domain, text });
    },
  };
  return { jar, win: { document, location: { hostname, protocol: "https:" } } };
}

test("cookies live on the widest domain the browser accepts, for 400 days, and leave nothing else behind", () => {
  const { jar, win } = aBrowser("shop.acme.co.uk", ["uk", "co.uk"]);
  const cookies = cookieStorage(win);
  cookies.set("_mp_v", "v1");
  assert.equal(cookies.get("_mp_v"), "v1");
  assert.deepEqual([...jar.keys()], ["_mp_v"]);
  assert.equal(jar.get("_mp_v").text, "_mp_v=v1;Path=/;Max-Age=34560000;SameSite=Lax;Domain=acme.co.uk;Secure");
  cookies.remove("_mp_v");
  assert.equal(jar.size, 0);
});

test("a host of one label gets a cookie without a domain", () => {
  const { jar, win } = aBrowser("localhost", []);
  cookieStorage(win).set("_mp_v", "v1");
  assert.equal(jar.get("_mp_v").domain, undefined);
});

test("a route is the path, the fragment where it names a page, the query where asked for", () => {
  const at = (url) => new URL(url, "https://acme.example");
  assert.equal(routeKey(at("/a?x=1#top"), "path"), "/a");
  assert.equal(routeKey(at("/a#/b"), "path"), "/a#/b");
  assert.equal(routeKey(at("/a#!/b"), "path"), "/a#!/b");
  assert.equal(routeKey(at("/a?x=1"), "query"), "/a?x=1");
  assert.equal(routeKey(at("/a#top"), "hash"), "/a#top");
});

test("scroll marks are passed once", () => {
  assert.deepEqual(newMarks(60, 0), [25, 50]);
  assert.deepEqual(newMarks(60, 50), []);
  assert.deepEqual(newMarks(100, 50), [75, 100]);
});

test("the stopwatch counts only while it runs", () => {
  let time = 0;
  const watch = createStopwatch(() => time);
  watch.run(true);
  time = 500;
  watch.run(false);
  time = 5000;
  watch.run(true);
  time = 5250;
  assert.equal(watch.read(), 750);
  watch.reset();
  time = 5300;
  assert.equal(watch.read(), 50);
});

test("devices: phones, tablets that say so, tablets that call themselves Macs", () => {
  const agents = [
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148", 5, "phone"],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15", 5, "tablet"],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15", 0, "desktop"],
    ["Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/126 Mobile Safari", 5, "phone"],
    ["Mozilla/5.0 (Linux; Android 14; SM-X700) Chrome/126 Safari", 5, "tablet"],
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126", 10, "desktop"],
  ];
  for (const [userAgent, maxTouchPoints, device] of agents) assert.equal(deviceType({ userAgent, maxTouchPoints }), device, userAgent);
});

test("robots show themselves, and count as people on sites under test", () => {
  const person = { navigator: { languages: ["en"] }, outerWidth: 800, outerHeight: 600, document: { hidden: false } };
  assert.equal(botSigns(person), 0);
  assert.equal(botSigns({ ...person, navigator: { languages: ["en"], webdriver: true } }), BOT.WEBDRIVER);
  assert.equal(botSigns({ ...person, Cypress: {}, outerWidth: 0, outerHeight: 0 }), BOT.AUTOMATION | BOT.NO_WINDOW);
  assert.equal(botSigns({ ...person, outerWidth: 0, outerHeight: 0, document: { hidden: true } }), 0);
  assert.equal(botSigns({ ...person, navigator: { webdriver: true }, __mpTest: 1 }), 0);
});

test("a goal's date is a Date, milliseconds or text; anything else is none", () => {
  const iso = "2026-03-10T12:00:00.000Z";
  for (const given of [new Date(iso), Date.parse(iso), iso]) assert.equal(isoDate(given), iso);
  for (const given of [undefined, null, "soon", NaN]) assert.equal(isoDate(given), undefined);
});
