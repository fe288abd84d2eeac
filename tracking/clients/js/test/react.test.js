import assert from "node:assert/strict";
import { test } from "node:test";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import metricpal from "../dist/index.js";
import { useMetricPal } from "../dist/react.js";

test("the hook renders on a server, where its calls do nothing", () => {
  let calls;
  function Button() {
    calls = useMetricPal({ apiKey: "mp_live_1" });
    calls.trackEvent("rendered");
    return createElement("button", null, "Buy");
  }
  assert.equal(renderToString(createElement(Button)), "<button>Buy</button>");
  assert.equal(calls, metricpal);
});
