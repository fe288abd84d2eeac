/** Options, with defaults that fit an app on a phone and a server alike. */

const DEFAULTS = {
  host: "https://cdn.metricpal.com",
  privacyMode: false, // e-mail addresses leave as SHA-1, names not at all
  debug: false,
  intervalStart: 5000, // ms before the first send
  intervalIncrement: 0, // ms added after each send
  batchSize: 50, // events, at most 500
  sessionTimeout: 30, // minutes
  context: {}, // of the device or app, sent with each request
};

/** Throws TypeError, which names the option, for what can never work. */
export function readConfig(given = {}) {
  const { apiKey } = given;
  if (typeof apiKey !== "string" || !apiKey) throw new TypeError("apiKey is missing: a key of your workspace, such as mp_live_…");
  const config = { ...DEFAULTS, apikey: apiKey };
  for (const name of Object.keys(DEFAULTS)) if (typeof given[name] === typeof DEFAULTS[name]) config[name] = given[name];
  if (!/^https?:\/\//.test(config.host)) throw new TypeError("host is an address such as https://metrics.example.com");
  config.batchSize = Math.min(Math.max(1, Math.floor(config.batchSize)), 500);
  return config;
}

export const collectUrl = ({ host }) => `${host.replace(/\/+$/, "")}/api/v1/collect`;
