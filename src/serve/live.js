(() => {
  // The data of this script is the version of the page. Through a proxy the page has another host, and stays as it is.
  const version = document.currentScript.dataset.version;
  let source, timer;
  const close = () => { source?.close(); source = undefined; };
  const connect = () => {
    clearTimeout(timer);
    if (source || document.hidden) return;
    source = new EventSource("/live");
    source.onmessage = (event) => { if (event.data !== version) { close(); location.reload(); } };
    source.onerror = () => { if (source?.readyState === 2) { close(); timer = setTimeout(connect, 5000); } };
  };
  if (!/^(localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/.test(location.hostname)) return;
  // A browser opens six connections to a host, so a tab that stays hidden gives its own back.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) timer = setTimeout(close, 30000); else connect();
  });
  addEventListener("pagehide", close);
  // Not at once: programs that wait for the network to be idle would wait for a stream that never ends.
  addEventListener("pageshow", () => { timer = setTimeout(connect, 1500); });
})();
