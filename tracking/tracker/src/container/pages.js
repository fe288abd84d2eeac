/** Page views as a container sees them: the page that is there, and each change of path in a single-page application. */

/** @returns pages(fn): calls `fn` now and after each change of path */
export function watchPages(win) {
  const { location, history } = win;
  const listeners = [];
  let path = location.pathname;
  const changed = () => {
    if (location.pathname === path) return;
    path = location.pathname;
    listeners.forEach((fn) => fn());
  };
  // After the application's own work, so that its elements and title are there.
  const soon = () => win.setTimeout(changed);
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name];
    history[name] = function (...args) {
      const result = original.apply(this, args);
      soon();
      return result;
    };
  }
  win.addEventListener("popstate", soon);
  return (fn) => {
    listeners.push(fn);
    fn();
  };
}
