// Stands in for the tracker until it has loaded: keeps the calls, with their moments. Pasted into pages, so it is ES5.
(function (w) {
  if (w.MetricPal) return;
  var m = (w.MetricPal = { q: [] });
  __METHODS__.split(" ").forEach(function (name) {
    m[name] = function () {
      if (/^(is|has)/.test(name)) return false;
      if (!/^get/.test(name)) m.q.push([name, [].slice.call(arguments), Date.now()]);
      return null;
    };
  });
})(window);
