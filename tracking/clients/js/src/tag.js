/** The script tag: put into the page once, whoever asks and however often. */

const CDN = "https://cdn.metricpal.com/trackingscript.js";
const TAG = "script[data-apikey]";

/** "privacyMode" is the attribute data-privacy-mode; true, numbers and lists as text. */
export function attributesOf({ apiKey, host, src, nonce, ...options }) {
  const attributes = { "data-apikey": apiKey };
  for (const name of Object.keys(options)) {
    const value = options[name];
    if (value === undefined || value === null) continue;
    attributes[`data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`] = String(value);
  }
  return attributes;
}

/** `host` is the address of a MetricPal of one's own, `src` that of the script itself. */
export const sourceOf = ({ host, src }) => src || (host ? `${host.replace(/\/+$/, "")}/trackingscript.js` : CDN);

/** Whether a tag was put in; false where one stands already, or the script runs. */
export function insertTag({ document, MetricPal }, config) {
  if ((MetricPal && MetricPal.v) || document.querySelector(TAG)) return false;
  const script = document.createElement("script");
  const attributes = attributesOf(config);
  for (const name of Object.keys(attributes)) script.setAttribute(name, attributes[name]);
  if (config.nonce) script.nonce = config.nonce;
  script.async = true;
  script.src = sourceOf(config);
  document.head.appendChild(script);
  return true;
}
