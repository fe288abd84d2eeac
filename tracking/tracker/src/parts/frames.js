/** The part for pages in frames, around frames, and on several domains. */
import { connectFrames } from "../frames.js";
import { guard } from "../guard.js";
import { listedHosts } from "../hosts.js";
import { arrive, decorateLinks } from "../links.js";

/** Before the first event: the visitor who comes from another domain of the site stays the same one. */
export function prepare({ win, clock, config, people }) {
  const ids = arrive(win, clock.now(), listedHosts(config.domains));
  if (!ids || people.anonymous) return;
  people.identity.adopt(ids.visitor);
  people.session.adopt(ids.session, clock.now());
}

export function start(kit, early) {
  const { config, people, clock, learn, tellers } = kit;
  const isListed = listedHosts(config.domains);
  const person = () => people.identity.person();
  const frames = connectFrames(kit, isListed, { person, learn: (subject, traits) => learn(subject, traits, "frame") });
  early.forEach(guard(([event]) => frames.take(event), kit.log));
  tellers.push(frames.tell);
  const ids = () =>
    people.anonymous ? null : { visitor: people.identity.visitorId(), session: people.session.renew(clock.now()).session.id };
  const stops = [frames.stop, config.crossDomain ? decorateLinks(kit, isListed, ids) : () => {}];
  return () => stops.forEach((stop) => stop());
}
