/** Puts the parts together and runs them while the visitor's choice allows it. */
import { botSigns } from "./bots.js";
import { captureExit } from "./capture/exit.js";
import { capturePages } from "./capture/pages.js";
import { createConsent } from "./consent.js";
import { cookieStorage } from "./cookies.js";
import { readContext } from "./device.js";
import { createDisk, noDisk } from "./disk.js";
import { startMore } from "./early.js";
import { createEmitter } from "./emitter.js";
import { guard, listen } from "./guard.js";
import { uuidv7 } from "./ids.js";
import { createKnowing } from "./knowing.js";
import { createPage, whenSeen } from "./page.js";
import { createPeople } from "./people.js";
import { prepare } from "./prepare.js";
import { createQueue } from "./queue.js";
import { createSender } from "./sender.js";
import { createShared } from "./shared.js";
import { forgiving, localStorageOf } from "./storage.js";
import { createTransport, sandboxed } from "./transport.js";
import { encode } from "./wire.js";

const REWIND_MS = 60 * 1000; // hidden this long: what comes next is a new beginning

export function createTracker({ win, config, url, load, log, warn }) {
  const { document, navigator } = win;
  const clock = {
    now: Date.now,
    setTimeout: (fn, ms) => win.setTimeout(guard(fn, log), ms),
    clearTimeout: (timer) => win.clearTimeout(timer),
  };
  const newId = (at = clock.now()) => uuidv7(at, win.crypto);
  const suffix = config.global && `.${config.global}`;
  const local = localStorageOf(win, suffix);
  const isOnline = () => navigator.onLine !== false;
  const observers = [];
  const env = { win, config, clock, log, warn, newId, local, suffix, isOnline, observers, load };
  const consent = createConsent(env);
  const shared = createShared();
  const transport = config.sandbox ? sandboxed(log) : createTransport(win, url, load);

  /** What lives from `start` to `stop`. */
  function createRun() {
    const anonymous = config.cookieless || consent.is("limited");
    const people = createPeople(env, anonymous);
    const page = createPage(env);
    const queue = createQueue();
    const disk = anonymous ? noDisk : createDisk(env);
    const context = { ...readContext(win, anonymous), ...consent.signals, cookieless: +anonymous };
    const encodeBatch = (batch, retry) => {
      const [state, reason] = consent.decide();
      context.bot = guard(botSigns, log, 0)(win);
      context.consent = reason ? state : undefined; // nobody was asked: nothing is claimed
      return encode(batch, { api_key: config.apikey, sent_at: clock.now(), retry, dropped: queue.lost || undefined, context });
    };
    const sender = createSender(env, { queue, disk, transport, encodeBatch, pages: () => run.pages });
    const emitter = createEmitter(env, { page, people, shared, sender });
    const { emit } = emitter;
    const kit = { ...env, page, people, context, consent, emit, ...createKnowing(env, { people, emit, load }), queue, sender };
    return { people, page, sender, emitter, kit, pages: null, stops: [] };
  }
  let run = null;

  function watchHiding({ page, sender }) {
    let hiddenAt = 0;
    const hide = (leaving) => {
      page.leave();
      sender.hide(leaving);
      hiddenAt = clock.now();
    };
    const changed = () => {
      if (document.hidden) return hide();
      if (clock.now() - hiddenAt > REWIND_MS) sender.rewind();
      return sender.wake();
    };
    return [
      listen(document, "visibilitychange", changed, log),
      listen(win, "pagehide", () => hide(true), log),
      listen(win, "online", sender.wake, log),
    ];
  }

  function begin(present, at) {
    if (run !== present || run.pages) return; // stopped before anybody looked, or begun
    const { page, emitter, sender, stops } = run;
    stops.push(captureExit(page, emitter.emit), ...watchHiding(run));
    run.pages = capturePages(page, emitter.emit, at);
    stops.push(run.pages.stop);
    emitter.release();
    stops.push(startMore(run.kit, load));
  }

  return {
    ...env,
    consent,
    shared,
    run: () => run,
    /**
     * Begins to count, once somebody looks. Nothing is stored or sent where the visitor's choice forbids it. `at`: when
     * the page was there, for a choice that comes later.
     */
    start(at) {
      log(...consent.decide());
      if (run || consent.is("denied") || consent.is("pending")) return;
      const present = (run = createRun());
      whenSeen(document, guard(() => prepare(present.kit, load, () => begin(present, at)), log));
    },
    stop() {
      if (!run) return;
      run.stops.forEach((end) => end());
      run.sender.close();
      run = null;
    },
    /** All we ever stored, except the opt-out itself. */
    erase() {
      const cookies = forgiving(cookieStorage(win, suffix));
      ["_mp_v", "_mp_s"].forEach(cookies.remove);
      (local.names() || []).filter((name) => /^_mp_(?!consent)/.test(name)).forEach(local.remove);
    },
  };
}
