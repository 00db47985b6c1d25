// Opens feeds in BROWSER, with and without scripts, on narrow and wide screens, and prints what a visitor sees as JSON:
// BROWSER URL SHOTS PATH..., with SHOTS the start of the names of screenshots, or an empty string. Requests to other hosts
// are answered here with a tiny image.
const { axeViolations, launch, newPage, respondWithImage, shoot } = require("./browsers.cjs");

// Runs in the page.
const look = () => {
  const isShown = (e) => e.getClientRects().length > 0 && e.localName !== "script";
  const shown = (selector, root = document) => [...root.querySelectorAll(selector)].filter(isShown);
  return {
    root: document.documentElement.localName,
    language: document.documentElement.lang,
    direction: getComputedStyle(document.documentElement).direction,
    ground: getComputedStyle(document.documentElement).backgroundColor,
    overflow: document.documentElement.scrollWidth - innerWidth,
    tab: document.title,
    text: shown("*").filter((e) => !shown("*", e).length).map((e) => e.textContent.trim()).filter(Boolean),
    links: shown("a").map((a) => [a.textContent, a.getAttribute("href")]),
    entries: shown("li").map((entry) => ({
      title: entry.querySelector("h2").textContent, link: entry.querySelector("h2 a")?.href, direction: getComputedStyle(entry.querySelector("h2")).direction,
      align: getComputedStyle(entry.querySelector("h2")).textAlign, language: entry.lang,
      time: entry.querySelector("time")?.dateTime, date: entry.querySelector("time")?.textContent, exact: entry.querySelector("time")?.title,
      summary: entry.querySelector(".summary")?.textContent, image: entry.querySelector("img")?.src, media: entry.querySelector("audio, video")?.src,
    })),
    buttons: shown("button").map((button) => button.textContent),
    address: document.querySelector("input")?.value,
    handlers: [...document.querySelectorAll("*")].filter((e) => [...e.attributes].some((a) => a.name.startsWith("on"))).length,
    hit: window.hit,
  };
};

(async () => {
  const [name, url, shots, ...paths] = process.argv.slice(2);
  const browser = await launch(name);
  const found = { errors: [], dialogs: 0, views: [] };
  for (const scripts of [true, false]) {
    const page = await newPage(browser);
    page.on("pageerror", (error) => found.errors.push(error.message));
    page.on("console", (message) => {
      // Browsers request an icon before the script can name one.
      const isIcon = message.location()?.url?.endsWith("/favicon.ico");
      if (message.type() === "error" && !isIcon) found.errors.push(message.text());
    });
    page.on("dialog", (dialog) => { found.dialogs += 1; dialog.dismiss(); });
    if (!scripts && name !== "firefox") await page.setJavaScriptEnabled(false);
    await page.setRequestInterception(true);
    page.on("request", (request) => {
      if (!request.url().startsWith(url)) return respondWithImage(request);
      // The protocol of Firefox cannot turn off scripts, so the script of the feed is missing.
      return !scripts && request.url().endsWith(".js") ? request.abort() : request.continue();
    });
    for (const path of paths) {
      for (const width of scripts ? [360, 1440] : [360]) {
        await page.setViewport({ width, height: 900 });
        await page.goto(url + path, { waitUntil: "domcontentloaded" });
        const view = { path, width, scripts, ...await page.evaluate(look) };
        if (shots) await shoot(page, `${shots}-${path.replaceAll("/", "-")}-${width}-${scripts}.png`);
        if (scripts) {
          view.violations = await axeViolations(page);
        }
        found.views.push(view);
      }
    }
  }
  await browser.close();
  console.log(JSON.stringify(found));
})().catch((error) => { console.error(error); process.exit(1); });
