/** Visitor, identity and session together, over storage where it is allowed and over nothing where it is not. */
import { createIdentity } from "./identity.js";
import { createSession } from "./session.js";
import { memoryStorage, visitorStorage, workingStorage } from "./storage.js";

/** `anonymous`: nothing outlives the page and no id goes out; `getVisitorId` then answers with one of this page. */
export function createPeople(env, anonymous) {
  const visitors = anonymous ? memoryStorage() : visitorStorage(env.win, env.local, env.suffix);
  const persons = anonymous ? visitors : workingStorage(env.local);
  const newVisitor = () => (anonymous ? "m_" : "") + env.newId();
  const identity = createIdentity({ visitors, persons, newVisitor, privacyMode: env.config.privacyMode });
  const session = createSession({ visitors, newId: env.newId, timeoutMs: env.config.sessionTimeout * 60000 });
  return { anonymous, identity, session };
}
