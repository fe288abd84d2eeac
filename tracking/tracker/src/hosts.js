/** The site's other hosts, as it lists them: `data-domains="shop.example, *.example.org"`. */

/** `(url) => boolean` for a comma-separated list; `*.b.example` means b.example and all below it. */
export function listedHosts(list) {
  const names = (list || "").toLowerCase().split(/[\s,]+/).filter(Boolean);
  const fits = (name, host) => (name.startsWith("*.") ? `.${host}`.endsWith(name.slice(1)) : host === name);
  return (url) => {
    try {
      const { protocol, host, hostname } = new URL(url);
      return /^https?:$/.test(protocol) && names.some((name) => fits(name, host) || fits(name, hostname));
    } catch (error) {
      return false; // "null", "" or no address at all
    }
  };
}
