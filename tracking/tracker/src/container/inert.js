// Stands in for a container that is stopped: a page's calls find somebody who does nothing. ES5, like the stub.
(function (w) {
  var m = w.MetricPal;
  if (m && m.v) return;
  m = w.MetricPal = {};
  __METHODS__.split(" ").forEach(function (name) {
    m[name] = function (how) {
      // Who waits for a promise gets one.
      if (/^(send|load)/.test(name) && how !== "beacon" && w.Promise) return w.Promise.resolve(false);
      return /^(is|has|send)/.test(name) ? false : null;
    };
  });
})(window);
