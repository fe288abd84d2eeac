// <button data-copy="#id">: copies the text or value of that element and says so on the button for a moment.

const SHOWN_MS = 1600;

async function onClick(event) {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
  const label = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = label), SHOWN_MS);
}

document.addEventListener("click", onClick);
