/** Event rules: clicks, submits, first sights and page views that become events of the customer's own name. */
import { matcher } from "./paths.js";
import { watchPages } from "./pages.js";
import { watchSights } from "./sights.js";
import { valuesOf } from "./values.js";

export function runRules(win, mp, on, rules, warn) {
  const pages = watchPages(win);
  const textOf = (element) => (mp.getClickInfo(element) || {}).element_text;
  for (const rule of rules) {
    const isHere = matcher(rule.pages);
    const told = (element) => {
      if (!isHere(win.location.pathname)) return;
      const values = valuesOf(rule.properties, element, textOf);
      if (rule.kind === "goal") mp.goal(rule.event, values);
      else mp.trackEvent(rule.event, values);
    };
    try {
      if (rule.on === "page") pages(() => told(null));
      else if (rule.on === "visible") watchSights(win, pages, rule.selector, told);
      else on(rule.selector, rule.on, (event, element) => told(element));
    } catch (error) {
      warn(`rule for ${rule.event} stopped:`, error.message);
    }
  }
}
