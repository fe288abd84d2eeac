/**
 * Brings the queue to the collector, one request at a time, and survives the page being hidden.
 *
 *     add ─► queue (+ disk) ─► schedule, full batch or urgent ─► post ─► answered: removed
 *                                                                └► failed: kept, tried again later
 *
 * An event leaves the queue once the collector answered for it, or once a beacon took it while the collector was
 * answering.
 */
import { createPatience } from "./patience.js";
import { createPost } from "./post.js";
import { createSchedule } from "./schedule.js";
import { isFull } from "./wire.js";

const URGENT_MS = 100; // what belongs together goes together

/**
 * @param parts.encodeBatch (events, tries so far) -> body
 * @param parts.disk where the queue survives the page
 * @param parts.pages () -> null or {pending, settle}: whether a page view waits for its title; makes it wait no longer
 */
export function createSender(env, parts) {
  const { config, isOnline, clock } = env;
  const { queue, disk, pages } = parts;
  const patience = createPatience(env);
  const post = createPost(env, parts, patience);
  const schedule = createSchedule(env, () => (pages() && pages().pending() ? arm(URGENT_MS) : flush()));
  let running = null; // promise of the drain that is under way
  let again = false; // asked for meanwhile

  const arm = (ms = schedule.delay()) => patience.isSpent() || schedule.arm(ms, patience.until());
  const mayAsk = () => isOnline() && clock.now() >= patience.until();
  const prepare = () => pages() && pages().settle();

  async function drain() {
    schedule.disarm();
    prepare();
    const sent = await post.waiting();
    running = null;
    if (sent) schedule.lengthen();
    if (queue.size()) arm(again || !sent ? 0 : undefined);
    again = false;
    return sent;
  }
  /** @returns {Promise<boolean>} whether all that was queued has been answered for. */
  function flush() {
    again = !!running;
    if (running) return running;
    if (queue.size() && mayAsk()) return (running = drain());
    // A timer may ring a moment too early for the clock: nobody else would ask again.
    if (queue.size() && isOnline()) arm(0);
    return Promise.resolve(!queue.size());
  }
  function sendBeacon() {
    prepare();
    const all = post.byBeacon();
    disk.save(queue.all());
    return all;
  }

  return {
    flush,
    sendBeacon,
    rewind: schedule.rewind,
    add(event, urgent) {
      if (post.stopped()) return;
      queue.add(event);
      disk.saveSoon(queue.all);
      if ((queue.size() >= config.batchSize || isFull(queue.bytes())) && !patience.failures) flush();
      else arm(urgent ? URGENT_MS : undefined);
    },
    /**
     * The page is hidden and may never run again. After a failure a beacon proves nothing: then the disk keeps
     * them.
     */
    hide(leaving) {
      prepare();
      if (!disk.keeps || mayAsk()) post.byBeacon();
      disk.save(queue.all(), leaving);
    },
    keeps: disk.keeps,
    /** Takes over the events that earlier pages left. */
    recover(events) {
      if (!events.length) return;
      queue.prepend(events);
      disk.save(queue.all());
      arm(URGENT_MS);
    },
    /** The network came back, or the visitor did. What the collector itself asked for still holds. */
    wake() {
      disk.save(queue.all(), false);
      if (patience.silences && isOnline()) patience.forget();
      flush();
    },
    close() {
      schedule.disarm();
      post.stop();
      disk.save(queue.all());
    },
  };
}
