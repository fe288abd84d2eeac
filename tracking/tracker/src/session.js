/**
 * Sessions: one visit, shared by the tabs and subdomains of a site through a cookie `id.start36.last36.index`.
 *
 * Ends after `timeoutMs` without activity or after 24 hours. `last` 0 marks a session that was ended by hand.
 */

const COOKIE = "_mp_s";
const MAX_MS = 24 * 3600 * 1000;
const CLOCK_SLACK_MS = 60 * 1000; // a clock set back further than this makes `last` worthless
const WRITE_EVERY_MS = 5000;
const OTHER_TAB_MS = 30 * 1000;

export function parseSession(text) {
  const [id, start, last, index] = (text || "").split(".");
  const session = { id, start: parseInt(start, 36), last: parseInt(last, 36), index: +index };
  return session.start + session.last >= 0 && session.index > 0 ? session : null;
}

export const formatSession = ({ id, start, last, index }) =>
  [id, start.toString(36), last.toString(36), index].join(".");

/** Why this session is over at `now`: "manual", "timeout" or "max"; "" while it lives. */
export function whyOver(session, now, timeoutMs) {
  if (!session.last) return "manual";
  if (now - session.last > timeoutMs || session.last - now > CLOCK_SLACK_MS) return "timeout";
  return now - session.start > MAX_MS ? "max" : "";
}

export function createSession({ visitors, newId, timeoutMs }) {
  let mine = null; // as this page last saw or wrote it
  let writtenLast = 0;
  const write = (session) => {
    mine = session;
    writtenLast = session.last;
    visitors.set(COOKIE, formatSession(session));
  };
  const read = () => parseSession(visitors.get(COOKIE)) || mine;
  return {
    /** Notes activity. `started` and `ended` ({session, reason}) tell the caller what to report first. */
    renew(now) {
      const before = read();
      const reason = before && whyOver(before, now, timeoutMs);
      if (!before || reason) {
        write({ id: newId(), start: now, last: now, index: before ? before.index + 1 : 1 });
        return { session: mine, started: true, ended: reason && before.last ? { session: before, reason } : null };
      }
      mine = { ...before, last: now };
      if (now - before.last >= WRITE_EVERY_MS) write(mine);
      return { session: mine };
    },
    current: () => mine,
    /** Goes on with a session that began on another domain of the site. */
    adopt(id, now) {
      write({ index: 1, ...read(), id, start: now, last: now });
    },
    usedElsewhere(now) {
      const stored = parseSession(visitors.get(COOKIE));
      return !!stored && stored.last !== writtenLast && now - stored.last < OTHER_TAB_MS;
    },
    /** The session that ended, or null if there was none. */
    end() {
      const session = read();
      if (!session || !session.last) return null;
      write({ ...session, last: 0 });
      return session;
    },
    forget() {
      mine = null;
      visitors.remove(COOKIE);
    },
  };
}
