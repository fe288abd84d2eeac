import Plausible from "plausible-tracker";

const plausible = Plausible({ domain: window.KEY, apiHost: window.HOST, trackLocalhost: true });
plausible.trackPageview();
plausible.trackEvent("Signup", { props: { plan: "pro" } });
