/**
 * Of the script; goes with every request, so that a fault can be traced to a release. Replaced at build from
 * package.json.
 */
export const VERSION = typeof __VERSION__ === "string" ? __VERSION__ : "0.0.0";
