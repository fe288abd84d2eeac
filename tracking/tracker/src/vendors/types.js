/** The events of the window by which vendors tell; the others post messages. */
const HUBSPOT = "hs-form-event:";

export const KLAVIYO = "klaviyoForms";
export const SUBMITTED = `${HUBSPOT}on-submission:success`;
export const STEP = `${HUBSPOT}on-interaction:navigate:`; // next, previous; the event without a direction comes besides

export const TYPES = [KLAVIYO, SUBMITTED, `${STEP}next`, `${STEP}previous`];
