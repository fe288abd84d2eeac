// Brings the link of the present page into sight: the side bar is longer than most screens.
const bar = document.querySelector(".sidebar");
const link = bar?.querySelector(".nav-link[aria-current]");
if (link) {
  const below = link.offsetTop + link.offsetHeight - bar.clientHeight;
  if (below > 0) bar.scrollTop = below + bar.clientHeight / 3;
}
