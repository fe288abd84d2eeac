import posthog from "posthog-js";

// The tests drive the browser, which its script takes for a bot otherwise.
posthog.init(window.KEY, { api_host: window.HOST, opt_out_useragent_filter: true });
posthog.capture("bought", { value: 3, size: "L" });
posthog.identify("user-7", { plan: "pro" });
posthog.capture("after", { list: [1] });
