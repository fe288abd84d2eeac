/**
 * Builds what browsers load into static/dist/tracker/: the script, its stub, both with .gz and .br beside them.
 * Prints the sizes and fails when one is over its gate.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";
import { INTERNAL } from "./src/internal.js";
import { fileOf } from "./src/lazy.js";
import { METHODS } from "./src/methods.js";

const here = new URL(".", import.meta.url);
const target = new URL("../../static/dist/tracker/", here);
const { version } = JSON.parse(await readFile(new URL("package.json", here)));

// Bytes after gzip.
const FILES = [
  { name: "trackingscript.js", entry: "src/index.js", target: "es2020", gate: 10752 },
  { name: "nano.js", entry: "src/nano.js", target: "es2020", gate: 2190 },
  { name: "stub.js", entry: "src/stub.js", target: "es5", gate: 400 },
  // What tag containers add to the script, and what a stopped one serves in its place.
  { name: "container.js", entry: "src/container/index.js", target: "es2018", gate: 1900, plain: true },
  { name: "inert.js", entry: "src/container/inert.js", target: "es5", gate: 400 },
];
// Parts that the script loads when a page needs them (src/lazy.js). Gates are bytes after gzip, too.
const PARTS = [
  { name: "forms", gate: 4600 },
  { name: "vendors", gate: 3600 },
  { name: "frames", gate: 2400 },
  { name: "privacy", gate: 1700 },
  { name: "vitals", gate: 3700 },
  { name: "errors", gate: 2000 },
  { name: "frustration", gate: 2600 },
  { name: "cmp", gate: 960 },
];
const MORE = { name: "more", gate: 6200 };

// Script and parts shorten the same names to the same letters.
const mangleCache = {};

const absWorkingDir = new URL(".", import.meta.url).pathname;

/** `text` instead of the file `entry`. */
async function bundle({ entry, text, target, plain, parts = {}, more = "" }) {
  const { outputFiles, mangleCache: made } = await build({
    absWorkingDir,
    ...(text ? { stdin: { contents: text, resolveDir: absWorkingDir } } : { entryPoints: [entry] }),
    bundle: true,
    minify: true,
    format: "iife",
    target,
    write: false,
    // `plain`: it reads what the server writes, by its names.
    mangleProps: plain ? undefined : new RegExp(`^(${INTERNAL.join("|")})$`),
    mangleCache: plain ? undefined : mangleCache,
    legalComments: "none",
    define: {
      __VERSION__: JSON.stringify(version),
      __METHODS__: JSON.stringify(METHODS.join(" ")),
      __PARTS__: JSON.stringify(parts),
      __MORE__: JSON.stringify(more),
    },
  });
  if (!plain) Object.assign(mangleCache, made);
  return outputFiles[0].text;
}

/** Terser finds some 500 bytes that esbuild leaves. */
async function squeeze(text, target) {
  const ecma = +target.slice(2);
  const { code } = await minify(text, { ecma, compress: { passes: 6, unsafe_arrows: true }, mangle: true, toplevel: true });
  return Buffer.from(code);
}

/** Writes a file with .gz and .br beside it, and says whether it is within its gate. */
async function write(name, code, gate) {
  const packed = gzipSync(code, { level: 9 });
  await writeFile(new URL(name, target), code);
  await writeFile(new URL(`${name}.gz`, target), packed);
  await writeFile(new URL(`${name}.br`, target), brotliCompressSync(code));
  const over = packed.length > gate;
  console.log(`${name}: ${code.length} B, ${packed.length} B gzip of ${gate}${over ? ": TOO LARGE" : ""}`);
  if (over) process.exitCode = 1;
}

/** What a module exports, by name: a page's additions to Object.prototype must not come among them. */
async function exportsOf(entry) {
  const { metafile } = await build({ absWorkingDir, entryPoints: [entry], bundle: true, format: "esm", write: false, metafile: true });
  return Object.values(metafile.outputs)[0].exports.join(", ");
}

/** A part as a script that hands its exports to the element it stands in. @returns base64 of its SHA-256 */
async function writePart({ name, gate }, parts) {
  const entry = `./src/parts/${name}.js`;
  const names = await exportsOf(entry);
  const text = `import { ${names} } from "${entry}"; document.currentScript.give({ ${names} });`;
  const code = await squeeze(await bundle({ text, target: "es2020", parts }), "es2020");
  const hash = createHash("sha256").update(code).digest("base64").replace(/=+$/, "");
  await write(fileOf(name, hash), code, gate);
  return hash;
}

await mkdir(target, { recursive: true });
// Parts of earlier builds: their names carry their hash.
const isPart = (file) => [MORE, ...PARTS].some(({ name }) => file.startsWith(`${name}.`));
for (const file of (await readdir(target)).filter(isPart)) await rm(new URL(file, target));
await bundle(FILES[0]); // the script's names come first: it is the one that must be small
const parts = {};
for (const part of PARTS) parts[part.name] = await writePart(part);
const more = await writePart(MORE, parts); // it knows the others, and the script knows it
for (const file of FILES) await write(file.name, await squeeze(await bundle({ ...file, more }), file.target), file.gate);
