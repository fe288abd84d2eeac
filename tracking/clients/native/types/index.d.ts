/** Anything that JSON can say; more is made plain (dates, errors) or left out (functions, cycles). */
export type Properties = Record<string, unknown>;

/** AsyncStorage of React Native, localStorage, or three lines around a file. */
export interface Storage {
  getItem(name: string): string | null | undefined | Promise<string | null | undefined>;
  setItem(name: string, value: string): unknown;
  removeItem(name: string): unknown;
}

/** AppState of React Native. */
export interface AppState {
  addEventListener(type: "change", listener: (state: any) => void): { remove(): void };
}

export interface Options {
  /** A key of the workspace: mp_live_… in apps, a secret key on servers. */
  apiKey: string;
  /** The address of your MetricPal, such as https://metrics.example.com. */
  host?: string;
  /** Where events wait while there is no network, and, in an app, where the visitor is remembered. Default: memory. */
  storage?: Storage;
  /** Default: the platform's. */
  fetch?: typeof fetch;
  /** E-mail addresses leave as SHA-1, names not at all. */
  privacyMode?: boolean;
  /** Milliseconds before the first request. Default 5000. */
  intervalStart?: number;
  /** How much longer each further wait is. Default 0. */
  intervalIncrement?: number;
  /** Default 50, at most 500. */
  batchSize?: number;
  /** Of the device or app, sent with each request: `{device: "phone", lang: "en"}`. */
  context?: Properties;
  debug?: boolean;
}

export interface ClientOptions extends Options {
  appState?: AppState;
  /** Minutes. Default 30. */
  sessionTimeout?: number;
}

export interface Identity {
  email?: string;
  email_hash?: string;
  user_id?: string;
  traits: Properties;
}

export interface Client {
  /** The storage has been read. Calls before that are kept. */
  ready: Promise<void>;
  trackEvent(eventName: string, properties?: Properties): string | null;
  goal(goalName: string, goalProperties?: Properties, goalDate?: Date | number | string): string | null;
  /** A screen or page was shown. */
  page(properties?: Properties & { url?: string; title?: string }): string | null;
  identify(who: string | number, traits?: Properties): boolean;
  addSharedProperty(property: { key: string; value: unknown; properties?: string[] | Properties }): void;
  getVisitorId(): string | null;
  getUserIdentity(): Identity | null;
  isIdentified(): boolean;
  getConfig(): Record<string, unknown> | null;
  endSession(): void;
  reset(): void;
  optIn(): void;
  optOut(): void;
  hasOptedOut(): boolean;
  /** Whether all that waited has been answered for. */
  flush(): Promise<boolean>;
  sendData(): Promise<boolean>;
  /** Sends what waits and lets go. */
  close(): Promise<boolean>;
}

/** Whose event it is: at least one of userId and visitorId. */
export interface About {
  userId?: string | number;
  visitorId?: string;
  sessionId?: string;
  timestamp?: Date | number | string;
  url?: string;
}

export interface Server {
  ready: Promise<void>;
  trackEvent(eventName: string, properties: Properties | undefined, about: About): string | null;
  goal(goalName: string, goalProperties: Properties | undefined, goalDate: Date | number | string | undefined, about: About): string | null;
  page(properties: Properties & { url?: string; title?: string }, about: About): string | null;
  identify(who: string | number, traits?: Properties, about?: About): string | null;
  flush(): Promise<boolean>;
  close(): Promise<boolean>;
}

/** One person at one device: an app. Throws TypeError for an option that cannot work. */
export function createClient(options: ClientOptions): Client;

/** Many people: a server, worker or script. Throws TypeError for an option that cannot work. */
export function createServer(options: Options): Server;
