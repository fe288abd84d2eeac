/** Anything that JSON can say; more is made plain (dates, errors) or left out (functions, cycles). */
export type Properties = Record<string, unknown>;

/** The options of the tag; `privacyMode` is `data-privacy-mode`. https://…/docs/script/ explains each. */
export interface Options {
  /** Where events go: an address, or a path on your own host that you forward. */
  api?: string;
  privacyMode?: boolean;
  hash?: "sha1" | "sha256" | "both";
  emailDomain?: boolean;
  cookieless?: boolean | "fingerprint";
  autoIdentify?: boolean;
  onlyIdentify?: boolean;
  crossDomain?: boolean;
  /** Other hosts of the site: "shop.example, *.example.org". */
  domains?: string;
  autoPageView?: boolean;
  trackClicks?: boolean;
  trackForms?: boolean;
  formValues?: boolean;
  spa?: "path" | "query" | "hash" | "off";
  dnt?: boolean;
  gpc?: "limit" | "deny" | "ignore";
  debug?: boolean;
  /** Milliseconds. */
  intervalStart?: number;
  /** Milliseconds. */
  intervalIncrement?: number;
  batchSize?: number;
  /** Minutes. */
  sessionTimeout?: number;
  [option: string]: string | number | boolean | undefined;
}

export interface Config extends Options {
  /** The publishable key of the workspace: mp_live_… or mp_test_… */
  apiKey: string;
  /** The address of your MetricPal, such as https://metrics.example.com. */
  host?: string;
  /** The address of the script itself, where it is served from another place. */
  src?: string;
  /** For pages with a content security policy. */
  nonce?: string;
}

export interface Identity {
  email?: string;
  email_hash?: string;
  user_id?: string;
  traits: Properties;
}

export interface ClickInfo {
  element_tag: string;
  element_text: string;
  element_id: string;
  path: string;
  href?: string;
  link?: "outbound" | "download" | "mailto" | "tel";
}

export interface SharedProperty {
  key: string;
  /** null removes it. */
  value: unknown;
  /** Event types it is restricted to, or further shared properties. */
  properties?: string[] | Properties;
}

export interface MetricPal {
  /** The event's id; null where nothing is counted, or the script has not loaded (the call is kept). */
  trackEvent(eventName: string, properties?: Properties): string | null;
  goal(goalName: string, goalProperties?: Properties, goalDate?: Date | number | string): string | null;
  identify(who: string | number, customProperties?: Properties): boolean | null;
  addSharedProperty(property: SharedProperty): null;
  page(properties?: Properties): string | null;
  sendData(method: "beacon"): boolean | null;
  sendData(method?: "xhr"): Promise<boolean> | null;
  endSession(force?: boolean): null;
  reset(): null;
  optIn(): null;
  optOut(): null;
  hasOptedOut(): boolean;
  getVisitorId(): string | null;
  getUserIdentity(): Identity | null;
  isIdentified(): boolean;
  getConfig(): Record<string, unknown> | null;
  getClickInfo(element: Element): ClickInfo | null;
}

/** Loads the script, once for a page. Throws TypeError without an apiKey. */
export function init(config: Config): typeof metricpal;

export const metricpal: Readonly<MetricPal & { init(config: Config): typeof metricpal }>;
export default metricpal;

export const trackEvent: MetricPal["trackEvent"];
export const goal: MetricPal["goal"];
export const identify: MetricPal["identify"];
export const addSharedProperty: MetricPal["addSharedProperty"];
export const page: MetricPal["page"];
export const sendData: MetricPal["sendData"];
export const endSession: MetricPal["endSession"];
export const reset: MetricPal["reset"];
export const optIn: MetricPal["optIn"];
export const optOut: MetricPal["optOut"];
export const hasOptedOut: MetricPal["hasOptedOut"];
export const getVisitorId: MetricPal["getVisitorId"];
export const getUserIdentity: MetricPal["getUserIdentity"];
export const isIdentified: MetricPal["isIdentified"];
export const getConfig: MetricPal["getConfig"];
export const getClickInfo: MetricPal["getClickInfo"];
