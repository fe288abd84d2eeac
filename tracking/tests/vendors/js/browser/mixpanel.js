import mixpanel from "mixpanel-browser";

mixpanel.init(window.KEY, { api_host: window.HOST, track_pageview: true, autocapture: true, batch_flush_interval_ms: 300 });
mixpanel.track("Bought", { size: "L", name_of_it: "ü" });
mixpanel.identify("user-7");
mixpanel.people.set({ plan: "pro" });
mixpanel.track("After");
