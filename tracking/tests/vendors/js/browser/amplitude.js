import * as amplitude from "@amplitude/analytics-browser";

amplitude.init(window.KEY, { serverUrl: `${window.HOST}/2/httpapi`, flushIntervalMillis: 100, remoteConfig: { fetchRemoteConfig: false } });
amplitude.track("Bought", { size: "L" });
amplitude.setUserId("user-7");
amplitude.track("After");
