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
  /** Before the visitor was asked. */
  consent?: "granted" | "pending" | "denied" | "on_reject";
  /** Take the choice from the consent platform in the page. */
  cmp?: boolean;
  autoPageView?: boolean;
  /** Paths to count, such as "/shop/**, /blog/*". */
  include?: string;
  /** Paths not to count. */
  exclude?: string;
  canonical?: boolean;
  frames?: boolean;
  localhost?: boolean;
  trackClicks?: boolean;
  /** A selector: only clicks inside such elements. */
  clickAllow?: string;
  /** A selector: no clicks inside such elements. */
  clickDeny?: string;
  /** What counts as a download: "zip,csv". */
  fileTypes?: string;
  /** A selector: the box that scrolls instead of the page. */
  scrollRoot?: string;
  vitals?: boolean;
  errors?: boolean;
  frustration?: boolean;
  trackForms?: boolean;
  formValues?: boolean;
  spa?: "path" | "query" | "hash" | "off";
  dnt?: boolean;
  gpc?: "limit" | "deny" | "ignore";
  debug?: boolean;
  /** Say what would be sent, and send nothing. */
  sandbox?: boolean;
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

export interface EventOptions {
  /** Called once: with the answer's status, with `error` when there was none, with nothing where nothing is counted. */
  callback?(outcome?: { status: number } | { error: number }): void;
  /** The page it belongs to, when that is another than the present one. */
  url?: string;
}

/** What is sent: changed by `MetricPalConfig.beforeSend`, seen by `on`. */
export interface SentEvent {
  id: string;
  event_type: string;
  /** Epoch milliseconds. */
  timestamp: number;
  properties: Properties;
  [field: string]: unknown;
}

export interface MetricPal {
  /** The event's id; null where nothing is counted, or the script has not loaded (the call is kept). */
  trackEvent(eventName: string, properties?: Properties, options?: EventOptions): string | null;
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
  /** The visitor's choice, as your consent banner has it. */
  consent(state: "granted" | "denied"): null;
  /** Sees each event as it is queued. */
  on(observer: (event: SentEvent) => void): null;
  /** Calls `fn` when the script is there. */
  ready(fn: (metricpal: MetricPal) => void): null;
  load(part: "vitals" | "errors" | "frustration"): Promise<void> | null;
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
