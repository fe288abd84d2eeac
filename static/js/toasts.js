// Short messages in the corner: those the server sent, and failed requests.

const SHOWN_MS = 6000;

const leave = (note) => setTimeout(() => note.remove(), SHOWN_MS);

export function toast(text) {
  const note = document.createElement("div");
  note.className = "toast-note";
  note.textContent = text;
  document.getElementById("toasts")?.append(note);
  leave(note);
}

document.querySelectorAll(".toasts [data-toast]").forEach(leave);
document.addEventListener("htmx:sendError", () => toast("The server cannot be reached. Please check your connection."));
document.addEventListener("htmx:responseError", (event) => {
  toast(`That did not work (${event.detail.xhr.status}). Please try again.`);
});
