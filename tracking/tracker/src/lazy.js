/**
 * Parts that the first moment does not need are scripts of their own, `<base>/s/<version>/<name>.<hash>.js`. The first
 * one is `more`, which knows the others (parts/more.js).
 *
 * A part's file calls `document.currentScript.give(exports)`: it leaves no name behind. What it shares with this script
 * is written under the names that the build has shortened alike in both. The browser checks it against the hash that
 * the build wrote down; what it refuses, a blocker eats or the network loses is as if it did not exist.
 */
import { guard } from "./guard.js";
import { VERSION } from "./version.js";

/** Base64 of the SHA-256 of `more`, without the last "=". The build fills it in. */
const MORE = typeof __MORE__ === "string" ? __MORE__ : "";

/** The file's name for a hash, as the build writes it. */
export const fileOf = (name, hash) => `${name}.${hash.slice(0, 8).replace(/\W/g, "_")}.js`;

/** `(name, hash) => Promise` of the part's exports, or of undefined. `base`: where `/s/` begins. */
export function createLoader({ document, trustedTypes }, base, nonce) {
  const asked = {};
  // A page may allow no policy of ours, or have one already (a second script): then the address goes as it is.
  const trust = guard(() => trustedTypes.createPolicy("metricpal", { createScriptURL: (url) => url }))();
  const load = (name, hash, done) => {
    const script = document.createElement("script");
    const url = `${base}/s/${VERSION}/${fileOf(name, hash)}`;
    const give = (exports) => {
      script.remove();
      done(exports);
    };
    const src = trust ? trust.createScriptURL(url) : url;
    const integrity = `sha256-${hash}=`;
    const about = { give, onerror: () => give(), crossOrigin: "", nonce, integrity, src };
    (document.head || document.documentElement).append(Object.assign(script, about));
  };
  const put = (name, hash) => new Promise((done) => guard(load, () => done())(name, hash, done));
  return (name = "more", hash = MORE) => (asked[name] = asked[name] || (hash ? put(name, hash) : Promise.resolve()));
}
