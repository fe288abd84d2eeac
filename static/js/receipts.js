// <a data-receipt href="…/receipt/?…">1,234</a>: the receipt of a number opens over the page. Without a script, and in a
// new tab, the link leads to the same receipt as a page of its own.
import htmx from "./htmx.js";

function onClick(event) {
  const link = event.target.closest("a[data-receipt]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !document.getElementById("receipt-place")) return;
  event.preventDefault();
  event.stopPropagation(); // before the link would be followed inside the page
  htmx.ajax("GET", link.href, { target: "#receipt-place", swap: "innerHTML" });
}

document.addEventListener("click", onClick, true);
