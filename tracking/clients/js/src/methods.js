/** The public calls of the script and what each answers before it has loaded; true: the call is kept for it. */
export const CALLS = {
  trackEvent: true,
  goal: true,
  identify: true,
  addSharedProperty: true,
  page: true,
  sendData: true,
  endSession: true,
  reset: true,
  optIn: true,
  optOut: true,
  getVisitorId: null,
  getUserIdentity: null,
  getConfig: null,
  getClickInfo: null,
  isIdentified: false,
  hasOptedOut: false,
};
