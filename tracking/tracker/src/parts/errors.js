/**
 * The part that tells of errors in the page's own scripts, as custom events named `error`. They are nothing the visitor
 * did: `non_interaction` keeps them from making a visit engaged.
 */
import { listen } from "../guard.js";
import { cleanText, cleanUrl } from "../redact.js";

const AT_MOST = 10; // in one page
const AGAIN_MS = 60 * 1000; // the same error is told once in this time
const MAX_STACK = 2000;
// Other people's code: the browser says nothing of it, or it is not the page's.
const FOREIGN = /^Script error\.?$|(chrome|moz|safari(-web)?)-extension:/;

/** `{message, stack, source, line}` of an `error` or `unhandledrejection` event; null for what is none of the page's. */
export function factsOf({ error, reason, message, filename, lineno }) {
  const thrown = error || reason;
  const text = String((thrown && thrown.message) || message || thrown || "");
  const stack = String((thrown && thrown.stack) || "");
  if (!text || FOREIGN.test(text) || FOREIGN.test(stack) || FOREIGN.test(filename || "")) return null;
  return {
    error_type: (thrown && thrown.name) || "Error",
    message: cleanText(text, 500),
    stack: stack.split("\n").slice(0, 20).map((line) => cleanText(line)).join("\n").slice(0, MAX_STACK),
    source: filename ? cleanUrl(filename) : undefined,
    line: lineno || undefined,
  };
}

export function start({ win, emit, clock, log }) {
  const told = new Map(); // message and line -> when
  let count = 0;
  const heard = (event) => {
    const facts = event.target === win || event.type !== "error" ? factsOf(event) : null; // not pictures that fail
    if (!facts || count >= AT_MOST) return;
    const key = `${facts.message}|${facts.line}`;
    if (clock.now() - (told.get(key) || -AGAIN_MS) < AGAIN_MS) return;
    told.set(key, clock.now());
    count += 1;
    emit("custom", { event_name: "error", ...facts, non_interaction: true }, { idle: true });
  };
  return listen(win, "error unhandledrejection", heard, log);
}
