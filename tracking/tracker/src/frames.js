/**
 * One person over the frames of a page: whoever learns who is here tells the page around it and the frames inside.
 *
 *     {name: "metricpal-identify", identity: {email | email_hash | user_id, traits}, key}
 *     {name: "metricpal-frame", key}      a frame makes itself known, and asks
 *
 * Only to and from pages of the same host or of the site's list, with the same key, and never to "any origin".
 */
import { listen } from "./guard.js";

const IDENTIFY = "metricpal-identify";
const HELLO = "metricpal-frame";
// The build shortens our own `identity`: that of the message stands in quotes.
const IDENTITY = "identity";
const NAMES = ["email", "email_hash", "email_sha256", "user_id"];
const MAX_FRAMES = 50;

/** The identity in a message as `[subject, traits]`, or null. */
export function identityIn(identity) {
  if (!identity || typeof identity !== "object") return null;
  const subject = {};
  for (const name of NAMES) if (typeof identity[name] === "string") subject[name] = identity[name].slice(0, 255);
  const { traits } = identity;
  return Object.keys(subject).length ? [subject, traits && typeof traits === "object" ? traits : {}] : null;
}

/** The origin of the page around this frame, "" where the browser does not tell it. */
export function originAround({ location, document }) {
  const [nearest] = location.ancestorOrigins || [];
  try {
    return nearest || new URL(document.referrer).origin;
  } catch (error) {
    return "";
  }
}

/**
 * @param people.person () => {subject, traits} or null
 * @param people.learn (subject, traits): somebody else found out
 * @returns {tell, stop, take}: `tell()` after somebody was identified here, `take(event)` for a message that came before
 */
export function connectFrames({ win, config, log }, isListed, people) {
  const { apikey: key } = config;
  const frames = new Map(); // window inside -> its origin
  const isOurs = (origin) => /^http/.test(origin) && (new URL(origin).host === win.location.host || isListed(origin));
  const around = win.parent === win ? "" : originAround(win);

  const post = (target, origin, message) => target.postMessage({ ...message, key }, origin);
  const tellOne = (target, origin) => {
    const known = people.person();
    if (known) post(target, origin, { name: IDENTIFY, [IDENTITY]: { ...known.subject, traits: known.traits } });
  };
  let teller = null; // who has just told us need not hear it again
  const tell = () => {
    const all = new Map(frames);
    if (isOurs(around)) all.set(win.parent, around);
    all.delete(teller);
    all.forEach((origin, frame) => tellOne(frame, origin));
  };
  const know = (source, origin) => {
    if (!source || source === win.parent || source === win) return;
    if (frames.size < MAX_FRAMES) frames.set(source, origin);
  };
  const take = (event) => {
    const { data, origin, source } = event;
    if (!data || (data.name !== IDENTIFY && data.name !== HELLO) || data.key !== key || !isOurs(origin)) return;
    if (source === win) return;
    know(source, origin);
    const found = data.name === IDENTIFY && identityIn(data[IDENTITY]);
    teller = source;
    if (found) people.learn(...found);
    teller = null;
    if (data.name === HELLO) tellOne(source, origin);
  };
  if (isOurs(around)) post(win.parent, around, { name: HELLO });
  tell();
  const stop = listen(win, "message", take, log);
  return { tell, take, stop };
}
