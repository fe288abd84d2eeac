import * as amplitude from "@amplitude/analytics-node";

const { HOST, KEY } = process.env;
await amplitude.init(KEY, { serverUrl: `${HOST}/2/httpapi`, flushIntervalMillis: 100 }).promise;
const sent = [amplitude.track("Buy", { size: "L" }, { user_id: "user-7", device_id: "device-1" })];
sent.push(amplitude.identify(new amplitude.Identify().set("plan", "pro"), { user_id: "user-7" }));
sent.push(amplitude.revenue(new amplitude.Revenue().setPrice(3.5).setQuantity(2), { user_id: "user-7" }));
await amplitude.flush().promise;
for (const { promise } of sent) {
  const { code, message } = await promise;
  if (code !== 200) throw new Error(message);
}
