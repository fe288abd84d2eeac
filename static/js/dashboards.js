// The builder of dashboards: widgets are moved by their head, resized by their corner, and both with keys.
// They stand one after the other and flow over twelve columns; each change is saved as it is made.

const COLUMNS = 12;
const ROWS = 12;
const SAVE_AFTER_MS = 400;

const board = document.querySelector("[data-builder]");
const said = document.querySelector("[data-builder-says]");
const state = document.querySelector("[data-save-state]");
const widgets = () => [...board.querySelectorAll(".widget")];
const name = (widget) => widget.getAttribute("aria-label");
const between = (value, least, most) => Math.min(most, Math.max(least, value));

let revision = Number(board?.dataset.revision);
let timer = null;
let saving = false;
let again = false;

function say(text) {
  said.textContent = text;
}

function size(widget, w, h) {
  const before = `${widget.dataset.w} ${widget.dataset.h}`;
  widget.classList.remove(`cols-${widget.dataset.w}`, `rows-${widget.dataset.h}`);
  widget.dataset.w = between(w, 1, COLUMNS);
  widget.dataset.h = between(h, 1, ROWS);
  widget.classList.add(`cols-${widget.dataset.w}`, `rows-${widget.dataset.h}`);
  return before !== `${widget.dataset.w} ${widget.dataset.h}`;
}

async function save() {
  if (saving) return void (again = true);
  saving = true;
  again = false;
  const places = widgets().map(({ dataset }) => ({ id: dataset.widget, w: Number(dataset.w), h: Number(dataset.h) }));
  const headers = { "Content-Type": "application/json", ...JSON.parse(document.body.getAttribute("hx-headers")) };
  const body = JSON.stringify({ revision, widgets: places });
  const answer = await fetch(board.dataset.builder, { method: "POST", headers, body }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  saving = false;
  if (answer?.ok) {
    revision = told.revision;
    if (again) return void save();
    state.textContent = "Saved";
    return;
  }
  state.textContent = told?.detail ?? "Not saved: the server does not answer. Change something to try again.";
}

function changed() {
  state.textContent = "Saving …";
  clearTimeout(timer);
  timer = setTimeout(save, SAVE_AFTER_MS);
}

function move(widget, step) {
  const all = widgets();
  const place = all.indexOf(widget) + step;
  if (place < 0 || place >= all.length) return say("No further.");
  if (step < 0) all[place].before(widget);
  else all[place].after(widget);
  widget.focus();
  say(`${name(widget)}: place ${place + 1} of ${all.length}`);
  changed();
}

function resize(widget, w, h) {
  if (!size(widget, Number(widget.dataset.w) + w, Number(widget.dataset.h) + h)) return say("No further.");
  say(`${name(widget)}: ${widget.dataset.w} of ${COLUMNS} columns wide, ${widget.dataset.h} rows high`);
  changed();
}

function remove(widget) {
  if (!window.confirm(`Remove ${name(widget)} from this dashboard?`)) return;
  const next = widget.nextElementSibling ?? widget.previousElementSibling;
  widget.remove();
  say(`${name(widget)} is removed`);
  next?.focus();
  changed();
}

const MOVES = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
const SIZES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function onKey(event) {
  const widget = event.target;
  if (!widget.matches(".widget") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in MOVES) {
    if (event.shiftKey) resize(widget, ...SIZES[event.key]);
    else move(widget, MOVES[event.key]);
  } else if (event.key === "Delete") remove(widget);
  else if (event.key === "Enter") widget.querySelector("[data-change]").click();
  else return;
  event.preventDefault();
  event.stopPropagation(); // arrows are shortcuts of other pages
}

function hold(event, onMove) {
  const widget = event.target.closest(".widget");
  const release = () => {
    widget.classList.remove("is-held");
    removeEventListener("pointermove", onMove);
    changed();
  };
  event.preventDefault();
  widget.focus();
  widget.classList.add("is-held");
  addEventListener("pointermove", onMove);
  addEventListener("pointerup", release, { once: true });
  addEventListener("pointercancel", release, { once: true });
}

/** The held widget goes where the pointer is: before or behind the one under it. */
function drag(event) {
  const held = event.target.closest(".widget");
  hold(event, ({ clientX, clientY }) => {
    const over = document.elementsFromPoint(clientX, clientY).map((each) => each.closest(".board > .widget"));
    const target = over.find((each) => each && each !== held);
    if (!target) return;
    const box = target.getBoundingClientRect();
    const isSameRow = Math.abs(box.top - held.getBoundingClientRect().top) < box.height / 2;
    const isBehind = isSameRow ? clientX > box.left + box.width / 2 : clientY > box.top + box.height / 2;
    if (isBehind && target.nextElementSibling !== held) target.after(held);
    if (!isBehind && target.previousElementSibling !== held) target.before(held);
  });
}

function stretch(event) {
  const widget = event.target.closest(".widget");
  const { left, top } = widget.getBoundingClientRect();
  const style = getComputedStyle(board);
  const gap = parseFloat(style.rowGap);
  const column = (board.clientWidth + gap) / COLUMNS;
  const row = parseFloat(style.gridAutoRows) + gap;
  hold(event, ({ clientX, clientY }) => {
    const h = row ? Math.round((clientY - top + gap) / row) : Number(widget.dataset.h);
    size(widget, Math.round((clientX - left + gap) / column), h);
  });
}

function onPointer(event) {
  if (event.button !== 0 || event.target.closest("a, button")) return;
  if (event.target.closest("[data-corner]")) stretch(event);
  else if (event.target.closest("[data-grip]")) drag(event);
}

function onClick(event) {
  const button = event.target.closest("[data-remove]");
  if (button) remove(button.closest(".widget"));
}

if (board) {
  board.addEventListener("keydown", onKey);
  board.addEventListener("pointerdown", onPointer);
  board.addEventListener("click", onClick);
}
