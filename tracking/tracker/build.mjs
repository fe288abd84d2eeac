/**
 * Builds what browsers load into static/dist/tracker/: the script, its stub, both with .gz and .br beside them.
 * Prints the sizes and fails when one is over its gate.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { INTERNAL } from "./src/internal.js";
import { METHODS } from "./src/methods.js";

const here = new URL(".", import.meta.url);
const target = new URL("../../static/dist/tracker/", here);
const { version } = JSON.parse(await readFile(new URL("package.json", here)));

// Bytes after gzip.
const FILES = [
  { name: "trackingscript.js", entry: "src/index.js", target: "es2018", gate: 10752 },
  { name: "stub.js", entry: "src/stub.js", target: "es5", gate: 400 },
];

async function bundle({ entry, target }) {
  const { outputFiles } = await build({
    absWorkingDir: new URL(".", import.meta.url).pathname,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "iife",
    target,
    write: false,
    mangleProps: new RegExp(`^(${INTERNAL.join("|")})$`),
    legalComments: "none",
    define: { __VERSION__: JSON.stringify(version), __METHODS__: JSON.stringify(METHODS.join(" ")) },
  });
  return Buffer.from(outputFiles[0].contents);
}

await mkdir(target, { recursive: true });
for (const file of FILES) {
  const code = await bundle(file);
  const packed = gzipSync(code, { level: 9 });
  await writeFile(new URL(file.name, target), code);
  await writeFile(new URL(`${file.name}.gz`, target), packed);
  await writeFile(new URL(`${file.name}.br`, target), brotliCompressSync(code));
  const over = packed.length > file.gate;
  console.log(`${file.name}: ${code.length} B, ${packed.length} B gzip of ${file.gate}${over ? ": TOO LARGE" : ""}`);
  if (over) process.exitCode = 1;
}
