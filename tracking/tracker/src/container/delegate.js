/** Listening for what happens to elements that match a selector, those that come later included. */
import { guard, listen } from "../guard.js";

/** The innermost element of the event's path that matches, also within open shadow roots. */
function target(event, selector) {
  return event.composedPath().find((node) => node.nodeType === 1 && node.matches(selector));
}

/**
 * @returns on(selector, types, fn): calls `fn.call(element, event, element)`. Throws for a selector that is none, so
 * that the mistake is told where it was made; what `fn` throws goes to `warn`.
 */
export function delegate(document, warn) {
  return (selector, types, fn) => {
    document.querySelector(selector);
    const heard = (event) => {
      const element = target(event, selector);
      if (element) guard(() => fn.call(element, event, element), warn)();
    };
    return listen(document, types, heard, warn);
  };
}
