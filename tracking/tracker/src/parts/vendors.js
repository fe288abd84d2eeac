/** The part for pages with forms and calendars of others. */
import { guard, listen } from "../guard.js";
import { listedHosts } from "../hosts.js";
import { createReader } from "../vendors/index.js";
import { TYPES } from "../vendors/types.js";

export function start({ win, clock, config, emit, found, log }, early) {
  const { origin } = win.location;
  const read = createReader({
    win,
    clock,
    values: config.formValues && !config.privacyMode,
    isOwn: (from) => from === origin && from !== "null",
    isListed: listedHosts(config.domains),
  });
  const tell = (said) => {
    if (!said) return;
    const { type, facts, email, source } = said;
    const wanted = type === "goal" || (type && config.trackForms);
    if (wanted) emit(type, facts, { urgent: type !== "form_interaction" });
    if (email) found(email, source);
  };
  const heard = (event) => {
    const said = read(event);
    if (said && said.then) said.then(tell).catch(log);
    else tell(said);
  };
  early.forEach(guard(([event]) => heard(event), log));
  return listen(win, ["message", ...TYPES].join(" "), heard, log);
}
