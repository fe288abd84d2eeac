import { AnalyticsBrowser } from "@segment/analytics-next";

// Of its set-up only the two hosts are changed; where events go, the settings say that it loads from there.
const segment = AnalyticsBrowser.load({ writeKey: window.KEY, cdnURL: window.HOST });
segment.page("Home");
segment.track("Bought", { revenue: 3, size: "L" });
segment.identify("user-7", { plan: "pro" });
