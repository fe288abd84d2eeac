/**
 * The part that takes the visitor's choice from the consent platform of the page: IAB TCF v2, Cookiebot, OneTrust,
 * Google consent mode. Each says "granted" or "denied"; the last one who says something is right.
 */
import { guard } from "../guard.js";

const TRIES = 40; // platforms come late: look for them for ten seconds
const LOOK_MS = 250;
const PERFORMANCE = "C0002"; // OneTrust's group of cookies for statistics

const asWord = (yes) => (yes ? "granted" : "denied");

/** IAB TCF v2: purposes 1 (storage) and 8 (measure content). */
function tcf(win, choose) {
  win.__tcfapi("addEventListener", 2, (data, success) => {
    if (!success || !/tcloaded|useractioncomplete/.test(data.eventStatus)) return;
    const { consents = {} } = data.purpose || {};
    choose(asWord(data.gdprApplies === false || (consents[1] && consents[8])));
  });
}

function cookiebot(win, choose) {
  const look = () => {
    const { consent, consented, declined } = win.Cookiebot || {};
    if (consented || declined) choose(asWord(consent && consent.statistics));
  };
  ["CookiebotOnAccept", "CookiebotOnDecline"].forEach((type) => win.addEventListener(type, look));
  look();
}

function oneTrust(win, choose) {
  const look = () => {
    const { OnetrustActiveGroups: groups, OneTrust } = win;
    const answered = !OneTrust.IsAlertBoxClosed || OneTrust.IsAlertBoxClosed();
    if (groups && answered) choose(asWord(groups.split(",").includes(PERFORMANCE)));
  };
  win.addEventListener("OneTrustGroupsUpdated", look);
  look();
}

/** Google consent mode: `gtag("consent", "default" | "update", {analytics_storage})` ends up in dataLayer. */
function consentMode(win, choose) {
  const read = ([command, action, values]) => {
    if (command === "consent" && action === "update" && values.analytics_storage) {
      choose(asWord(values.analytics_storage === "granted"));
    }
  };
  const { dataLayer } = win;
  const original = dataLayer.push;
  Array.from(dataLayer).forEach(guard(read));
  dataLayer.push = function (...entries) {
    entries.forEach(guard(read));
    return original.apply(this, entries);
  };
}

const PLATFORMS = { __tcfapi: tcf, Cookiebot: cookiebot, OneTrust: oneTrust, dataLayer: consentMode };

export function start(win, choose) {
  let said = "";
  const once = (word) => {
    if (word !== said) choose((said = word));
  };
  const waiting = new Set(Object.keys(PLATFORMS));
  const look = (left) => {
    for (const name of waiting) {
      if (!win[name]) continue;
      waiting.delete(name);
      guard(PLATFORMS[name])(win, once);
    }
    if (left && waiting.size) win.setTimeout(look, LOOK_MS, left - 1);
  };
  look(TRIES);
}
