/**
 * What vendors' forms and calendars tell the page: forms of HubSpot, Klaviyo and Typeform, meetings of HubSpot and
 * Calendly.
 *
 * A vendor module turns one of its messages or events into `{type, facts, email, source}`: the event to send (none where
 * it was told before) and the address somebody left. Messages count only from the vendor's own origin; those that
 * HubSpot posts from within the page could be forged by any script of the page, which could call us directly as well.
 */
import { guard } from "../guard.js";
import * as calendly from "./calendly.js";
import * as hubspotForms from "./hubspot_forms.js";
import * as hubspotForms4 from "./hubspot_forms4.js";
import * as hubspotMeetings from "./hubspot_meetings.js";
import * as klaviyo from "./klaviyo.js";
import { createOnce } from "./once.js";
import * as typeform from "./typeform.js";

const BY_MESSAGE = [hubspotForms, hubspotMeetings, calendly, typeform];
const BY_EVENT = [hubspotForms4, klaviyo];
const TOKENS = /hsFormCallback|meetingBookSucceeded|calendly\.|form-s/;
const MAX_TEXT = 65536;

/** The object in a message, also where it comes as JSON; null for what is nobody's. */
export function contentOf(data) {
  if (data && typeof data === "object") return data;
  if (typeof data !== "string" || data.length > MAX_TEXT || !TOKENS.test(data)) return null;
  return guard(JSON.parse, undefined, null)(data);
}

/**
 * @param env {win, clock, values, isOwn(origin), isListed(origin)}; `values`: may answers be sent as they are?
 * @returns (event) => what it says, null for nothing, or a promise of either
 */
export function createReader(env) {
  const { now } = env.clock;
  const once = createOnce(now);
  const all = (vendors) => vendors.map((vendor) => ({ ...vendor, read: vendor.create({ ...env, now, once }) }));
  const byMessage = all(BY_MESSAGE);
  const byEvent = all(BY_EVENT);
  return (event) => {
    if (event.type !== "message") return byEvent.find(({ names }) => names.includes(event.type)).read(event);
    const content = contentOf(event.data);
    const heard = content ? byMessage.filter(({ isFrom }) => isFrom(event.origin, env)) : [];
    return heard.map(({ read }) => read(content)).find(Boolean) || null;
  };
}
