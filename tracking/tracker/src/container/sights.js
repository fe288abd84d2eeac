/** The first time that half of an element is in view, once for each element and page view. */

export function watchSights(win, pages, selector, told) {
  const { document } = win;
  document.querySelector(selector); // throws for a selector that is none
  let seen = new WeakSet();
  const watcher = new win.IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting || seen.has(target)) continue;
        seen.add(target);
        told(target);
      }
    },
    { threshold: 0.5 },
  );
  let waiting = false;
  const look = () => {
    waiting = false;
    document.querySelectorAll(selector).forEach((element) => watcher.observe(element));
  };
  const soon = () => {
    if (!waiting) win.setTimeout(look, 250);
    waiting = true;
  };
  new win.MutationObserver(soon).observe(document.documentElement, { childList: true, subtree: true });
  pages(() => {
    watcher.disconnect();
    seen = new WeakSet();
    look();
  });
}
