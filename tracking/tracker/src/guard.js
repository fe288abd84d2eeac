/** The host page must never see an error of ours: everything it or the browser calls goes through here. */

/** `fn`, but an exception goes to `log` and the answer is `fallback`. */
export function guard(fn, log = () => {}, fallback) {
  return (...args) => {
    try {
      return fn(...args);
    } catch (error) {
      log(error);
      return fallback;
    }
  };
}

/**
 * Listens until the returned function is called. Passive and capturing, so that no page can be slowed or hide an
 * event.
 */
export function listen(target, types, fn, log) {
  const safe = guard(fn, log);
  const options = { capture: true, passive: true };
  const names = types.split(" ");
  names.forEach((type) => target.addEventListener(type, safe, options));
  return () => names.forEach((type) => target.removeEventListener(type, safe, options));
}
