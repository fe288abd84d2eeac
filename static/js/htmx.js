// htmx, set up for a strict content security policy.
import htmx from "htmx.org";

htmx.config.includeIndicatorStyles = false; // it would add a <style> element, which style-src 'self' refuses
htmx.config.allowEval = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // going back asks the server: old numbers must not return from a cache
htmx.config.historyRestoreAsHxRequest = false; // … and for the whole page, out of which it takes [hx-history-elt]
htmx.config.defaultSettleDelay = 0; // links of new content are boosted at once; nothing here fades in
htmx.config.scrollIntoViewOnBoost = false;
// "This cannot be answered, because …" is an answer to show; other errors leave the page as it is.
htmx.config.responseHandling.unshift({ code: "400|503", swap: true, error: true });

export default htmx;
