// Brings the link of the present page into sight: the side bar, and the documentation's contents, are longer than most screens.
for (const bar of document.querySelectorAll(".sidebar, .docs-side")) {
  const link = bar.querySelector(".nav-link[aria-current]");
  const below = link ? link.offsetTop + link.offsetHeight - bar.clientHeight : 0;
  if (below > 0) bar.scrollTop = below + bar.clientHeight / 3;
}
