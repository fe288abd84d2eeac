/** Who somebody turns out to be, whoever says so: the site, a form, a vendor, a frame. */

export function createKnowing({ config }, { people, emit, load }) {
  const tellers = []; // called after each news
  function put(type, subject, traits, about, at) {
    const known = people.identity.become(subject, traits, type !== "identify");
    if (!known) return;
    emit(type, { ...known.traits, ...subject, ...about }, { at, urgent: true });
    tellers.forEach((fn) => fn());
  }
  return {
    tellers,
    /** In privacy mode the event follows when the address is hashed; where that cannot be done nothing leaves. */
    know(type, subject, traits, about, at) {
      if (!config.privacyMode || !subject.email) return put(type, subject, traits, about, at);
      return load()
        .then((more) => more && more.hashed(load, subject.email, config.hash))
        .then((hashes) => hashes && put(type, hashes, traits, about, at));
    },
  };
}
