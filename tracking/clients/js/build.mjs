/** Writes dist/: each entry for `import` and for `require`. */
import { build } from "esbuild";

const FORMATS = { esm: "js", cjs: "cjs" };

/** The hook shares the calls with the entry beside it, and brings none of its own. */
const sharing = (ending) => ({
  name: "sharing",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/index\.js$/ }, () => ({ path: `./index.${ending}`, external: true }));
  },
});

for (const [format, ending] of Object.entries(FORMATS)) {
  for (const name of ["index", "react"]) {
    await build({
      absWorkingDir: import.meta.dirname,
      entryPoints: [`src/${name}.js`],
      outfile: `dist/${name}.${ending}`,
      bundle: true,
      format,
      target: "es2019",
      external: ["react"],
      legalComments: "none",
      plugins: [sharing(ending)],
    });
  }
}
