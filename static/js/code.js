// <div class="code-editor" [data-fault-line="3"]><pre class="code-lines"></pre><textarea data-code></textarea></div>:
// numbers the lines, and lets Tab indent. Escape first, then Tab, leaves the field.

const INDENT = "  ";

function number(editor, lines) {
  const fault = Number(editor.dataset.faultLine);
  const count = editor.querySelector("textarea").value.split("\n").length;
  if (lines.childElementCount === count) return;
  lines.replaceChildren(
    ...Array.from({ length: count }, (_, index) => {
      const line = document.createElement("span");
      line.className = index + 1 === fault ? "is-fault" : "block";
      line.textContent = index + 1;
      return line;
    }),
  );
}

function start(editor) {
  const text = editor.querySelector("textarea");
  const lines = editor.querySelector(".code-lines");
  let leaving = false;
  number(editor, lines);
  text.addEventListener("input", () => number(editor, lines));
  text.addEventListener("scroll", () => (lines.scrollTop = text.scrollTop));
  text.addEventListener("blur", () => (leaving = false));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leaving = true;
    if (event.key !== "Tab" || event.shiftKey || leaving) return;
    event.preventDefault();
    text.setRangeText(INDENT, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input"));
  });
}

document.querySelectorAll(".code-editor").forEach(start);
