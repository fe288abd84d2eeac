/**
 * What a page says of itself comes late: frameworks set the title after the address. A page view takes it a moment later,
 * or when it is sent.
 */
import { guard } from "../guard.js";
import { plainProperties } from "../plain.js";
import { cleanLine, cleanUrl } from "../redact.js";

const WAIT_MS = 300;
const MAX_TITLE = 512;

export const cleanTitle = (title) => cleanLine(title, MAX_TITLE);

export function createTitles({ win, clock, config }) {
  const { document, performance } = win;
  let untitled = null; // the page_view event whose title may still change
  let isLoaded = false; // by the server, which said with what status
  let timer = 0;
  const find = (selector) => document.querySelector(selector);

  /** 404 where the page or the answer says so. */
  function status() {
    const { responseStatus } = (isLoaded && performance.getEntriesByType("navigation")[0]) || {};
    return find("[data-mp-404],meta[name=mp-status][content='404']") || responseStatus === 404 ? 404 : undefined;
  }
  function facts() {
    const link = config.canonical && find("link[rel=canonical]");
    return { title: cleanTitle(document.title), status: status(), canonical: link ? cleanUrl(link.href) : undefined };
  }
  /** The site has the last word on what came late, too. */
  function tell(event, late) {
    const full = { ...event, properties: { ...event.properties, ...late } };
    event.properties = plainProperties({ ...full, ...guard(config.beforeSend || Object)(full) }.properties);
  }
  const settle = () => {
    clock.clearTimeout(timer);
    if (untitled) tell(untitled, facts());
    untitled = null;
  };
  const wait = () => {
    timer = clock.setTimeout(document.readyState === "loading" ? wait : settle, WAIT_MS);
  };
  return {
    settle,
    pending: () => !!untitled,
    follow(event, loaded) {
      settle();
      untitled = event;
      isLoaded = loaded;
      wait();
    },
  };
}
