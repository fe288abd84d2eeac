import Mixpanel from "mixpanel";

const { HOST, KEY } = process.env;
const mixpanel = Mixpanel.init(KEY, { host: new URL(HOST).host, protocol: "http" });
const done = (send) =>
  new Promise((resolve, reject) => send((error) => (error ? reject(error) : resolve())));
await done((after) => mixpanel.track("Bought", { distinct_id: "user-7", size: "L" }, after));
await done((after) => mixpanel.people.set("user-7", { plan: "pro" }, after));
const batch = ["a", "b"].map((event) => ({ event, properties: { distinct_id: "user-7" } }));
await done((after) => mixpanel.track_batch(batch, {}, (errors) => after(errors && errors[0])));
