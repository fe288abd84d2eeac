/** Asks for what pages need beyond the first moment, and keeps for it what happens until it is there. */
import { listen } from "./guard.js";

const TYPES = "message focusin submit click auxclick";
const MOST = 100;

/** `kit` is what parts work with. Gives a function that ends them. */
export function startMore(kit, load) {
  const early = [];
  const keep = (event) => early.length < MOST && early.push([event, event.composedPath()[0]]);
  const stops = [listen(kit.win, TYPES, keep, kit.log)];
  const end = () => stops.splice(0).forEach((stop) => stop());
  load().then((more) => {
    if (!stops.length) return; // ended meanwhile
    end();
    if (more) stops.push(more.start(kit, early));
  });
  return end;
}
