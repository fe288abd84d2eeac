/** Runs the customer's own code: each adaptor by itself, so that one that fails stops nothing else. */

// As a property, so that it works with every version of the script that a container may be pinned to.
function trackFor(mp, schema) {
  return (name, properties) => mp.trackEvent(name, schema ? { ...properties, schema_id: schema } : properties);
}

export function runAdaptors(mp, on, adaptors, warn) {
  for (const [{ name, schema }, adaptor] of adaptors) {
    try {
      adaptor(trackFor(mp, schema), mp, on);
    } catch (error) {
      warn(`adaptor ${name} stopped:`, error);
    }
  }
}
