// The filter builder: opened empty or with the filter of a pill; its list of values follows the chosen dimension.
import htmx from "./htmx.js";

const field = (form, name) => form.elements.namedItem(name);

/** The page's state without the filter that is being changed, as hidden fields. */
function keep(form, href) {
  const fields = [...new URL(href, location.href).searchParams].map(([name, value]) => {
    return Object.assign(document.createElement("input"), { type: "hidden", name, value });
  });
  form.querySelector("[data-filter-state]").replaceChildren(...fields);
}

function onClick(event) {
  const opener = event.target.closest('[data-dialog="#filter-dialog"]');
  if (!opener) return;
  const form = document.querySelector("[data-filter-form]");
  const { editFilter, operator, value, without } = opener.dataset;
  keep(form, without ?? location.href);
  if (editFilter) field(form, "dimension").value = editFilter;
  field(form, "operator").value = operator ?? "is";
  field(form, "value").value = value ?? "";
}

function onChange(event) {
  if (!event.target.matches("[data-filter-dimension]")) return;
  const value = field(event.target.form, "value");
  value.value = "";
  htmx.trigger(value, "suggest");
}

document.addEventListener("click", onClick);
document.addEventListener("change", onChange);
