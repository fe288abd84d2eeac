import { Analytics } from "@segment/analytics-node";

const { HOST, KEY } = process.env;
const segment = new Analytics({ writeKey: KEY, host: HOST });
segment.on("error", (error) => {
  throw error;
});
segment.track({ userId: "user-7", event: "Order Completed", properties: { revenue: 12.5, currency: "EUR", size: "L" } });
segment.identify({ userId: "user-7", traits: { plan: "pro" } });
segment.page({ anonymousId: "anonymous-1", name: "Home", properties: { url: "https://acme.example/" } });
await segment.closeAndFlush();
