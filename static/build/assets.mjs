// Fonts, flags and icons: copied from npm packages, so that no page ever asks another host for them.
import { copyFile, cp, mkdir, readFile, writeFile } from "node:fs/promises";

const ICONS = [
  "adjustments-horizontal", "arrow-down-tray", "arrow-long-down", "arrow-long-up", "arrow-path",
  "arrow-right-start-on-rectangle", "arrow-top-right-on-square", "arrow-trending-up", "arrows-pointing-out", "at-symbol",
  "bars-3", "beaker", "bell", "bolt", "book-open", "bookmark", "building-office", "calendar", "chart-bar", "check",
  "check-circle", "chevron-down", "chevron-left", "chevron-right", "chevron-up-down", "clipboard", "clock", "code-bracket", "cog-6-tooth",
  "computer-desktop", "cpu-chip", "credit-card", "cursor-arrow-rays", "device-phone-mobile", "device-tablet",
  "document-text", "ellipsis-horizontal", "envelope", "exclamation-triangle", "eye", "finger-print", "flag", "funnel",
  "globe-alt", "home", "information-circle", "key", "link", "lock-closed", "magnifying-glass", "map", "minus", "moon",
  "pencil-square", "plus", "question-mark-circle", "rocket-launch", "shield-check", "signal", "sparkles", "squares-2x2",
  "sun", "swatch", "table-cells", "tag", "trash", "tv", "user", "user-circle", "user-plus", "users", "window", "wrench-screwdriver",
  "x-mark",
  // schemas, quarantine
  "inbox", "clipboard-document-check",
  // alerts, annotations
  "bell-alert", "megaphone", "chat-bubble-left-ellipsis",
  // entries of the side menu: each has its own
  "briefcase", "banknotes", "user-group", "rectangle-group", "list-bullet", "chart-pie", "command-line",
  // kinds of widgets, templates of dashboards
  "hashtag", "photo", "shopping-cart", "newspaper", "document-duplicate", "share", "arrows-pointing-in", "bars-2",
];

const symbol = (name, svg) => {
  const body = svg.replace(/<svg[^>]*>|<\/svg>/g, "").replace(/\s*\n\s*/g, "");
  const look = 'fill="none" stroke="currentColor" stroke-width="1.6" viewBox="0 0 24 24"';
  return `<symbol id="${name}" ${look}>${body}</symbol>`;
};

/** icons.svg: one file, one <symbol> for each icon, used as <use href="…#name">. */
export async function writeIcons(out) {
  const read = (name) => readFile(`node_modules/heroicons/24/outline/${name}.svg`, "utf8");
  const symbols = await Promise.all(ICONS.map(async (name) => symbol(name, await read(name))));
  await writeFile(`${out}/icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
}

/** flags/<CODE>.svg: one small file for each country, loaded only where a row shows it. */
export async function copyFlags(out) {
  const countries = JSON.parse(await readFile("../analytics/data/countries.json", "utf8"));
  await mkdir(`${out}/flags`, { recursive: true });
  const copy = (code) => copyFile(`node_modules/country-flag-icons/3x2/${code}.svg`, `${out}/flags/${code}.svg`);
  await Promise.all(Object.keys(countries).map(copy));
}

export async function copyFonts(out) {
  const folder = "node_modules/@fontsource-variable/inter";
  await mkdir(`${out}/fonts`, { recursive: true });
  for (const subset of ["latin", "latin-ext"]) {
    await cp(`${folder}/files/inter-${subset}-wght-normal.woff2`, `${out}/fonts/inter-${subset}.woff2`);
  }
}
