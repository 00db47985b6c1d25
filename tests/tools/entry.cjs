// Opens pages of entries in BROWSER, with and without scripts, on narrow and wide screens, light and dark, and prints what a
// visitor sees as JSON: BROWSER URL SHOTS PATH..., with SHOTS the start of the names of screenshots, or an empty string.
// Requests to other hosts are answered here with a tiny image.
const { axeViolations, launch, newPage, respondWithImage, shoot } = require("./browsers.cjs");

// Runs in the page.
const look = () => {
  const first = (selector) => document.querySelector(selector);
  const style = (selector) => { const found = first(selector); return found && getComputedStyle(found); };
  return {
    tab: document.title,
    title: first("h1").textContent,
    text: first("article").innerText,
    direction: getComputedStyle(document.documentElement).direction,
    code: style("pre")?.direction,
    ground: getComputedStyle(document.body).backgroundColor,
    overflow: document.documentElement.scrollWidth - innerWidth,
    links: [...document.querySelectorAll("a")].map((a) => a.href),
    canonical: first("link[rel=canonical]")?.href,
    player: first("audio")?.getClientRects().length,
    // A cell is as wide as its longest word; the table scrolls instead.
    cells: [...document.querySelectorAll("th")].every((cell) => cell.offsetHeight < 48),
    hit: window.hit,
  };
};

(async () => {
  const [name, url, shots, ...paths] = process.argv.slice(2);
  const browser = await launch(name);
  const found = { errors: [], foreign: [], views: [] };
  for (const scripts of [true, false]) {
    const page = await newPage(browser);
    page.on("pageerror", (error) => found.errors.push(error.message));
    page.on("console", (message) => { if (message.type() === "error") found.errors.push(message.text()); });
    // The protocol of Firefox cannot turn off scripts.
    if (!scripts && name !== "firefox") await page.setJavaScriptEnabled(false);
    await page.setRequestInterception(true);
    page.on("request", (request) => {
      if (request.url().startsWith(url)) return request.continue();
      // The protocol of Firefox does not tell the type.
      if (name !== "firefox") found.foreign.push(request.resourceType());
      respondWithImage(request);
    });
    for (const path of paths) {
      for (const [width, scheme] of scripts ? [[360, "light"], [1440, "dark"]] : [[360, "dark"]]) {
        await page.setViewport({ width, height: 900 });
        if (name !== "firefox") await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        await page.goto(url + path, { waitUntil: "domcontentloaded" });
        const view = { path, width, scheme, scripts, ...await page.evaluate(look) };
        if (shots) await shoot(page, `${shots}-${found.views.length}.png`);
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
