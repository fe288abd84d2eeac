import { Umami } from "@umami/node";

const { HOST, KEY } = process.env;
const umami = new Umami({ websiteId: KEY, hostUrl: HOST });
const answers = [
  await umami.track({ url: "/pricing", hostname: "acme.example", title: "Pricing" }),
  await umami.track("signup", { plan: "pro" }),
  await umami.identify({ tier: "gold" }),
];
for (const answer of answers) if (!answer.ok || !(await answer.json()).cache) throw new Error(`${answer.status}`);
