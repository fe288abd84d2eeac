// Builds everything a browser loads into dist/: scripts, styles, fonts, icons, flags and the world map.
import { execFile } from "node:child_process";
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import { copyFlags, copyFonts, writeIcons } from "./build/assets.mjs";
import { writeWorld } from "./build/world.mjs";

const OUT = "dist";
const run = promisify(execFile);

const scripts = () =>
  esbuild.build({
    entryPoints: ["js/app.js", "js/charts.js", "js/dashboards.js"],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2020",
    outdir: OUT,
    legalComments: "none",
  });

const styles = () =>
  run(process.execPath, [
    "node_modules/@tailwindcss/cli/dist/index.mjs",
    ...["--input", "css/app.css", "--output", `${OUT}/app.css`, "--minify"],
  ]);

const started = performance.now();
await mkdir(OUT, { recursive: true });
// The tracking script is built elsewhere (tracking/tracker), into a folder of its own.
for (const file of (await readdir(OUT)).filter((name) => name !== "tracker")) {
  await rm(`${OUT}/${file}`, { recursive: true, force: true });
}
await mkdir(OUT, { recursive: true });
await Promise.all([
  styles(),
  scripts(),
  copyFonts(OUT),
  copyFlags(OUT),
  copyFile("build/favicon.svg", `${OUT}/favicon.svg`),
  writeIcons(OUT),
  writeWorld(OUT),
]);
console.log(`built ${OUT}/ in ${Math.round(performance.now() - started)} ms`);
