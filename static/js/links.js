// Keeps the links of the overview in step with its state.
import htmx from "./htmx.js";

/** After a panel changed its tab, every other link of the page must carry the new tab too. */
function onLoad(event) {
  const panel = event.target.closest?.("[data-panel]");
  const overview = document.getElementById("overview");
  if (!panel || !overview) return;
  const { panel: name, tab } = panel.dataset;
  overview.querySelectorAll("a[href]").forEach((link) => {
    const url = new URL(link.getAttribute("href"), location.href); // `href` of a link in an SVG is no text
    if (url.pathname !== location.pathname || panel.contains(link)) return;
    url.searchParams.set(name, tab);
    link.setAttribute("href", url.pathname + url.search);
  });
  htmx.process(overview); // a boosted link's address was read when it was boosted
}

/** Go to another state of the page, as a boosted link would. */
function visit(address) {
  htmx.ajax("GET", address, { source: "#overview", target: "#overview", swap: "outerHTML show:none", push: "true" });
}

/** htmx boosts links of HTML only, not those of the map and of paths. */
function onClick(event) {
  const link = event.target.closest(".world a, .paths a[data-visit]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  visit(link.getAttribute("href"));
}

document.addEventListener("htmx:load", onLoad);
document.addEventListener("click", onClick);
document.addEventListener("visit", ({ detail }) => visit(detail)); // the chart: a bucket was clicked
