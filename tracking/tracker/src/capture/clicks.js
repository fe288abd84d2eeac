/**
 * One event for each click that means something: left, middle and keyboard clicks on what looks clickable. What the site
 * itself wrote on the element (tagged.js) is told instead of the click.
 */
import { listen } from "../guard.js";
import { closest } from "../native.js";
import { clickable, describe, isIgnored } from "./elements.js";
import { taggedBy } from "./tagged.js";

const LABEL_MS = 50; // a click on a label makes the browser click its field too

/** Whether this click is one the site wants told: inside `clickAllow`, outside `clickDeny`. */
function isWanted(element, { trackClicks, clickAllow, clickDeny }) {
  return trackClicks && (!clickAllow || closest(element, clickAllow)) && (!clickDeny || !closest(element, clickDeny));
}

/**
 * @param about what describe needs besides the element
 * @returns {take, stop}: `take(event, target, at)` for an event that came before, at the moment `at`
 */
export function captureClicks(page, emit, about) {
  const { win, config, log } = page;
  let echo = { field: null, until: 0 };

  function clicked(event, target, at) {
    if (event.button > 1 || target.nodeType !== 1 || closest(target, ":disabled:not(fieldset)") || isIgnored(target)) return;
    if (target === echo.field && event.timeStamp < echo.until) return;
    const label = closest(target, "label");
    echo = { field: label && label.control, until: event.timeStamp + LABEL_MS };
    const tagged = taggedBy(target);
    if (tagged && tagged.form) return; // its submit is what counts
    const element = tagged ? tagged.element : clickable(target);
    if (!element) return;
    const facts = describe(element, about);
    const urgent = facts.link === "outbound"; // it takes the page away: its event goes first
    if (tagged) tell(tagged, facts.href, { at, urgent: true });
    else if (isWanted(element, config))
      emit("click", { ...facts, x: Math.round(event.clientX), y: Math.round(event.clientY) }, { at, urgent });
  }
  function tell({ type, facts }, href, options) {
    emit(type, { href, ...facts }, options);
  }
  function submitted(event, target, at) {
    const tagged = taggedBy(target);
    if (tagged && tagged.form && !isIgnored(target)) tell(tagged, undefined, { at, urgent: true });
  }
  // Browsers click buttons and links on Enter by themselves, and nothing else.
  function pressed({ key }, target) {
    const tagged = /^(Enter| )$/.test(key) && target.matches("[tabindex]:not(a,button,input,select,textarea)") && taggedBy(target);
    if (tagged && tagged.element === target) tell(tagged, undefined, { urgent: true });
  }
  const take = (event, target, at) => {
    if (/click/.test(event.type)) clicked(event, target, at);
    else if (event.type === "submit") submitted(event, target, at);
    else if (event.type === "keydown") pressed(event, target);
  };
  const heard = (event) => take(event, event.composedPath()[0]);
  return { take, stop: listen(win, "click auxclick submit keydown", heard, log) };
}
