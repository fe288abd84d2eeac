/**
 * What the site asked for: the attributes of its tag, over `window.MetricPalConfig`, over the built-in defaults.
 *
 * Option names are those of `dataset`: `data-batch-size` is `batchSize`. The default says what kind of value it is;
 * a number that makes no sense counts as not given.
 */

export const DEFAULTS = {
  apikey: "",
  api: "", // where to send: a URL, or a path on the page's own host; empty: the host the script came from
  global: "", // the name of a second script in the same page, with its own key and storage, instead of MetricPal
  consent: "granted", // before the visitor said anything: "pending", "denied" or "on_reject" (cookieless until granted)
  cmp: false, // take the choice from the consent platform in the page
  privacyMode: false, // e-mail addresses and names never leave the page
  hash: "sha1", // of an address in privacy mode: "sha1", "sha256" or "both"
  emailDomain: true, // an auto_identify event names the domain of the address
  cookieless: false, // nothing is stored and no id is sent; the server counts by a daily hash
  fingerprint: false, // cookieless, and told apart by a fingerprint: `data-cookieless="fingerprint"`
  onlyIdentify: false, // only identify events leave
  autoIdentify: true, // find addresses in forms, URLs and what vendors tell
  crossDomain: false, // one visitor over the hosts in `domains`
  domains: "", // other hosts of the site: "shop.example, *.example.org"
  autoPageView: true,
  include: "", // only these paths are counted: "/shop/**, /blog/*"
  exclude: "", // these are not
  canonical: false, // a page view tells the page's canonical address
  frames: true, // count in frames
  localhost: true, // count on the developer's own machine
  trackClicks: true,
  clickAllow: "", // selector: only clicks inside such elements
  clickDeny: "", // selector: no clicks inside such elements
  fileTypes: "", // what counts as a download instead of the usual: "zip,csv"
  trackForms: true,
  formValues: false, // send what stands in fields that are not secret
  scrollRoot: "", // selector: the box that scrolls instead of the page
  vitals: false, // measure how fast the page is for its visitors
  errors: false, // tell of errors in the page's own scripts
  frustration: false, // tell of rage clicks and dead clicks
  dnt: true, // respect Do Not Track
  gpc: "limit", // Global Privacy Control: "limit" counts without ids, "deny" not at all, "ignore" as usual
  spa: "path", // what makes a new page besides the path: "query" or "hash"; "off": nothing does
  debug: false,
  sandbox: false, // say what would be sent, and send nothing
  intervalStart: 5000, // ms before the first send
  intervalIncrement: 2000, // ms added after each send
  batchSize: 50, // events, at most 500
  sessionTimeout: 30, // minutes
};

const ZERO_IS_FINE = "intervalIncrement";

function read(name, text, fallback) {
  if (typeof fallback === "boolean") return !/^(false|0|off|no)$/i.test(text);
  if (typeof fallback === "string") return text.trim() || fallback;
  const value = Math.floor(text);
  return value > 0 || (value === 0 && name === ZERO_IS_FINE) ? value : fallback;
}

/** @returns an object with every option; `globals` and `dataset` map option names to raw values. */
export function readConfig(globals, dataset) {
  const { beforeSend } = globals; // a function, so none of the options that can be written down
  const config = beforeSend ? { beforeSend } : {};
  for (const name of Object.keys(DEFAULTS)) {
    const given = dataset[name] ?? globals[name];
    config[name] = given == null ? DEFAULTS[name] : read(name, String(given), DEFAULTS[name]);
  }
  config.batchSize = Math.min(config.batchSize, 500);
  config.fingerprint = (dataset.cookieless ?? globals.cookieless) === "fingerprint";
  config.debug = config.debug || config.sandbox;
  return config;
}

/** Where we are at home. `api` may be a path, for sites that forward one through their own host. */
export function baseUrl(api, scriptUrl, pageUrl) {
  const base = api || new URL(scriptUrl || pageUrl).origin;
  return new URL(base, pageUrl).href.replace(/\/+$/, "");
}
