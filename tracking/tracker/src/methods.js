/** The calls of `window.MetricPal`: the stub offers the same ones before the script is there. */
export const METHODS = [
  "trackEvent",
  "goal",
  "identify",
  "addSharedProperty",
  "page",
  "getVisitorId",
  "getUserIdentity",
  "isIdentified",
  "getConfig",
  "getClickInfo",
  "sendData",
  "endSession",
  "reset",
  "optOut",
  "optIn",
  "hasOptedOut",
];
