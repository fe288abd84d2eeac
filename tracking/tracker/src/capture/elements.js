/** What may be said of an element: its tag, id, text, place and link. The value of a field is never read. */
import { attribute, closest, native } from "../native.js";
import { cleanText, cleanUrl, parseUrl } from "../redact.js";

export const IGNORED = "[data-mp-ignore],.mp-ignore,[data-private],.ph-no-capture,[data-hj-suppress]";
export const MASKED = "[data-mp-mask]";
const FIELDS = "select,input,textarea";
const ROLES = "[role=button],[role=link],[role=tab],[role=menuitem],[role=checkbox],[role=switch],[role=option]";
const CLICKABLE = `a,area,button,summary,label,${FIELDS},${ROLES},[onclick]`;
const SILENT = `script,style,template,${FIELDS},[contenteditable],${IGNORED},${MASKED}`;
const DOWNLOAD =
  /\.(pdf|xlsx?|docx?|txt|rtf|csv|exe|key|pps|pptx?|7z|pkg|rar|gz|zip|avi|mov|mp4|mpeg|wmv|midi|mp3|wav|wma|dmg|json|xml|epub|iso|apk|msi)$/i;
const MAX_TEXT = 1024;
const MAX_PATH = 8;

const tagOf = (element) => native(element, "nodeName").toLowerCase();

export const isIgnored = (element) => !!closest(element, IGNORED);

/** What a click on `target` means to hit, or null for a click on nothing in particular. */
export function clickable(target) {
  const found = closest(target, CLICKABLE);
  return found || (getComputedStyle(target).cursor === "pointer" ? target : null);
}

function innerText(node, room = MAX_TEXT) {
  let text = "";
  for (const child of node.childNodes) {
    if (child.nodeType === 3) text += child.data;
    else if (child.nodeType === 1 && !child.matches(SILENT)) text += ` ${innerText(child, room - text.length)} `;
    if (text.length > room) break;
  }
  return text.slice(0, room);
}

/** The words a visitor would use for it. */
export function textOf(element) {
  if (closest(element, MASKED) || element.isContentEditable) return "";
  const button = element.matches("input[type=submit],input[type=button],input[type=reset]");
  const text = () => (button ? element.value : element.matches(FIELDS) ? "" : innerText(element));
  const image = element.querySelector("img[alt]");
  const name = attribute(element, "aria-label") || text().trim() || (image && image.alt) || element.title;
  return cleanText(name || "", 100);
}

const parentOf = (element) => native(element, "parentElement");
const siblings = (element) => (parentOf(element) ? native(parentOf(element), "children") : []);

function step(element) {
  const alike = [...siblings(element)].filter((one) => tagOf(one) === tagOf(element));
  const classes = attribute(element, "class").match(/\S+/g) || [];
  const place = alike.length > 1 ? `:nth-of-type(${alike.indexOf(element) + 1})` : "";
  return [tagOf(element), ...classes.slice(0, 2)].join(".") + place;
}

/** A short selector such as `div#hero > a.btn:nth-of-type(2)`; stops at the first id that looks written by hand. */
export function pathOf(element) {
  const steps = [];
  for (let node = element; node && steps.length < MAX_PATH; node = parentOf(node)) {
    const id = attribute(node, "id");
    // Three digits in a row: made by a program, another one at the next load.
    if (/^(?!.*\d{3})\S+$/.test(id)) return [`${tagOf(node)}#${id}`, ...steps].join(" > ");
    if (!/^(html|body)$/.test(tagOf(node))) steps.unshift(step(node));
  }
  return steps.join(" > ");
}

/** Which files are downloads: `types` as the site lists them ("zip,csv"), or the usual ones. */
const downloads = (types) => (/^[\w\s,.]+$/.test(types) ? new RegExp(`\\.(${types.match(/\w+/g).join("|")})$`, "i") : DOWNLOAD);

/**
 * `{href, link}`: link is outbound, download, mailto or tel, and absent for a link inside the site.
 *
 * @param about.fileTypes which files are downloads, about.isListed (url) -> whether its host is the site's own, too
 */
export function linkOf(element, { fileTypes = "", isListed = () => false } = {}) {
  const anchor = closest(element, "a,area");
  const raw = anchor && anchor.href;
  const url = raw && parseUrl(raw.baseVal || raw, location.href); // in SVG it is an object
  const scheme = url && url.protocol.slice(0, -1);
  if (!/^(https?|mailto|tel)$/.test(scheme)) return {};
  const outside = url.host === location.host || isListed(url.href) ? undefined : "outbound";
  const kind = anchor.hasAttribute("download") || downloads(fileTypes).test(url.pathname) ? "download" : outside;
  return { href: cleanUrl(url.href), link: /^http/.test(scheme) ? kind : scheme };
}

/** The properties of a click on `element`; `about` as for linkOf. */
export function describe(element, about) {
  return {
    element_tag: tagOf(element),
    element_text: textOf(element),
    element_id: attribute(element, "id"),
    classes: attribute(element, "class").slice(0, 255) || undefined,
    path: pathOf(element),
    ...linkOf(element, about),
  };
}
