// Light, dark or as the system says. The choice is a cookie, so that the server can draw the first frame right.

const ONE_YEAR_SECONDS = 31536000;
const root = document.documentElement;

const chosen = () => root.dataset.theme ?? "system";

function mark() {
  document.querySelectorAll("[data-theme-choice]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen()));
  });
}

function choose(theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  document.cookie = `theme=${theme};path=/;max-age=${ONE_YEAR_SECONDS};samesite=lax`;
  mark();
  announce();
}

const announce = () => document.dispatchEvent(new CustomEvent("theme"));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]");
  if (button) choose(button.dataset.themeChoice);
});
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", announce);
mark();
