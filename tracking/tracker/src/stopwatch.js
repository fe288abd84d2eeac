/** Milliseconds during which it was told to run. `now` is a clock that never jumps, such as performance.now. */
export function createStopwatch(now) {
  let total = 0;
  let since = null;
  const read = () => total + (since === null ? 0 : now() - since);
  return {
    read,
    run(on) {
      total = read();
      since = on ? now() : null;
    },
    reset() {
      total = 0;
      if (since !== null) since = now();
    },
  };
}
