/**
 * Whatever a page hands us, as plain JSON of bounded size: the collector's limits are kept here, so that nothing is
 * refused there.
 *
 * Cycles, functions and symbols vanish, BigInt becomes text, dates ISO, errors their message, elements their tag.
 */

import { guard } from "./guard.js";

const MAX_DEPTH = 5;
const MAX_PROPERTIES = 100;
const MAX_ITEMS = 100;
const MAX_KEY = 128;
const MAX_STRING = 8000;
const MAX_BYTES = 32000;

export const utf8Length = (text) => new TextEncoder().encode(text).length;

const stringify = guard(JSON.stringify); // the site's own hook may have made something of it that is none

/** As JSON, or undefined. Old libraries teach arrays a `toJSON`, which makes texts of them (Prototype 1.6). */
export function toJson(value) {
  const { prototype } = Array;
  const taught = Object.getOwnPropertyDescriptor(prototype, "toJSON");
  delete prototype.toJSON;
  const text = stringify(value);
  if (taught) Object.defineProperty(prototype, "toJSON", taught);
  return text;
}

export const cut = (text, max) => (text.length > max ? `${text.slice(0, max - 1)}…` : text);

function plainObject(value, path, note) {
  if (path.includes(value) || path.length >= MAX_DEPTH) return undefined;
  const inner = [...path, value];
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => plain(item, inner, note) ?? null);
  const result = {};
  for (const key of Object.keys(value).slice(0, MAX_PROPERTIES)) {
    const item = plain(value[key], inner, note);
    if (item !== undefined) result[cut(key, MAX_KEY)] = item;
  }
  return result;
}

function plain(value, path, note) {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "string") {
    if (value.length > MAX_STRING) note.cut = true;
    return cut(value, MAX_STRING);
  }
  if (typeof value === "number") return isFinite(value) ? value : null;
  if (value === null || typeof value === "boolean") return value;
  if (typeof value !== "object") return undefined;
  try {
    if (value.nodeType) return String(value.nodeName).toLowerCase();
    if (value instanceof Error) return cut(String(value.message), MAX_STRING);
    if (typeof value.toJSON === "function" && !Array.isArray(value)) return plain(value.toJSON(), [...path, value].slice(0, MAX_DEPTH), note);
    return plainObject(value, path, note);
  } catch (error) {
    return undefined; // a getter or toJSON of the page threw
  }
}

/** An object of properties, always; `_cut: 1` says that something was too long. */
export function plainProperties(input) {
  const note = {};
  const value = plain(input, [], note) || {};
  const result = {};
  let room = MAX_BYTES;
  for (const key of isObject(input) ? Object.keys(value) : []) {
    room -= key.length + utf8Length(JSON.stringify(value[key]));
    if (room > 0) result[key] = value[key];
  }
  return note.cut || room <= 0 ? { ...result, _cut: 1 } : result;
}

const isObject = (value) => !!value && typeof value === "object" && !Array.isArray(value);
