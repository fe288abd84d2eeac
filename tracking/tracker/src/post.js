/** Batches on their way, and what their answers do to the queue. */
import { tellOf } from "./callbacks.js";
import { verdict } from "./retry.js";
import { nextBatch } from "./wire.js";

const BLOCKED_EVENTS = 100; // kept where sending never worked

export function createPost({ config, log, warn }, { queue, disk, transport, encodeBatch }, patience) {
  let inFlight = [];
  let stopped = false;
  const body = (batch) => encodeBatch(batch, patience.failures);
  const stop = () => {
    stopped = true;
    queue.remove(queue.all());
  };

  function failed(status, header, batch) {
    log("retry", status);
    tellOf(batch, { error: status });
    patience.failed(status, header);
    if (!patience.isBlocked()) return;
    queue.trim(BLOCKED_EVENTS);
    disk.save(queue.all());
  }
  function answered(decision, { status, hold, off }, batch) {
    patience.forget();
    patience.hold(hold);
    tellOf(batch, { status });
    if (off || decision === "stop") stop();
    queue.remove(batch);
    disk.save(queue.all());
    if (decision === "done") return;
    log("refused", status, batch);
    if (decision === "stop") warn("data-apikey refused", status);
  }
  /** Sends one batch of at most `max` of the events. @returns the limit for the next one, or 0 to try later. */
  async function one(events, max) {
    const batch = nextBatch(events, max);
    inFlight = batch;
    const told = queue.lost;
    const answer = await transport.post(body(batch));
    inFlight = [];
    const { status } = answer;
    const decision = verdict(status);
    if (decision === "split" && batch.length > 1) return batch.length >> 1;
    if (decision === "retry") return failed(status, answer.retryAfter, batch), 0;
    queue.lost -= told; // below 0 where a beacon told the same meanwhile: then the next are told as so many fewer
    answered(decision, answer, batch);
    return max;
  }
  /** @returns the events a beacon took; what is too much for the browser's quota is halved. */
  function beacon(events, max) {
    const batch = nextBatch(events, max);
    if (!batch.length) return batch;
    if (!transport.beacon(body(batch))) return beacon(events, batch.length >> 1);
    queue.lost = 0;
    return [...batch, ...beacon(events.slice(batch.length), max)];
  }

  return {
    stop,
    stopped: () => stopped,
    /** Sends what waits by now; what comes meanwhile may wait for its title. @returns whether all was answered for. */
    async waiting() {
      const waiting = [...queue.all()];
      let max = config.batchSize;
      for (let events = waiting; events.length && max; events = waiting.filter((event) => queue.all().includes(event)))
        max = await one(events, max);
      return !!max && !stopped;
    },
    /** @returns whether the browser took all that was not on its way already. */
    byBeacon() {
      const waiting = queue.all().filter((event) => !inFlight.includes(event));
      const taken = beacon(waiting, config.batchSize);
      queue.remove(taken);
      return taken.length === waiting.length;
    },
  };
}
