// Brings the numbers of the page up to date without touching what did not change: no flicker, no lost scroll position,
// no closed menu. One request, answered with the page's live parts; each [data-live] part is replaced if it differs.
import htmx from "./htmx.js";

const root = () => document.getElementById("overview");
const served = new Map(); // id of a part -> the HTML it last had from the server

const PATIENCE_MS = 30_000;
// A page spends at most a tenth of its time asking: where answers are slow, everybody asks less often.
const RESTS = 10;
const LONGEST_REST_MS = 5000; // one slow answer does not keep old numbers for long

let waiting = null;
let last = 0;
let took = 0;
let pause = 0; // as the socket asks for, when many listen
// One request at a time: an answer that took long would else put older numbers over newer ones, and they would stay.
let loading = false;
let again = false;
let sent = 0; // how often the socket brought parts

function keepOpen(before, after) {
  before.querySelectorAll("details[id][open]").forEach(({ id }) => after.querySelector(`#${id}`)?.setAttribute("open", ""));
}

/** The element of `after` that stands where the focused one of `before` stood, if the focus was there. */
function focusedTwin(before, after) {
  const focused = document.activeElement;
  if (!before.contains(focused)) return null;
  const place = [...before.querySelectorAll(focused.localName)].indexOf(focused);
  return after.querySelectorAll(focused.localName)[place];
}

function replace(part) {
  const present = document.getElementById(part.id);
  if (!present || served.get(part.id) === part.innerHTML) return;
  served.set(part.id, part.innerHTML);
  keepOpen(present, part);
  const focused = focusedTwin(present, part);
  present.replaceWith(part);
  focused?.focus({ preventScroll: true });
  htmx.process(part);
  document.dispatchEvent(new CustomEvent("refreshed", { detail: part }));
}

/** Puts the live parts of this HTML into the page. */
function put(html) {
  new DOMParser().parseFromString(html, "text/html").querySelectorAll("[data-live]").forEach(replace);
}

/** The same for what came by itself: an answer that is still on its way would put older numbers over it. */
export function show(html) {
  sent += 1;
  put(html);
}

async function load() {
  last = Date.now();
  loading = true;
  await ask().finally(() => (loading = false));
  took = Date.now() - last;
  if (again) refresh();
}

async function ask() {
  again = false;
  const asked = location.href;
  const before = sent;
  const headers = { "HX-Request": "true", "HX-Target": "dashboard" };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch(asked, { headers, signal }).catch(() => null);
  // The reader may have moved on while the answer was on its way.
  if (answer?.redirected || location.href !== asked || sent !== before) return;
  if (!answer?.ok) return void (again = true); // what changed is still not shown
  const html = await answer.text();
  if (sent === before) put(html);
}

/** How many ms this page lets pass between two questions. */
export function space(ms) {
  pause = ms;
}

/** Ask again soon: at once if the last time is long enough ago, else when it is. Hidden pages wait until looked at. */
export function refresh() {
  const least = Number(root()?.dataset.refreshMs);
  if (!least || waiting || document.hidden) return;
  if (loading) return void (again = true);
  const every = Math.max(least, pause, Math.min(LONGEST_REST_MS, RESTS * took));
  const wait = Math.max(0, last + every - Date.now());
  waiting = setTimeout(() => {
    waiting = null;
    load();
  }, wait);
}

document.addEventListener("visibilitychange", refresh);
