/**
 * When the next send is due: `intervalStart` after the first event, `intervalIncrement` later after each send that
 * worked, so that a page which stays open sends ever less often. Nothing is due while nothing waits.
 */

const MAX_DELAY_MS = 60 * 1000;

export function createSchedule({ config, clock }, run) {
  let timer = null;
  let dueAt = 0;
  let sends = 0;
  const disarm = () => {
    clock.clearTimeout(timer);
    timer = null;
  };
  return {
    disarm,
    delay: () => Math.min(MAX_DELAY_MS, config.intervalStart + sends * config.intervalIncrement),
    /** Runs in `ms`, or sooner if that was agreed before; never before the moment `notBefore`. */
    arm(ms, notBefore = 0) {
      const at = Math.max(clock.now() + ms, notBefore);
      if (timer && dueAt <= at) return;
      disarm();
      dueAt = at;
      timer = clock.setTimeout(() => {
        timer = null;
        run();
      }, at - clock.now());
    },
    lengthen: () => sends++,
    rewind: () => (sends = 0),
  };
}
