/**
 * Searches inside the site: from the address of a page with results, and from search forms.
 *
 * A form that leads to such a page, its second page and its reload are one search: the last query is remembered for a
 * while. Where nothing may be kept, a form that leads to an address with its query leaves the telling to that page.
 */
import { attribute } from "../native.js";
import { cleanText } from "../redact.js";
import { fieldsOf, formGet, valueOf } from "./forms_fields.js";

const NAMES = /^(q|s|query|search|keywords?|term|search_?(query|terms?|text|keywords?))$/i;
const BOX = "[type=search],[role=searchbox]";
const MEMORY = "_mp_search";
const REMEMBERED_MS = 30 * 60 * 1000;

/** The query in an address such as "?q=red+shoes", or "". */
export function searchedIn(search) {
  for (const [name, value] of new URLSearchParams(search)) if (NAMES.test(name) && value.trim()) return cleanText(value);
  return "";
}

/** The field in which this form is told what to look for, if it is one for searching. */
function boxOf(form) {
  const fields = fieldsOf(form);
  const is = (field, selector) => Element.prototype.matches.call(field, selector);
  const isSearch = Element.prototype.closest.call(form, "[role=search],search");
  return fields.find((field) => is(field, BOX)) || (isSearch && fields.find((field) => field.localName === "input"));
}

/** `local`: where the last query is kept, or null for nowhere. Gives `{onPage(search), onForm(form)}`. */
export function createSearch({ win, clock }, emit, local) {
  let last = "";
  const remember = (query) => {
    last = query;
    if (local) local.set(MEMORY, JSON.stringify([query, clock.now()]));
  };
  const isKnown = (query) => {
    let [kept, at] = [last, clock.now()];
    try {
      if (local) [kept, at] = JSON.parse(local.get(MEMORY)) || [];
    } catch (error) {
      // not ours: as if nothing was kept
    }
    return query === kept && clock.now() - at < REMEMBERED_MS;
  };
  const tell = (query, type) => {
    remember(query);
    emit("search", { query, search_type: type });
  };
  const leadsToResults = (form, box) =>
    formGet(form, "method") === "get" && NAMES.test(attribute(box, "name")) && new URL(formGet(form, "action")).origin === win.location.origin;

  return {
    onPage(search) {
      const query = searchedIn(search);
      if (query && !isKnown(query)) tell(query, "url");
    },
    onForm(form) {
      const box = boxOf(form);
      const query = box && cleanText(String(valueOf(box)));
      if (query && (local || !leadsToResults(form, box))) tell(query, "form");
    },
  };
}
