import { init, track } from "@plausible-analytics/tracker";

window.__plausible = true; // it ignores driven browsers otherwise
init({ domain: window.KEY, endpoint: `${window.HOST}/api/event`, captureOnLocalhost: true });
track("Purchase", { props: { plan: "pro" }, revenue: { amount: 9.5, currency: "EUR" } });
