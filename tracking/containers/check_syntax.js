// Reads a JSON list of function bodies from standard input, writes for each null or {line, message}. Runs none.
const { readFileSync } = require("node:fs");
const { Script } = require("node:vm");

const PARAMETERS = ["track", "mp", "on"];

// `new Function` alone sees that a body does not close the function it stands in; only `Script` tells the line.
function lineOf(code) {
  try {
    new Script(`(function(${PARAMETERS}){\n${code}\n})`, { filename: "adaptor", lineOffset: -1 });
    return 0;
  } catch (error) {
    return Number(/^adaptor:(\d+)/.exec(error.stack)?.[1] ?? 0);
  }
}

function check(code) {
  try {
    new Function(...PARAMETERS, code);
    return null;
  } catch (error) {
    return { line: Math.min(lineOf(code), code.split("\n").length), message: error.message };
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(check)));
