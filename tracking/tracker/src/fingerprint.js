/**
 * A name for this browser from what it says of itself, for sites that ask for `data-cookieless="fingerprint"` and
 * visitors who agreed: nothing is kept, no canvas, sound or font is tried. The key is part of it, so that two
 * workspaces never give one browser the same name.
 */
import { fnv1a } from "./fnv.js";

export function fingerprint({ navigator, screen, devicePixelRatio }, apikey) {
  const { userAgent, language, languages, hardwareConcurrency, deviceMemory, maxTouchPoints, platform } = navigator;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const display = [screen.width, screen.height, screen.colorDepth, devicePixelRatio];
  const device = [hardwareConcurrency, deviceMemory, maxTouchPoints, platform];
  return `fp_${fnv1a([apikey, userAgent, language, languages, zone, ...display, ...device].join("|"))}`;
}
