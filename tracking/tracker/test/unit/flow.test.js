import assert from "node:assert/strict";
import { test } from "node:test";
import { boundFlow } from "../../src/flow.js";
import { createQueue } from "../../src/queue.js";
import { anEvent } from "./fakes.js";

function setUp() {
  let now = 1000;
  const queue = createQueue();
  const sender = { add: queue.add };
  const end = boundFlow({ sender, queue, clock: { now: () => now }, log: () => {} });
  const flood = (count) => {
    for (let i = 0; i < count; i++) sender.add(anEvent());
  };
  return { queue, sender, end, flood, wait: (ms) => (now += ms) };
}

test("a hundred events at once are sent, the others are given up and counted", () => {
  const { queue, sender, flood } = setUp();
  flood(130);
  assert.deepEqual([queue.size(), queue.lost], [100, 30]);
});

test("every second makes room for ten, never for more than a hundred, and a clock set back for none", () => {
  const { queue, flood, wait } = setUp();
  flood(100);
  wait(1000);
  flood(50);
  assert.equal(queue.size(), 110);
  wait(3600e3);
  flood(150);
  assert.equal(queue.size(), 210);
  wait(-7200e3);
  flood(5);
  assert.equal(queue.size(), 210);
});

test("what a full queue lets go is counted, too", () => {
  const { queue, sender } = setUp();
  for (let i = 0; i < 60; i++) sender.add(anEvent({ properties: { text: "x".repeat(8000) } }));
  assert.equal(queue.size() + queue.lost, 60);
  assert.ok(queue.lost > 25);
});

test("it ends as it began", () => {
  const { queue, end, flood } = setUp();
  end();
  flood(130);
  assert.equal(queue.size(), 130);
});
