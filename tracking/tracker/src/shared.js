/** Properties that the site adds to every later event; an event's own value wins. */
import { plainProperties } from "./plain.js";

export function createShared() {
  const entries = new Map(); // key -> {value, types: null for every event}
  return {
    /**
     * `properties`: a list restricts to these event types, an object holds further shared properties. `value` null
     * removes.
     */
    add({ key, value, properties }) {
      const types = Array.isArray(properties) ? properties : null;
      const all = plainProperties({ ...(types ? null : properties), [key]: value });
      for (const name of Object.keys(all)) entries.set(name, { value: all[name], types });
    },
    of(type) {
      const result = {};
      entries.forEach(({ value, types }, name) => {
        if (value !== null && (!types || types.includes(type))) result[name] = value;
      });
      return result;
    },
    clear: () => entries.clear(),
  };
}
