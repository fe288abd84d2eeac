// Live updates: a WebSocket says that something changed, and the page asks the server for its numbers again; a dashboard
// is sent them. Where no socket opens, the page asks every quarter of a minute.
import { refresh, show, space } from "./refresh.js";

const POLL_MS = 15000;
const TICK_MS = 30000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30000;
const TRIES_BEFORE_POLLING = 3;
const WORDS = { connecting: "Connecting", online: "Live", offline: "Offline" };
const CLOSED_FOR_GOOD = 4403; // signed out, or no longer a member

let socket = null;
let tries = 0;
let polling = null;
let arriving = Promise.resolve();

const root = () => document.getElementById("overview");

/** A page that says why there are no numbers has nothing to hear of. */
const isLive = ({ socket, workspace }) => Boolean(socket ?? workspace);

/** A dashboard says its socket's path itself; the overview's follows from its workspace. */
function address({ socket, workspace, environment, livePort }) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const host = livePort && livePort !== "0" ? `${location.hostname}:${livePort}` : location.host;
  return `${scheme}://${host}${socket ?? `/ws/dashboard/${workspace}?env=${environment}`}`;
}

function say(state) {
  document.querySelectorAll("[data-live-state]").forEach((element) => (element.dataset.liveState = state));
  document.querySelectorAll("[data-live-word]").forEach((element) => (element.textContent = WORDS[state]));
}

/** A figure of a dashboard, before the page has asked for all of them. */
function put({ metric, text }) {
  document.querySelectorAll(`[data-metric="${CSS.escape(metric)}"]`).forEach((element) => (element.textContent = text));
}

/** The parts that changed, as gzip: the server draws and packs them once for all who see the same. One after the other. */
function bring(from, packed) {
  arriving = arriving
    .then(() => new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).text())
    // The reader may have moved on meanwhile; another state has another socket.
    .then((html) => from === socket && from.address === (root() && address(root().dataset)) && show(html))
    .catch(() => from.close()); // the next socket brings all of them
}

function onMessage({ target, data }) {
  if (typeof data !== "string") return bring(target, data);
  [JSON.parse(data)].flat().forEach(hear);
}

function hear(message) {
  if (message.text) put(message);
  if (message.metric === "visitors_now") {
    document.querySelectorAll("[data-visitors-now]").forEach((element) => {
      element.textContent = message.value.toLocaleString("en");
    });
  }
  if (message.changed) {
    space(message.pause_ms);
    refresh();
  }
}

/** Whether the server sends what changes, from the moment the socket opens. */
const isSent = () => socket?.readyState === WebSocket.OPEN && new URL(socket.address).searchParams.has("parts");

function poll(on) {
  clearInterval(polling);
  polling = on ? setInterval(refresh, POLL_MS) : null;
}

function retry(event) {
  if (event.target !== socket) return;
  socket = null;
  say("offline");
  if (event.code === CLOSED_FOR_GOOD) return location.reload();
  tries += 1;
  if (tries === TRIES_BEFORE_POLLING) poll(true);
  // Random, so that a thousand pages do not come back in the same second.
  const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** tries);
  setTimeout(connect, wait / 2 + Math.random() * (wait / 2));
}

function connect() {
  const page = root();
  if (!page || socket || !isLive(page.dataset)) return;
  socket = new WebSocket(address(page.dataset));
  socket.address = address(page.dataset);
  socket.onopen = () => {
    tries = 0;
    poll(false);
    say("online");
    if (!isSent()) refresh(); // whatever changed while nobody was listening
  };
  socket.onmessage = onMessage;
  socket.onclose = retry;
}

/** After the page changed: another state has another socket; elsewhere there is none. */
function follow() {
  const page = root();
  if (socket && (!page || !isLive(page.dataset) || address(page.dataset) !== socket.address)) {
    const old = socket;
    socket = null;
    old.close();
  }
  if (socket) say(socket.readyState === WebSocket.OPEN ? "online" : "offline");
  else if (tries === 0) connect();
}

/** What tells of the last minutes grows old without any event. */
function tick() {
  if (!isSent() && document.querySelector("[data-ticks]")) refresh();
}

setInterval(tick, TICK_MS);
document.addEventListener("htmx:afterSettle", follow);
connect();
