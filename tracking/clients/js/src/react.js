"use client";
/**
 * `useMetricPal({apiKey})` in any component and as often as you like: the script is loaded once, after the first
 * render, and stays. The calls are the same functions in every render, so they may stand in lists of dependencies.
 */
import { useEffect } from "react";
import { init, metricpal } from "./index.js";

export function useMetricPal(config) {
  const key = JSON.stringify(config); // a new object with the same content is no change
  useEffect(() => {
    init(JSON.parse(key));
  }, [key]);
  return metricpal;
}
