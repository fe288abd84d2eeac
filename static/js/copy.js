// <button data-copy="#id">: copies the text or value of that element and says so on the button for a moment.
// <button data-copy-text="…">: copies what it carries itself.

const SHOWN_MS = 1600;

async function onClick(event) {
  const button = event.target.closest("[data-copy], [data-copy-text]");
  if (!button) return;
  const source = button.dataset.copy && document.querySelector(button.dataset.copy);
  await navigator.clipboard.writeText(button.dataset.copyText ?? source.value ?? source.textContent.trim());
  const label = [...button.childNodes].findLast((node) => node.nodeType === Node.TEXT_NODE);
  const before = label.textContent;
  if (before === "Copied") return;
  label.textContent = "Copied";
  setTimeout(() => (label.textContent = before), SHOWN_MS);
}

document.addEventListener("click", onClick);
