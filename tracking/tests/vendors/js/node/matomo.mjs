import MatomoTracker from "matomo-tracker";

const { HOST, KEY } = process.env;
const matomo = new MatomoTracker(KEY, `${HOST}/matomo.php`);
matomo.on("error", (error) => {
  throw error;
});
matomo.track({ url: "https://www.acme.example/a", action_name: "A", uid: "user-7" });
const events = ["Play", "Stop"].map((e_a) => ({ url: "https://www.acme.example/v", e_c: "Video", e_a, uid: "user-7" }));
matomo.trackBulk(events, (answer) => {
  if (JSON.parse(answer).tracked !== 2) throw new Error(answer);
  // It never reads the image that answers `track`, which would keep Node waiting.
  setTimeout(() => process.exit(), 500);
});
