import assert from "node:assert/strict";
import { claimOrphans } from "../../src/orphans.js";
import { test } from "node:test";
import { DEFAULTS } from "../../src/config.js";
import { createDisk, noDisk } from "../../src/disk.js";
import { createQueue } from "../../src/queue.js";
import { createSender } from "../../src/sender.js";
import { anEvent, fakeClock, fakeStorage, fakeTransport } from "./fakes.js";

function setUp({ answers = [200], options = {}, storage = fakeStorage(), page = "p1", keeps = true } = {}) {
  const clock = fakeClock();
  const config = { ...DEFAULTS, apikey: "mp_test_1", ...options };
  const network = { online: true };
  const warnings = [];
  const pages = { waiting: false, pending: () => pages.waiting, settle: () => (pages.waiting = false) };
  const env = {
    config,
    clock,
    isOnline: () => network.online,
    random: () => 1,
    log: () => {},
    warn: (...words) => warnings.push(words.join(" ")),
    local: storage,
    newId: () => page,
  };
  const queue = createQueue();
  const transport = fakeTransport(...answers);
  const disk = keeps ? createDisk(env) : noDisk;
  const encodeBatch = (events, retry) => ({ events: events.map(({ id }) => id), retry, ...(queue.lost && { dropped: queue.lost }) });
  const sender = createSender(env, { queue, disk, transport, encodeBatch, pages: () => pages });
  const add = (count, urgent) => Array.from({ length: count }, () => anEvent()).map((event) => (sender.add(event, urgent), event.id));
  return { pages, sender, add, queue, transport, clock, storage, network, warnings };
}
const sizes = ({ bodies }) => bodies.map(({ events }) => events.length);

test("three events wait for the interval and leave in one request", async () => {
  const { add, transport, clock } = setUp();
  const ids = add(3);
  await clock.tick(4999);
  assert.equal(transport.bodies.length, 0);
  await clock.tick(1);
  assert.deepEqual(transport.bodies, [{ events: ids, retry: 0 }]);
});

test("G153: the interval grows by the increment after each send", async () => {
  const { add, transport, clock } = setUp();
  const moments = [];
  for (const wait of [5000, 7000, 9000]) {
    add(1);
    await clock.tick(wait - 1);
    const before = transport.bodies.length;
    await clock.tick(1);
    moments.push([before, transport.bodies.length]);
  }
  assert.deepEqual(moments, [[0, 1], [1, 2], [2, 3]]);
});

test("a page on which nothing happens sends nothing and holds no timer", async () => {
  const { add, transport, clock } = setUp();
  add(1);
  await clock.tick(5000);
  await clock.tick(300_000);
  assert.equal(transport.bodies.length, 1);
  assert.equal(clock.pending(), 0);
});

test("a full batch leaves at once, and 25 events with a batch size of 10 leave as 10, 10 and 5", async () => {
  const { add, transport, clock } = setUp({ options: { batchSize: 10 } });
  add(9);
  await clock.tick(0);
  assert.equal(transport.bodies.length, 0);
  add(16);
  await clock.tick(5000);
  assert.deepEqual(sizes(transport), [10, 10, 5]);
});

test("urgent events leave together after 100 ms", async () => {
  const { add, transport, clock } = setUp();
  add(1);
  add(2, true);
  await clock.tick(100);
  assert.deepEqual(sizes(transport), [3]);
});

test("a send that is due waits for a late title; a full batch and a hidden page do not", async () => {
  const { add, sender, transport, clock, pages } = setUp({ options: { batchSize: 3 } });
  pages.waiting = true;
  add(1, true);
  await clock.tick(300);
  assert.equal(transport.bodies.length, 0);
  pages.waiting = false;
  await clock.tick(100);
  assert.deepEqual(sizes(transport), [1]);
  pages.waiting = true;
  add(3);
  await clock.tick(0);
  assert.deepEqual(sizes(transport), [1, 3]);
  pages.waiting = true;
  add(1);
  sender.hide();
  assert.equal(transport.beacons.length, 1);
});

test("an event that comes while others are on their way does not leave with the rest of them", async () => {
  const { add, transport, clock } = setUp();
  add(2, true);
  const post = transport.post;
  transport.post = (body) => {
    transport.post = post;
    add(1);
    return post(body);
  };
  await clock.tick(100);
  assert.deepEqual(sizes(transport), [2]);
  await clock.tick(7000);
  assert.deepEqual(sizes(transport), [2, 1]);
});

