/**
 * Holds the script back until the visitor agrees: before that nothing runs, is stored or is sent. Calls of the page are
 * kept in memory, with their moments, and follow when the gate opens.
 */

const MARK = "_mp_consent"; // where the script keeps a visitor's own word
const AT_MOST = 100;

function hasAgreed(win) {
  try {
    return win.localStorage.getItem(MARK) === "granted";
  } catch {
    return false; // no storage, no earlier word
  }
}

/** MetricPal until the gate opens; `agree` is called when the page says that the visitor did. */
function waiting(win, agree) {
  const mp = win.MetricPal || (win.MetricPal = {});
  mp.q = mp.q || [];
  const keep = (name) => (...args) => {
    if (!/^(get|is|has)/.test(name) && mp.q.length < AT_MOST) mp.q.push([name, args, Date.now()]);
    return /^(is|has)/.test(name) ? false : null;
  };
  for (const name of __METHODS__.split(" ")) mp[name] = mp[name] || keep(name);
  mp.optIn = agree;
  mp.consent = (state) => state === "granted" && agree();
}

/** What the script would have read from its tag, had it run at once. */
const readLater = (tag) => (tag ? { api: new URL(tag.src).origin, ...tag.dataset } : {});

/** @param boot (options): runs the script and what stands behind it, now */
export function gate(win, tag, boot) {
  if (hasAgreed(win) || (win.MetricPal && win.MetricPal.v)) return boot();
  const options = readLater(tag);
  let isOpen = false;
  waiting(win, () => {
    if (isOpen) return;
    isOpen = true;
    boot(options);
    win.MetricPal.optIn(); // so that the next page knows
  });
}
