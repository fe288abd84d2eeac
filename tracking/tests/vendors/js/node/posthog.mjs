import { PostHog } from "posthog-node";

const { HOST, KEY } = process.env;
const posthog = new PostHog(KEY, { host: HOST });
posthog.on("error", (error) => {
  throw error;
});
posthog.capture({ distinctId: "user-7", event: "bought", properties: { value: 3, size: "L" } });
posthog.identify({ distinctId: "user-7", properties: { plan: "pro" } });
posthog.alias({ distinctId: "user-7", alias: "anonymous-1" });
await posthog.shutdown();