test("after a 503 the same events come again, with the count of tries", async () => {
  const { add, transport, clock, queue } = setUp({ answers: [503, 503, 200] });
  const ids = add(2, true);
  await clock.tick(100);
  await clock.tick(999);
  assert.equal(transport.bodies.length, 1);
  await clock.tick(1);
  await clock.tick(2000);
  assert.deepEqual(transport.bodies, [0, 1, 2].map((retry) => ({ events: ids, retry })));
  assert.equal(queue.size(), 0);
});

test("a timer that rings a moment before its time does not leave the events behind", async () => {
  const { add, transport, clock } = setUp({ answers: [503, 200] });
  const { setTimeout } = clock;
  clock.setTimeout = (fn, ms) => setTimeout(fn, ms > 500 ? ms - 0.5 : ms);
  add(2, true);
  await clock.tick(100);
  await clock.tick(1001);
  assert.equal(transport.bodies.length, 2);
});

test("Retry-After is waited for, and urgent events do not break it", async () => {
  const { add, transport, clock } = setUp({ answers: [{ status: 429, retryAfter: "7" }, 200] });
  add(1, true);
  await clock.tick(100);
  add(1, true);
  await clock.tick(6999);
  assert.equal(transport.bodies.length, 1);
  await clock.tick(1);
  assert.deepEqual(sizes(transport), [1, 2]);
});

test("after ten failures the page gives up, and the events stay on disk", async () => {
  const { add, transport, clock, storage, queue } = setUp({ answers: [503] });
  add(1, true);
  await clock.tick(3_600_000);
  assert.equal(transport.bodies.length, 10);
  assert.equal(queue.size(), 1);
  assert.equal(JSON.parse(storage.get("_mp_q.mp_test_1.p1")).events.length, 1);
});

test("no answer three times while online means blocked: ten minutes of quiet and at most 100 events", async () => {
  const { add, transport, clock, queue } = setUp({ answers: [0] });
  add(130);
  await clock.tick(10_000);
  assert.equal(transport.bodies.length, 3);
  assert.equal(queue.size(), 100);
  await clock.tick(590_000);
  assert.equal(transport.bodies.length, 3);
});

test("a refused key stops the page and warns once", async () => {
  const { add, transport, clock, queue, storage, warnings } = setUp({ answers: [401] });
  add(3, true);
  await clock.tick(100);
  add(60);
  await clock.tick(60_000);
  assert.equal(transport.bodies.length, 1);
  assert.equal(queue.size(), 0);
  assert.equal(warnings.length, 1);
  assert.deepEqual(storage.names(), []);
});

test("what came while a key was being refused does not stay on disk", async () => {
  const { add, transport, clock, queue, storage } = setUp({ answers: [401] });
  const post = transport.post;
  transport.post = (body) => (add(1), post(body));
  add(1);
  await clock.tick(10_000);
  assert.deepEqual([transport.bodies.length, queue.all(), storage.names()], [1, [], []]);
});

test("a refused batch is dropped and the next one goes on", async () => {
  const { add, transport, clock, queue } = setUp({ answers: [400, 200], options: { batchSize: 2 } });
  add(4);
  await clock.tick(5000);
  assert.deepEqual(sizes(transport), [2, 2]);
  assert.equal(queue.size(), 0);
});

test("too large a body is halved until it fits, a single event that never fits is dropped", async () => {
  const { add, transport, clock, queue } = setUp({ answers: [413, 413, 413, 200] });
  add(4, true);
  await clock.tick(100);
  assert.deepEqual(sizes(transport), [4, 2, 1, 1, 1, 1]);
  assert.equal(queue.size(), 0);
});

test("hidden: what waits leaves by beacon, once", async () => {
  const { add, sender, transport, clock, storage } = setUp();
  const ids = add(3);
  sender.hide();
  sender.hide(true);
  await clock.tick(60_000);
  assert.deepEqual(transport.beacons.map(({ events }) => events), [ids]);
  assert.equal(transport.bodies.length, 0);
  assert.deepEqual(storage.names(), []);
});

test("a beacon that the browser refuses is halved, and the rest stays on disk", () => {
  const { add, sender, transport, storage } = setUp();
  add(5);
  transport.quota = 2;
  sender.hide(true);
  assert.deepEqual(transport.beacons.map(({ events }) => events.length), [2, 2, 1]);
  transport.quota = 0;
  add(2);
  sender.hide(true);
  assert.equal(JSON.parse(storage.get("_mp_q.mp_test_1.p1")).events.length, 2);
});

