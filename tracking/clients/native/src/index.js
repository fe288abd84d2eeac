/** MetricPal without a browser. `createClient`: one person at one device. `createServer`: many people. */
export { createClient } from "./client.js";
export { createServer } from "./server.js";
