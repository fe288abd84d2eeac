/**
 * One visitor over several domains of a site: links to a listed host carry `_mpl=visitor.seconds36.device.session` for
 * the moment of the click; the page they lead to takes both ids over and removes the parameter at once.
 *
 * Good for two minutes and for the same browser only, so that a link somebody copies does not make two people one.
 */
import { fnv1a } from "./fnv.js";
import { listen } from "./guard.js";
import { isForm } from "./native.js";

export const PARAMETER = "_mpl";
const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const VALUE = new RegExp(`^(${UUID})\\.([0-9a-z]{1,8})\\.([0-9a-f]{16})\\.(${UUID})$`);
const YOUNGEST_S = -5; // clocks differ
const OLDEST_S = 120;
const DOWNLOAD = /\.(pdf|zip|gz|csv|xlsx?|docx?|pptx?|exe|dmg|mp[34])$/i;

/** What both pages see of the browser. */
export const deviceOf = ({ navigator }) =>
  fnv1a([navigator.userAgent, navigator.language, new Date().getTimezoneOffset()].join("|"));

export const format = (visitor, session, device, now) =>
  [visitor, Math.floor(now / 1000).toString(36), device, session].join(".");

/** `{visitor, session}` of a parameter that is fresh and of this browser, else null. */
export function parse(text, device, now) {
  const [, visitor, written, from, session] = VALUE.exec(text || "") || [];
  const age = now / 1000 - parseInt(written, 36);
  return from === device && age >= YOUNGEST_S && age <= OLDEST_S ? { visitor, session } : null;
}

/** Takes the parameter out of the address of the page. Gives `{visitor, session}` or null. */
export function arrive(win, now, isListed) {
  const { location, history, document } = win;
  const url = new URL(location.href);
  const text = url.searchParams.get(PARAMETER);
  if (text === null) return null;
  // By hand: URLSearchParams would spell the others anew.
  const search = location.search.replace(new RegExp(`([?&])${PARAMETER}=[^&]*(&|$)`), (all, mark, end) => (end ? mark : ""));
  History.prototype.replaceState.call(history, history.state, "", location.pathname + search + location.hash);
  const isOurs = !document.referrer || isListed(document.referrer);
  return isOurs ? parse(text, deviceOf(win), now) : null;
}

const withParameter = (href, value) => {
  const url = new URL(href);
  url.searchParams.set(PARAMETER, value);
  return url.href;
};

/** `current()` gives `{visitor, session}`, or null where nobody may be followed. */
export function decorateLinks({ win, clock, log }, isListed, current) {
  const device = deviceOf(win);
  const value = () => {
    const ids = current();
    return ids && format(ids.visitor, ids.session, device, clock.now());
  };
  const leads = (href) => isListed(href) && new URL(href).host !== win.location.host;

  const clicked = (event) => {
    const link = event.composedPath().find((node) => node.nodeName === "A" || node.nodeName === "AREA");
    if (event.button > 1 || !link || !leads(link.href) || link.hasAttribute("download")) return;
    if (DOWNLOAD.test(new URL(link.href).pathname)) return;
    const before = link.getAttribute("href");
    const text = value();
    if (!text) return;
    link.setAttribute("href", withParameter(link.href, text));
    // The browser has read it by then.
    clock.setTimeout(() => link.setAttribute("href", before), 0);
  };
  const submitted = (event) => {
    const form = event.composedPath()[0];
    const own = (name) => Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, name).get.call(form);
    if (!isForm(form) || own("method") !== "get" || !leads(own("action"))) return;
    const text = value();
    if (!text) return;
    const field = Object.assign(win.document.createElement("input"), { type: "hidden", name: PARAMETER, value: text });
    Element.prototype.append.call(form, field);
    clock.setTimeout(() => field.remove(), 0);
  };
  const stops = [listen(win, "click auxclick", clicked, log), listen(win, "submit", submitted, log)];
  return () => stops.forEach((stop) => stop());
}
