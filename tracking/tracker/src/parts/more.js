/**
 * The first part to come, on every page: clicks and depth, which happened meanwhile or will; it notices what else the
 * page needs, asks for it, and keeps for it what happened before it is there.
 */
import { captureClicks } from "../capture/clicks.js";
import { describe } from "../capture/elements.js";
import { captureScroll } from "../capture/scroll.js";
import { MARK } from "../consent.js";
import { boundFlow } from "../flow.js";
import { guard, listen } from "../guard.js";
import { listedHosts } from "../hosts.js";
import { claimOrphans } from "../orphans.js";
import { plainProperties } from "../plain.js";
import { TYPES as OF_VENDORS } from "../vendors/types.js";

export { byXhr } from "../xhr.js";

/** Name -> base64 of the file's SHA-256. The build fills it in. */
const PARTS = typeof __PARTS__ === "object" ? __PARTS__ : {};

const FIELD = /^(INPUT|SELECT|TEXTAREA|FORM)$/;
// A search, or an address somebody was sent here with.
const TELLING = /[?&]([\w-]*(mail|query|search\w*|keywords?|term)|q|s)=/i;
const VENDORS = /hsFormCallback|meetingBookSucceeded|calendly\.ev|form-s/;
const MAX_TEXT = 65536;

/** What a message says it is. */
function nameIn({ data }) {
  if (typeof data === "string") return data.slice(0, MAX_TEXT);
  if (!data || typeof data !== "object") return "";
  const words = [data.type, data.event, data.name, "meetingBookSucceeded" in data && "meetingBookSucceeded"];
  return words.filter((word) => typeof word === "string").join();
}

const isOfVendors = (event) => (event.type === "message" ? VENDORS.test(nameIn(event)) : OF_VENDORS.includes(event.type));

const loading = (load) => (name) => load(name, PARTS[name]);

/** Before the first event. */
export async function prepare(kit, load) {
  const { win, config, people, context } = kit;
  if (config.fingerprint && !context.gpc) {
    const part = await loading(load)("privacy");
    if (part) people.identity.adopt((context.fp = part.fingerprint(win, config.apikey)));
  }
  if (!config.crossDomain) return;
  const part = await loading(load)("frames");
  if (part) part.prepare(kit);
}

/** `{email_hash}`, `{email_sha256}` or both; undefined where the part for it cannot be had. */
export const hashed = (load, email, which) => loading(load)("privacy").then((part) => part && part.hashed(email, which));

/** Starts the quality part `name` ("vitals", "errors" or "frustration"), once. @returns {Promise} of when it runs */
export async function part(kit, name) {
  const { parts = (kit.parts = {}) } = kit;
  if (!QUALITY.includes(name) || !kit.alive || parts[name]) return;
  parts[name] = true;
  const found = await loading(kit.load)(name);
  if (found && kit.alive) kit.ends.push(found.start(kit));
}

/** Takes the visitor's choice from the consent platform in the page. Works while nothing is counted yet. */
export const bridge = (win, load, choose) => loading(load)("cmp").then((found) => found && found.start(win, choose));

/** What `learn` and `found` do with what others say of the visitor. */
function learning({ config, consent, know }) {
  const learn = (subject, traits, source) => {
    const [, domain] = /@(.+)/.exec(subject.email) || [];
    const about = { source, email_domain: config.emailDomain ? domain : undefined };
    if (!consent.is("limited")) know("auto_identify", subject, plainProperties(traits), about);
  };
  return { learn, found: (email, source) => config.autoIdentify && learn({ email }, {}, source) };
}

const QUALITY = ["vitals", "errors", "frustration"];

/** Clicks and scroll depth. `base` learns how to explain an element. */
function capture(base, early) {
  const { page, emit, config, clock, win, log } = base;
  const about = { fileTypes: config.fileTypes, isListed: config.domains ? listedHosts(config.domains) : undefined };
  base.explain = (element) => describe(element, about);
  const clicks = captureClicks(page, emit, about);
  const ago = ({ timeStamp }) => Math.max(0, win.performance.now() - timeStamp);
  early.forEach(guard(([event, target]) => clicks.take(event, target, Math.round(clock.now() - ago(event))), log));
  return [clicks.stop, captureScroll(page, emit)];
}

/** What the visitor declines in one tab holds in the others, at once, and in pages the browser had put aside meanwhile. */
function followChoice({ win, config, local, suffix, log }) {
  const heard = ({ key, persisted }) => {
    const isNews = key === MARK + suffix || persisted;
    if (isNews && /^(den|lim)/.test(local.get(MARK))) win[config.global || "MetricPal"].consent("denied");
  };
  return listen(win, "storage pageshow", heard, log);
}

export function start(base, early) {
  const stops = [...capture(base, early), followChoice(base), boundFlow(base)];
  Object.assign(base, { alive: true, ends: stops });
  const kit = { ...base, ...learning(base) };
  const { page, win, config, log } = kit;
  const get = loading(kit.load);
  let on = true;

  /** Starts the part at its first sign; it gets the early events with their targets, and listens itself from then on. */
  function need(name, types, isSign) {
    const kept = early.filter(([event]) => types.includes(event.type) && isSign(event));
    let asked = false;
    const ask = () => {
      if (asked) return;
      asked = true;
      get(name).then((part) => {
        unlisten();
        if (part && on) stops.push(part.start(kit, kept));
      });
    };
    const keep = (event) => {
      if (!isSign(event)) return;
      kept.push([event, event.composedPath()[0]]);
      ask();
    };
    const unlisten = listen(win, types, keep, log);
    stops.push(unlisten);
    if (kept.length) ask();
    return ask;
  }

  if (config.trackForms || config.autoIdentify) {
    const ask = need("forms", "focusin submit", ({ target }) => FIELD.test(target.nodeName) || !!target.shadowRoot);
    const look = () => on && (win.document.forms.length || TELLING.test(win.location.href)) && ask();
    page.onEnter(look);
    stops.push(listen(win, "DOMContentLoaded load", look, log));
    look();
  }
  need("vendors", `message ${OF_VENDORS.join(" ")}`, isOfVendors);
  const connect = need("frames", "message", (event) => /metricpal-/.test(nameIn(event)));
  if (config.crossDomain || win.parent !== win) connect();
  QUALITY.filter((name) => config[name]).forEach((name) => part(base, name));
  const { keeps, recover } = kit.sender;
  if (keeps) recover(claimOrphans(kit.local, keeps, kit.clock.now()));
  return () => {
    on = base.alive = false;
    stops.forEach((stop) => stop());
  };
}
