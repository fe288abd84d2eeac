/** Writes dist/: for `import` and for `require`. What is shared with the browser's script comes from its modules. */
import { readFile } from "node:fs/promises";
import { build } from "esbuild";

const { version } = JSON.parse(await readFile(new URL("package.json", import.meta.url)));

for (const [format, ending] of Object.entries({ esm: "js", cjs: "cjs" })) {
  await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: ["src/index.js"],
    outfile: `dist/index.${ending}`,
    bundle: true,
    format,
    target: "es2019",
    legalComments: "none",
    define: { __VERSION__: JSON.stringify(version) },
  });
}
