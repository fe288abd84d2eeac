/**
 * Property names that never leave the script. The build shortens them, so none of them may be a name of the wire, of an
 * option, of a public call or of the browser.
 */
export const INTERNAL = (
  "anonymous arm beacon become byBeacon claim clock config decide delay depth describe disarm disk " +
  "emit emitter encodeBatch end ended enter erase failed failures flush follow forget hide identity idle ids " +
  "isBlocked isOnline isSpent keeps kit leave lengthen local lost newId newVisitor notBefore onEnter onLeave own pages patience pending " +
  "people person persons prefix prepend queue record recover release renew replay retryAfter rewind run saveSoon " +
  "until common engaged current save stop bytes adopt know tellers explain restored alive ends observers suffix facts " +
  "say sender session settle shared shown signals silences started stopped stops timeoutMs transport types urgent " +
  "usedElsewhere view visitorId visitors wake warn whenBegun win"
).split(" ");
