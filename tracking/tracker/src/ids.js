/**
 * UUIDv7: the time leads, so ids sort by age. `crypto.randomUUID` is missing on plain http pages; `getRandomValues`
 * is not.
 */
export function uuidv7(nowMs, crypto) {
  const chance = Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => (byte + 256).toString(16).slice(1));
  const hex = Math.floor(nowMs).toString(16).padStart(12, 0) + chance.join("");
  return hex.replace(/(.{8})(.{4})(...)(...)(.+)/, "$1-$2-7$3-a$4-$5");
}
