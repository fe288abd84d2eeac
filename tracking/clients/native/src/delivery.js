/** The queue of the browser's script with this platform's disk and network: batches, retries, ids kept. */
import { createQueue } from "../../../tracker/src/queue.js";
import { createSender } from "../../../tracker/src/sender.js";
import { collectUrl } from "./config.js";
import { createDisk } from "./storage.js";
import { createTransport } from "./transport.js";

/** @param encode (events, about) -> body */
export function createDelivery(env, { local, fetch, encode }) {
  const { config, clock } = env;
  const transport = createTransport(collectUrl(config), config.apikey, fetch || globalThis.fetch);
  const about = (retry) => ({ api_key: config.apikey, sent_at: clock.now(), retry, context: config.context });
  const queue = createQueue();
  const disk = createDisk(local, `_mp_q.${config.apikey}`, clock);
  const encodeBatch = (batch, retry) => encode(batch, about(retry));
  const sender = createSender(env, { queue, disk, transport, encodeBatch, pages: () => null });
  /** Forgets what waits. */
  const drop = () => {
    queue.remove(queue.all());
    disk.save([]);
  };
  return { ...sender, recover: () => sender.recover(disk.left()), drop };
}
