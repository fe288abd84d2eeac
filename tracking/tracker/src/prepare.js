/** What must be known before the first event: a visitor from another domain of the site, a fingerprint. */

const PATIENCE_MS = 2000; // without the part for it the page counts as any other

/** Calls `next`, perhaps twice. */
export function prepare(kit, load, next) {
  const { win, config, clock } = kit;
  if (!config.fingerprint && !(config.crossDomain && /[?&]_mpl=/.test(win.location.search))) return next();
  clock.setTimeout(next, PATIENCE_MS);
  return load()
    .then((more) => more && more.prepare(kit, load))
    .then(next, next);
}
