/**
 * Calendly: `{event: "calendly.event_scheduled", payload: {event: {uri}, invitee: {uri}}}` from its frame. No address is
 * told. https://developer.calendly.com/api-docs/
 */
const ORIGIN = "https://calendly.com";
const AGAIN_MS = 600 * 1000;

const TOKEN = "calendly.event_scheduled";

export const isFrom = (origin) => origin === ORIGIN;

export function create({ once }) {
  return ({ event, payload }) => {
    if (event !== TOKEN) return null;
    const { uri = "" } = (payload && payload.invitee) || {};
    const facts = { goal_name: "Meeting Booked on Website", integration: "Calendly" };
    return { type: once(`calendly ${uri}`, AGAIN_MS) && "goal", facts };
  };
}
