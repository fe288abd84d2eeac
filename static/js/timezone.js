// <input data-fill-timezone>: holds the browser's time zone, so that nobody has to choose from a list of six hundred.

const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
if (timeZone) document.querySelectorAll("[data-fill-timezone]").forEach((field) => (field.value = timeZone));
