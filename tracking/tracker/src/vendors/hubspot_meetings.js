/** HubSpot meetings: `{meetingBookSucceeded: true, meetingsPayload}` from its frame. Not documented by HubSpot. */
import { emailIn } from "../email.js";

const HOST = /^https:\/\/meetings(-\w+)?\.hubspot\.com$/;
const AGAIN_MS = 600 * 1000;

const TOKEN = "meetingBookSucceeded";

/** Meetings may live on a customer's own domain: the site lists it. */
export const isFrom = (origin, { isListed }) => HOST.test(origin) || isListed(origin);

export function create({ once }) {
  return (data) => {
    if (data[TOKEN] !== true) return null;
    const { bookingResponse: { event, postResponse } = {}, meetingType } = data.meetingsPayload || {};
    const { contact, timerange } = postResponse || {};
    const email = emailIn(contact && contact.email);
    const start = (event && event.dateTime) || (timerange && timerange.start) || "";
    const facts = { goal_name: "Meeting Booked on Website", integration: "HubSpot" };
    if (typeof meetingType === "string") facts.meetingType = meetingType.slice(0, 100);
    return { type: once(`meeting ${start} ${email}`, AGAIN_MS) && "goal", facts, email, source: "hubspot_meeting" };
  };
}
