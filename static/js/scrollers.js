// A wide table in a narrow window scrolls sideways. Where nothing in it takes the focus, the arrow keys need it to be the
// scroller's: Chromium and Firefox give it by themselves, Safari does not.

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

function fit(scroller) {
  const isNeeded = scroller.scrollWidth > scroller.clientWidth && !scroller.querySelector(FOCUSABLE);
  if (isNeeded) scroller.tabIndex = 0;
  else scroller.removeAttribute("tabindex");
}

const resizes = new ResizeObserver((entries) => entries.forEach(({ target }) => fit(target)));
const watch = (within) => within.querySelectorAll(".scroll-x, .prose :is(pre, table)").forEach((scroller) => resizes.observe(scroller));

document.addEventListener("htmx:load", (event) => watch(event.target));
document.addEventListener("refreshed", (event) => watch(event.detail));