test("while the collector fails a hidden page trusts the disk, not a beacon", async () => {
  const { add, sender, transport, clock, storage } = setUp({ answers: [503] });
  add(2, true);
  await clock.tick(100);
  sender.hide(true);
  assert.equal(transport.beacons.length, 0);
  assert.equal(JSON.parse(storage.get("_mp_q.mp_test_1.p1")).lease, 0);
});

test("a page that was left stays left when it is told of hiding after that, until it is seen again", () => {
  const { add, sender, storage, network } = setUp();
  const lease = () => JSON.parse(storage.get("_mp_q.mp_test_1.p1")).lease;
  network.online = false;
  add(1);
  sender.hide(true);
  sender.hide();
  assert.equal(lease(), 0);
  sender.wake();
  assert.notEqual(lease(), 0);
});

test("where nothing may be stored a beacon is tried even then", async () => {
  const { add, sender, transport, clock } = setUp({ answers: [503], keeps: false });
  add(2, true);
  await clock.tick(100);
  sender.hide(true);
  assert.equal(transport.beacons.length, 1);
});

test("events in flight are not sent a second time by beacon", async () => {
  const { add, sender, transport, clock } = setUp();
  let answer;
  transport.post = (body) => (transport.bodies.push(body), new Promise((resolve) => (answer = resolve)));
  add(2, true);
  await clock.tick(100);
  const later = add(1);
  sender.hide(true);
  assert.deepEqual(transport.beacons.map(({ events }) => events), [later]);
  answer({ status: 200 });
});

test("offline nothing is tried, and coming back online sends", async () => {
  const { add, sender, transport, clock, network } = setUp();
  network.online = false;
  add(1, true);
  await clock.tick(60_000);
  assert.equal(transport.bodies.length, 0);
  network.online = true;
  sender.wake();
  await clock.tick(0);
  assert.equal(transport.bodies.length, 1);
});

test("a page takes over what an earlier page left, with the same ids", async () => {
  const storage = fakeStorage();
  const first = setUp({ answers: [503], storage });
  const ids = first.add(2, true);
  await first.clock.tick(100);
  first.sender.hide(true);
  const second = setUp({ storage, page: "p2" });
  second.sender.recover(claimOrphans(storage, second.sender.keeps, second.clock.now()));
  await second.clock.tick(100);
  assert.deepEqual(second.transport.bodies, [{ events: ids, retry: 0 }]);
  assert.deepEqual(storage.names(), []);
});

test("flush says whether everything was answered for", async () => {
  const good = setUp();
  good.add(2);
  assert.equal(await good.sender.flush(), true);
  const bad = setUp({ answers: [503] });
  bad.add(2);
  assert.equal(await bad.sender.flush(), false);
  assert.equal(await setUp().sender.flush(), true);
});

test("a collector that asks for a pause gets nothing meanwhile, and what came then after it", async () => {
  const { add, transport, clock } = setUp({ answers: [{ status: 200, hold: 60 }, 200], options: { intervalStart: 1000 } });
  add(1);
  await clock.tick(1000);
  add(1, true);
  await clock.tick(59_000);
  assert.deepEqual(sizes(transport), [1]);
  await clock.tick(1500);
  assert.deepEqual(sizes(transport), [1, 1]);
});

test("a page that is hidden during the pause keeps its events on disk", async () => {
  const { add, sender, transport, clock, storage } = setUp({ answers: [{ status: 200, hold: 60 }] });
  add(1);
  await clock.tick(5000);
  add(1);
  sender.hide(true);
  assert.equal(transport.beacons.length, 0);
  assert.equal(JSON.parse(storage.get("_mp_q.mp_test_1.p1")).events.length, 1);
});

test("a collector that says off gets nothing more from this page", async () => {
  const { add, transport, clock, queue } = setUp({ answers: [{ status: 200, off: true }] });
  add(1);
  await clock.tick(5000);
  add(5, true);
  await clock.tick(100_000);
  assert.deepEqual([sizes(transport), queue.size()], [[1], 0]);
});

test("what was given up is told once, by the first body that is answered", async () => {
  const { queue, add, transport, clock } = setUp({ answers: [503, 200, 200] });
  queue.lost = 3;
  add(1);
  await clock.tick(5000);
  queue.lost += 4;
  await clock.tick(60_000);
  add(1);
  await clock.tick(60_000);
  assert.deepEqual(transport.bodies.map(({ dropped }) => dropped), [3, 7, undefined]);
});
