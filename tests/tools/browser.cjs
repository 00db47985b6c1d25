// Opens the page at URL in Chromium, with narrow and wide screens, light and dark color schemes, and without
// JavaScript, and prints what it finds as JSON. Requests to other hosts are answered here with a tiny image.
const { axeViolations, launch, newPage, respondWithImage, shoot } = require("./browsers.cjs");

async function open(browser, url, found, broken) {
  const page = await newPage(browser);
  page.on("pageerror", (error) => found.errors.push(error.message));
  page.on("console", (message) => {
    // Browsers request a favicon for feeds, which cannot name an icon.
    const isIcon = message.location().url?.endsWith("/favicon.ico");
    if (message.type() === "error" && !isIcon) found.errors.push(message.text());
  });
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    if (request.url().startsWith(new URL("/", url).href)) return request.continue();
    found.foreign.push(request.resourceType());
    if (broken) return request.respond({ status: 404, body: "" });
    respondWithImage(request);
  });
  return page;
}

(async () => {
  const [url, shots] = process.argv.slice(2);
  const browser = await launch("chromium");
  const found = { errors: [], foreign: [], views: [], copied: [] };
  await browser.defaultBrowserContext().overridePermissions(new URL(url).origin, ["clipboard-read", "clipboard-write"]);
  const page = await open(browser, url, found);
  for (const [width, scheme] of [[390, "light"], [390, "dark"], [1280, "light"], [1280, "dark"]]) {
    await page.setViewport({ width, height: 900 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.goto(url);
    if (shots) await shoot(page, `${shots}-${width}-${scheme}.png`);
    const box = await page.evaluate(() => ({
      overflow: document.documentElement.scrollWidth - innerWidth,
      ground: getComputedStyle(document.body).backgroundColor,
      direction: document.documentElement.dir,
    }));
    // The page's policy allows only its own script, so axe needs a bypass.
    await page.setBypassCSP(true);
    await page.reload();
    const violations = await axeViolations(page);
    await page.setBypassCSP(false);
    found.views.push({ width, scheme, violations, ...box });
  }
  await page.goto(url);
  await page.bringToFront();
  found.alternates = await page.$$eval('link[rel="alternate"]', (all) =>
    all.map((link) => ({ type: link.type, title: link.title, href: link.href })));
  found.list = await page.$$eval('link[rel="outline"]', (all) => all.map((link) => link.href));
  found.openers = await page.$$eval('a[href^="feed:"]', (all) => all.map((link) => link.getAttribute("href")));
  found.entries = await page.$$eval(".river > li", (all) => all.map((entry) => ({
    title: entry.querySelector("h2").innerText, link: entry.querySelector("h2 a").href,
    date: entry.querySelector("time").dateTime, exact: entry.querySelector("time").title,
    picture: entry.querySelector("img")?.src, direction: getComputedStyle(entry).direction,
  })));
  found.topics = await page.$$eval("aside h3", (all) => all.map((topic) => ({
    title: topic.innerText, direction: getComputedStyle(topic).direction,
    rhythm: topic.parentElement.querySelector(".meta").innerText,
  })));
  const titles = (view) => view.$$eval(".river > li", (all) =>
    all.filter((entry) => entry.checkVisibility()).map((entry) => entry.querySelector("h2").innerText));
  await page.type("[type=search]", "seconde");
  found.searched = await titles(page);
  await page.$eval("[type=search]", (field) => { field.value = ""; field.dispatchEvent(new Event("input")); });
  for (const button of await page.$$("button")) {
    await button.click();
    await page.waitForFunction((b) => b.textContent === "Copied", {}, button);
    found.copied.push(await page.evaluate(() => navigator.clipboard.readText()));
  }
  found.announced = await page.$eval('[role="status"]', (status) => status.textContent);

  const bare = await open(browser, url, found);
  await bare.setJavaScriptEnabled(false);
  await bare.goto(url);
  const shown = await bare.$$("button");
  found.bare = {
    buttons: (await Promise.all(shown.map((button) => button.isVisible()))).filter(Boolean).length,
    addresses: await bare.$$eval('input[type="text"]', (all) => all.map((input) => input.value)),
    filters: {},
  };
  for (const label of await bare.$$("label")) {
    await label.evaluate((label) => { const box = label.closest("details"); if (box) box.open = true; });
    await label.click();
    found.bare.filters[await label.evaluate((label) => label.innerText)] = await titles(bare);
  }
  // Images that cannot be loaded leave no hole: neither with the script nor without it.
  found.holes = [];
  for (const script of [true, false]) {
    const view = await open(browser, url, { errors: [], foreign: [] }, true);
    await view.setJavaScriptEnabled(script);
    await view.goto(url, { waitUntil: "load" });
    // The page may be loaded before the error of an image has been handled.
    const count = () => view.$$eval("img", (all) => all.filter((image) => image.offsetWidth * image.offsetHeight > 0).length);
    let holes = await count();
    for (const end = Date.now() + 10000; holes > 0 && Date.now() < end; holes = await count()) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    found.holes.push(holes);
    await view.close();
  }
  await browser.close();
  console.log(JSON.stringify(found));
})().catch((error) => { console.error(error); process.exit(1); });
