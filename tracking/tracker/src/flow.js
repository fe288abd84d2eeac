/**
 * What one page may send: a hundred events at once, then ten a second. A loop gone wild would use up the limits of the
 * whole site. What is too much is given up, and so is what a full queue lets go; `dropped` in the bodies tells of both, once.
 */

const BURST = 100;
const MS_EACH = 100;

/** Bounds `sender.add`. @returns a function that ends it */
export function boundFlow({ sender, queue, clock, log }) {
  const { add } = sender;
  let room = BURST;
  let since = clock.now();
  queue.lost = 0; // events given up that no answered body has told
  sender.add = (event, urgent) => {
    const now = clock.now();
    room = Math.min(BURST, room + Math.max(0, now - since) / MS_EACH);
    since = now;
    const before = queue.size();
    if (room < 1) log(event.event_type, "not sent: too many");
    else {
      room -= 1;
      add(event, urgent);
    }
    queue.lost += Math.max(0, before + 1 - queue.size());
  };
  return () => (sender.add = add);
}
