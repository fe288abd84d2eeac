// <button data-add-row="events"> puts another row into <div data-rows="events">: a copy of its <template>, with the
// next number in place of __prefix__, as Django's formsets count.

function add(prefix) {
  const rows = document.querySelector(`[data-rows="${prefix}"]`);
  const total = document.getElementById(`id_${prefix}-TOTAL_FORMS`);
  const template = rows.querySelector("template");
  const row = document.createElement("div");
  row.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
  template.before(...row.children);
  total.value = Number(total.value) + 1;
  template.previousElementSibling.querySelector("select, input")?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row]");
  if (button) add(button.dataset.addRow);
});
