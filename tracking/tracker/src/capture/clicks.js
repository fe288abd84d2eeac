/** One event for each click that means something: left, middle and keyboard clicks on what looks clickable. */
import { listen } from "../guard.js";
import { clickable, closest, describe, isIgnored } from "./elements.js";

const LABEL_MS = 50; // a click on a label makes the browser click its field too

export function captureClicks(page, emit) {
  let echo = { control: null, until: 0 };

  const clicked = (event) => {
    const target = event.composedPath()[0];
    if (event.button > 1 || target.nodeType !== 1 || closest(target, ":disabled") || isIgnored(target)) return;
    const element = clickable(target);
    if (!element || (element === echo.control && event.timeStamp < echo.until)) return;
    echo = { control: element.control, until: event.timeStamp + LABEL_MS };
    const properties = { ...describe(element), x: Math.round(event.clientX), y: Math.round(event.clientY) };
    // An outbound link takes the page away: its event goes first.
    emit("click", properties, { urgent: properties.link === "outbound" });
  };
  return listen(page.win, "click auxclick", clicked, page.log);
}
