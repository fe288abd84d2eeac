/** The part for pages with forms, searches and addresses in their URL. */
import { captureForms } from "../capture/forms.js";
import { createSearch } from "../capture/search.js";
import { emailIn, isOwnEmail } from "../email.js";
import { guard } from "../guard.js";

/** The visitor's address in a page's URL, as links in letters have it; "" where there is none. */
export function emailInUrl({ search, hash }) {
  const query = new URLSearchParams(`${search}&${hash.split("?")[1] || ""}`);
  for (const [name, value] of query) if (isOwnEmail(name) && emailIn(value)) return emailIn(value);
  return "";
}

export function start(kit, early) {
  const { page, win, emit, people, local, found } = kit;
  const search = createSearch(page, emit, people.anonymous ? null : local);
  const forms = captureForms(page, emit, { found, search });
  const look = () => {
    search.onPage(win.location.search);
    const email = emailInUrl(win.location);
    if (email) found(email, "url");
  };
  let on = true;
  page.onEnter(() => on && kit.clock.setTimeout(look, 0)); // after the page view
  look();
  early.forEach(guard(([event, target]) => forms.take(event, target), kit.log));
  return () => {
    on = false;
    forms.stop();
  };
}
