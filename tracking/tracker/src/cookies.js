/** First-party cookies on the widest domain the browser allows, so that subdomains share one visitor. */

const MAX_AGE_SECONDS = 34560000; // 400 days: browsers cap any cookie there

/** `suffix` tells the names of a second script in the page apart. */
export function cookieStorage({ document, location }, suffix = "") {
  const secure = location.protocol === "https:" ? ";Secure" : "";
  const write = (name, value, age, domain) => {
    document.cookie = `${name}=${value};Path=/;Max-Age=${age};SameSite=Lax${domain && ";Domain=" + domain}${secure}`;
  };
  const get = (name) => (document.cookie.match(`(?:^|; )${name}=([^;]*)`) || [])[1];
  let found;
  const domain = () => found ?? (found = widestDomain(location.hostname, write, get));
  return {
    get: (name) => get(name + suffix),
    set: (name, value) => write(name + suffix, value, MAX_AGE_SECONDS, domain()),
    remove: (name) => write(name + suffix, "", 0, domain()),
  };
}

/**
 * "example.co.uk" for "shop.example.co.uk": browsers refuse cookies on public suffixes, so the first accepted one
 * is it.
 */
export function widestDomain(host, write, get) {
  const name = "_mp_probe";
  const labels = host.split(".");
  for (let count = 2; count <= labels.length; count++) {
    const domain = labels.slice(-count).join(".");
    write(name, "1", 60, domain);
    const accepted = get(name);
    write(name, "", 0, domain);
    if (accepted) return domain;
  }
  return "";
}
