/** Which paths the site wants counted: `*` is any one part of a path, `**` any number of them. */

const MATCHED_CHARS = 300; // a visitor chooses the path that a pattern is tried on

const patternOf = (list) =>
  new RegExp(
    `^(${list
      .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
      .replace(/\*\*|\*/g, (stars) => (stars[1] ? ".*" : "[^/]*"))
      .replace(/\s*,\s*/g, "|")})$`,
  );

export function isCounted(path, { include, exclude }) {
  const matches = (list) => list && patternOf(list).test(path.slice(0, MATCHED_CHARS));
  return !matches(exclude) && (!include || matches(include));
}
