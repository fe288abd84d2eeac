/**
 * What the browser alone can say of itself, sent once with each batch; the server reads the rest from the request's
 * headers.
 * Anonymous modes leave out what tells one device from another.
 */

import { isLocal } from "./consent.js";
import { guard } from "./guard.js";

/** iPads call themselves Macs, and Android tablets are the ones that do not say "Mobile". */
export function deviceType({ userAgent, maxTouchPoints }) {
  const isPad = /iPad|Tablet/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
  if (isPad || (/Android/.test(userAgent) && !/Mobi/.test(userAgent))) return "tablet";
  return /Mobi|iPhone|iPod/.test(userAgent) ? "phone" : "desktop";
}

export function readContext(win, anonymous) {
  const { navigator, screen, location } = win;
  const detail = anonymous || {
    cd: screen.colorDepth,
    dpr: win.devicePixelRatio,
    hc: navigator.hardwareConcurrency,
    dm: navigator.deviceMemory,
  };
  return {
    lang: navigator.language,
    tz: guard(() => Intl.DateTimeFormat().resolvedOptions().timeZone)(),
    screen: screen.width + "x" + screen.height,
    vp: win.innerWidth + "x" + win.innerHeight,
    touch: navigator.maxTouchPoints,
    device: deviceType(navigator),
    localhost: +isLocal(location),
    iframe: +(win.parent !== win),
    ...detail,
  };
}
