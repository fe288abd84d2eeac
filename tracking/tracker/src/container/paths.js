/** Which pages a rule is for: `/shop/**` is everything below /shop/, `/a/*` any one part. The server reads them alike. */

const MATCHED_CHARS = 300; // a visitor chooses the path that a pattern is tried on

function patternOf(page) {
  const escaped = page.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  return escaped.replace(/\*\*|\*/g, (stars) => (stars === "**" ? ".*" : "[^/]*"));
}

/** @returns (path) => whether it is one of `pages`; with no pages it always is */
export function matcher(pages) {
  if (!pages.length) return () => true;
  const pattern = new RegExp(`^(?:${pages.map(patternOf).join("|")})$`, "s");
  return (path) => pattern.test(path.slice(0, MATCHED_CHARS));
}
