import { Config, metricpal } from "./index.js";

/** Loads the script after the first render and gives its calls, the same functions in every render. */
export function useMetricPal(config: Config): typeof metricpal;
