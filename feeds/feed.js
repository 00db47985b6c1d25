/* feedmill: turns a feed that somebody opened in a browser into a page. Everything that the feed says becomes text, and
   only http and https addresses become links, so nothing in an entry is executed. Without this script, feed.css shows
   the feed. */
(() => {
  const XHTML = "http://www.w3.org/1999/xhtml", ATOM = "http://www.w3.org/2005/Atom";
  const MEDIA = "http://search.yahoo.com/mrss/", ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd";
  const DC = "http://purl.org/dc/elements/1.1/", PAGE_SIZE = 100;

  const make = (name, attributes = {}, ...content) => {
    const element = document.createElementNS(XHTML, name);
    for (const [key, value] of Object.entries(attributes)) if (value) element.setAttribute(key, value);
    element.append(...content.filter(Boolean));
    return element;
  };
  const all = (parent, namespace, name) =>
    [...parent.children].filter((e) => e.localName === name && e.namespaceURI === namespace);
  const first = (parent, namespace, name) => all(parent, namespace, name)[0];
  const text = (parent, namespace, name) => first(parent, namespace, name)?.textContent.trim() ?? "";
  // A document of DOMParser runs no script and loads no image.
  const plain = (html) => new DOMParser().parseFromString(html, "text/html").body.textContent.trim();
  const address = (value) => {
    try {
      const url = new URL(value.trim(), document.baseURI);
      return value.trim() && /^https?:$/.test(url.protocol) ? url.href : "";
    } catch { return ""; }
  };
  const direction = (language) => {
    const script = /-([a-z]{4})(?![a-z0-9])/i.exec(language);
    const isRight = script ? /adlm|arab|aran|hebr|mand|nkoo|rohg|syrc|thaa/i.test(script[1])
      : /^(ar|arc|ckb|dv|fa|he|iw|ji|ks|lrc|mzn|nqo|pnb|ps|sd|syr|ug|ur|yi)(?![a-z0-9])/i.test(language);
    return isRight ? "rtl" : "ltr";
  };

  /* What both formats say, in one form. */
  const readRss = (channel) => ({
    title: text(channel, null, "title"),
    about: plain(text(channel, null, "description")),
    language: text(channel, null, "language"),
    site: address(text(channel, null, "link")),
    image: address(first(channel, ITUNES, "image")?.getAttribute("href") ?? text(first(channel, null, "image") ?? channel, null, "url")),
    links: all(channel, ATOM, "link"),
    entries: all(channel, null, "item").map((item) => ({
      title: text(item, null, "title"),
      link: address(text(item, null, "link")),
      summary: plain(text(item, null, "description")),
      date: text(item, null, "pubDate"),
      language: text(item, DC, "language"),
      people: all(item, DC, "creator").map((creator) => creator.textContent.trim()),
      media: all(item, null, "enclosure").map((e) => ({ url: e.getAttribute("url"), type: e.getAttribute("type") })),
      item,
    })),
  });
  const atomText = (parent, name) => {
    const element = first(parent, ATOM, name);
    return element?.getAttribute("type") === "html" ? plain(element.textContent) : element?.textContent.trim() ?? "";
  };
  const rel = (links, name) => links.find((link) => (link.getAttribute("rel") ?? "alternate") === name)?.getAttribute("href") ?? "";
  const readAtom = (feed) => ({
    title: atomText(feed, "title"),
    about: atomText(feed, "subtitle"),
    language: feed.getAttribute("xml:lang") ?? "",
    site: address(rel(all(feed, ATOM, "link"), "alternate")),
    image: address(text(feed, ATOM, "logo") || text(feed, ATOM, "icon")),
    links: all(feed, ATOM, "link"),
    entries: all(feed, ATOM, "entry").map((item) => ({
      title: atomText(item, "title"),
      link: address(rel(all(item, ATOM, "link"), "alternate")),
      summary: atomText(item, "summary"),
      date: text(item, ATOM, "published") || text(item, ATOM, "updated"),
      language: item.getAttribute("xml:lang") ?? "",
      people: all(item, ATOM, "author").map((author) => text(author, ATOM, "name")),
      media: all(item, ATOM, "link").filter((link) => link.getAttribute("rel") === "enclosure")
        .map((link) => ({ url: link.getAttribute("href"), type: link.getAttribute("type") })),
      item,
    })),
  });

  const dates = (language) => {
    const format = (options) => {
      try { return new Intl.DateTimeFormat(language || undefined, options); }
      catch { return new Intl.DateTimeFormat(undefined, options); }
    };
    const [day, exact] = [format({ dateStyle: "long" }), format({ dateStyle: "full", timeStyle: "long" })];
    return (value) => {
      const date = new Date(value);
      if (isNaN(date)) return "";
      return make("time", { datetime: date.toISOString(), title: exact.format(date), dir: "auto" }, day.format(date));
    };
  };
  const commaOf = (language) => /^(ar|fa|ur)(?![a-z])/i.test(language) ? "، " : /^(ja|zh)(?![a-z])/i.test(language) ? "、" : ", ";
  const picture = (url, name) => {
    const image = make("img", { class: name, src: url, loading: "lazy", referrerpolicy: "no-referrer" });
    image.alt = "";
    image.addEventListener("error", () => image.remove());
    return image;
  };
  const player = (entry) => {
    const file = entry.media.find((file) => /^(audio|video)\//.test(file.type ?? "") && address(file.url ?? ""));
    if (!file) return "";
    const name = file.type.startsWith("audio") ? "audio" : "video";
    return make(name, { controls: "controls", preload: "none", src: address(file.url), "aria-label": entry.title || entry.link });
  };
  const thumbnail = (entry) => {
    const media = [...all(entry.item, MEDIA, "thumbnail"), ...all(entry.item, MEDIA, "content").filter((e) => e.getAttribute("medium") === "image")];
    const url = media.map((e) => address(e.getAttribute("url") ?? "")).find(Boolean)
      || address(first(entry.item, ITUNES, "image")?.getAttribute("href") ?? "");
    return url && picture(url, "thumbnail");
  };
  const article = (entry, feed, date) => {
    const { title, link, summary, language, people } = entry;
    const name = title || summary.slice(0, 80) || link;
    const by = people.filter((one) => one && feed.people.size > 1), comma = commaOf(language || feed.language);
    return make("li", language ? { lang: language, dir: direction(language) } : {},
      thumbnail(entry),
      make("div", {},
        make("h2", { dir: "auto" }, link ? make("a", { href: link }, name) : name),
        make("p", { class: "soft facts" }, date(entry.date),
          by.length && make("span", {}, ...by.flatMap((one, at) => [at && comma, make("bdi", {}, one)]))),
        title && summary && summary !== title && make("p", { class: "summary", dir: "auto" }, summary),
        player(entry)));
  };

  const subscribe = (feed) => {
    const own = address(rel(feed.links, "self")) || location.href.split("#")[0];
    const field = make("input", { id: "address", readonly: "readonly", dir: "ltr", value: own });
    const button = make("button", { type: "button" }, "Copy address");
    const status = make("span", { class: "hidden", role: "status" });
    button.addEventListener("click", async () => {
      field.select();
      try { await navigator.clipboard.writeText(own); } catch { status.textContent = "Press Ctrl+C to copy the address"; return; }
      [button.textContent, status.textContent] = ["Copied", "Copied " + own];
      setTimeout(() => { button.textContent = "Copy address"; }, 2000);
    });
    return make("section", { class: "subscribe", lang: "en", dir: "ltr", "aria-labelledby": "what" },
      make("h2", { id: "what" }, "What is this?"),
      make("p", {}, "A web feed. Add its address to a feed reader, and new entries appear there by themselves: no account, no e-mail address, no algorithm."),
      make("label", { for: "address", class: "hidden" }, "Address of this feed"),
      make("div", { class: "address" }, field, button),
      make("p", { class: "ways" },
        make("a", { href: "feed:" + own }, "Open in a reader"),
        feed.site && make("a", { href: feed.site }, "Visit the website")),
      status);
  };

  const page = (feed) => {
    const date = dates(feed.language);
    const list = make("ol", { role: "list" });
    const more = make("button", { type: "button", class: "more", lang: "en" });
    let shown = 0;
    const show = () => {
      list.append(...feed.entries.slice(shown, shown + PAGE_SIZE).map((entry) => article(entry, feed, date)));
      shown = Math.min(shown + PAGE_SIZE, feed.entries.length);
      more.textContent = `Show more of ${feed.entries.length} entries`;
      if (shown === feed.entries.length) more.remove();
    };
    more.addEventListener("click", () => {
      const next = shown;
      show();
      list.children[next].querySelector("a")?.focus();
    });
    const neighbours = [["current", "Newest entries"], ["next-archive", "Newer entries"], ["prev-archive", "Older entries"]]
      .map(([name, label]) => [address(rel(feed.links, name)), label]).filter(([url]) => url)
      .map(([url, label]) => make("a", { href: url }, label));
    const site = feed.site && new URL(feed.site);
    const html = make("html", { lang: feed.language || "en", dir: direction(feed.language) },
      make("head", {},
        make("title", {}, feed.title),
        make("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
        make("link", { rel: "icon", href: feed.image || "data:," })),
      make("body", {},
        make("header", {},
          feed.image && picture(feed.image, "cover"),
          make("div", {},
            make("h1", {}, make("bdi", {}, feed.title)),
            feed.about && feed.about !== feed.title && make("p", {}, make("bdi", {}, feed.about)),
            site && make("p", { class: "soft" }, make("a", { href: feed.site, dir: "ltr" }, (site.host + site.pathname).replace(/\/$/, ""))))),
        subscribe(feed),
        make("main", {}, list, more),
        neighbours.length ? make("nav", { lang: "en", dir: "ltr", "aria-label": "Archive" }, ...neighbours) : ""));
    show();
    return html;
  };

  document.addEventListener("DOMContentLoaded", () => {
    const root = document.documentElement, channel = first(root, null, "channel");
    if (root.localName !== "feed" && !channel) return;
    const feed = channel ? readRss(channel) : readAtom(root);
    feed.people = new Set(feed.entries.flatMap((entry) => entry.people));
    root.replaceWith(page(feed));
  });
})();
