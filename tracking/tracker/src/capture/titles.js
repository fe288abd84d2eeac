/**
 * Titles come late: frameworks set them after the address. A page view takes its title a moment later, or when it
 * is sent.
 */
import { cleanText } from "../redact.js";

const WAIT_MS = 300;
const MAX_TITLE = 512;

export const cleanTitle = (title) => cleanText(title, MAX_TITLE);

export function createTitles({ win, clock }) {
  const { document } = win;
  let untitled = null; // the page_view event whose title may still change
  let timer = 0;
  const settle = () => {
    clock.clearTimeout(timer);
    if (untitled) untitled.properties.title = cleanTitle(document.title);
    untitled = null;
  };
  const wait = () => {
    timer = clock.setTimeout(document.readyState === "loading" ? wait : settle, WAIT_MS);
  };
  return {
    settle,
    pending: () => !!untitled,
    follow(event) {
      settle();
      untitled = event;
      wait();
    },
  };
}
