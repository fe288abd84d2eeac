import assert from "node:assert/strict";
import { test } from "node:test";
import { createReader } from "../../src/vendors/index.js";
import { fakeClock } from "./fakes.js";

const HOME = "https://acme.example";
const GUID = "4f2a7c3e-0000-4000-8000-000000000001";

function aReader(win = {}, values = false) {
  const clock = fakeClock();
  const env = { win, clock, values, isOwn: (origin) => origin === HOME, isListed: (origin) => origin === "https://meet.acme.example" };
  const read = createReader(env);
  return { clock, read, hear: (data, origin = HOME) => read({ type: "message", data, origin }) };
}

const legacy = (eventName, data) => ({ type: "hsFormCallback", eventName, id: GUID, data });
const answers = [{ name: "email", value: "Ann@Acme.example" }, { name: "cc_number", value: "4111111111111111" }];

test("a HubSpot form is told once, by whichever callback comes first", async () => {
  const { clock, hear } = aReader();
  const first = hear(legacy("onFormSubmit", answers));
  assert.deepEqual(first, {
    type: "form_submit",
    facts: { form_id: GUID, integration: "hubspot", phase: "submit", form_data: { email: "email" } },
    email: "ann@acme.example",
    source: "hubspot_form",
  });
  assert.equal(hear(legacy("onFormSubmitted", { submissionValues: { email: "ann@acme.example" } })).type, false);
  await clock.tick(5000);
  assert.equal(hear(legacy("onFormSubmitted", { submissionValues: {} })).facts.phase, "submitted");
});

test("an answer that took twenty seconds belongs to its submission; the next submission counts again", async () => {
  const { clock, hear } = aReader();
  assert.equal(hear(legacy("onFormSubmit", answers)).type, "form_submit");
  await clock.tick(20_000);
  assert.equal(hear(legacy("onFormSubmitted", {})).type, false);
  assert.equal(hear(legacy("onFormSubmit", answers)).type, "form_submit");
});

test("the address is found in a map, in lists, in pairs, in JSON, and behind a prefix", () => {
  const shapes = [
    { submissionValues: { firstname: "Ann", email: "ann@acme.example" } },
    { submissionValues: { email: ["ann@acme.example"] } },
    { submissionValues: [{ name: "0-1/email", value: "ann@acme.example" }] },
  ];
  for (const data of shapes) {
    const message = legacy("onFormSubmitted", data);
    assert.equal(aReader().hear(message).email, "ann@acme.example");
    assert.equal(aReader().hear(JSON.stringify(message)).email, "ann@acme.example");
  }
});

test("what is nobody's, broken, too long or from a foreign frame is not heard", () => {
  const { hear } = aReader();
  const good = legacy("onFormSubmit", answers);
  for (const data of [null, undefined, "", "hsFormCallback", 7, [], {}, { type: null }, `${JSON.stringify(good)}${" ".repeat(65536)}`]) {
    assert.equal(hear(data), null);
  }
  for (const origin of ["https://evil.example", "https://hsforms.com.evil.example", "http://forms.hsforms.com", "null"]) {
    assert.equal(hear(good, origin), null, origin);
  }
  for (const origin of ["https://forms.hsforms.com", "https://forms-eu1.hsforms.net", "https://share.hubspot.com"]) {
    assert.ok(aReader().hear(good, origin), origin);
  }
});

test("a HubSpot meeting is a goal once, from HubSpot's hosts and from the site's own", () => {
  const booked = (start, email = "ann@acme.example") => ({
    meetingBookSucceeded: true,
    meetingsPayload: { bookingResponse: { event: { dateTime: start }, postResponse: { contact: { email } } } },
  });
  const { hear } = aReader();
  const found = hear(booked(1), "https://meetings-na2.hubspot.com");
  assert.deepEqual(found.facts, { goal_name: "Meeting Booked on Website", integration: "HubSpot" });
  assert.deepEqual([found.type, found.email, found.source], ["goal", "ann@acme.example", "hubspot_meeting"]);
  assert.equal(hear(booked(1), "https://meetings.hubspot.com").type, false);
  assert.equal(hear(booked(2), "https://meet.acme.example").type, "goal");
  assert.equal(hear(booked(3), HOME), null);
  assert.equal(hear({ meetingBookSucceeded: true }, "https://meetings.hubspot.com").type, "goal");
});

test("a HubSpot form of the new editor tells its answers itself, in both spellings, or without any", async () => {
  const form = { getFormFieldValues: async () => [{ name: "0-1/email", value: "ann@acme.example" }, { name: "hs_context", value: "{}" }] };
  const api = { getFormFromEvent: () => form };
  const event = { type: "hs-form-event:on-submission:success", detail: { formId: GUID, instanceId: "0" } };
  for (const win of [{ HubSpotFormsV4: api }, { HubspotFormsV4: api }]) {
    const found = await aReader(win).read(event);
    assert.deepEqual([found.type, found.facts.form_id, found.email], ["form_submit", GUID, "ann@acme.example"]);
    assert.deepEqual(found.facts.form_data, { email: "email" });
  }
  const unknown = await aReader().read(event);
  assert.deepEqual([unknown.type, unknown.email], ["form_submit", ""]);
  const step = await aReader().read({ ...event, type: "hs-form-event:on-interaction:navigate:next" });
  assert.deepEqual([step.type, step.facts.action, step.facts.direction], ["form_interaction", "step", "next"]);
});

test("Klaviyo's address stands under either name; opening and closing are interactions", () => {
  const klaviyo = (type, metaData) => aReader().read({ type: "klaviyoForms", detail: { type, formId: "K1", metaData } });
  for (const name of ["email", "$email"]) {
    const found = klaviyo("submit", { [name]: "ann@acme.example", $step_name: "Email" });
    assert.deepEqual([found.type, found.facts.form_id, found.email], ["form_submit", "K1", "ann@acme.example"]);
  }
  assert.equal(klaviyo("embedOpen").facts.action, "open");
  assert.equal(klaviyo("close").type, "form_interaction");
  assert.equal(klaviyo("constructor"), null);
});

test("Calendly and Typeform are believed on their own origins only", () => {
  const booked = { event: "calendly.event_scheduled", payload: { invitee: { uri: "https://api.calendly.com/i/1" } } };
  const { hear } = aReader();
  assert.equal(hear(booked, HOME), null);
  assert.equal(hear(booked, "https://calendly.com").facts.integration, "Calendly");
  assert.equal(hear(booked, "https://calendly.com").type, false);
  assert.equal(hear({ event: "calendly.page_height" }, "https://calendly.com"), null);

  const typeform = (type) => hear({ type, formId: "T1", responseId: "R1" }, "https://form.typeform.com");
  assert.deepEqual(typeform("form-submit").facts, { form_id: "T1", integration: "typeform", response_id: "R1" });
  assert.equal(typeform("form-submit").type, false);
  assert.equal(typeform("embed-auto-close-popup"), null);
  assert.equal(hear({ type: "form-submit", formId: "T1" }, "https://typeform.com.evil.example"), null);
});

test("answers are sent where the site wants them, without what is secret", () => {
  const { hear } = aReader({}, true);
  const data = [...answers, { name: "company", value: "Acme" }, { name: "note", value: "card 4111 1111 1111 1111" }];
  assert.deepEqual(hear(legacy("onFormSubmit", data)).facts.form_data, { email: "[email]", company: "Acme", note: "card [card]" });
});
