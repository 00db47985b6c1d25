// Opens the validator page at URL in Chromium without JavaScript, with narrow and wide screens and both color schemes,
// pastes the feed in FILE, and prints what it finds as JSON. axe-core runs in the page from outside.
const fs = require("fs");
const { axeViolations, launch, newPage, shoot } = require("./browsers.cjs");

(async () => {
  const [url, file, shots] = process.argv.slice(2);
  const feed = fs.readFileSync(file, "utf8");
  const browser = await launch("chromium");
  const found = { errors: [], foreign: [], dialogs: 0, views: [] };
  const page = await newPage(browser);
  page.on("pageerror", (error) => found.errors.push(error.message));
  page.on("console", (message) => { if (message.type() === "error") found.errors.push(message.text()); });
  page.on("dialog", (dialog) => { found.dialogs += 1; dialog.dismiss(); });
  page.on("request", (request) => {
    if (!request.url().startsWith(new URL("/", url).href) && !request.url().startsWith("data:")) found.foreign.push(request.url());
  });
  const inspect = async (name, width, scheme) => {
    if (shots) await shoot(page, `${shots}-${name}-${width}-${scheme}.png`);
    const box = await page.evaluate(() => ({
      overflow: document.documentElement.scrollWidth - innerWidth,
      ground: getComputedStyle(document.body).backgroundColor,
      scripts: document.scripts.length,
      handlers: [...document.querySelectorAll("*")].filter((e) => [...e.attributes].some((a) => a.name.startsWith("on"))).length,
      images: document.images.length,
      findings: document.querySelectorAll(".finding").length,
      lines: [...document.querySelectorAll(".source li")].map((li) => li.value),
      rules: [...document.querySelectorAll(".finding a")].map((a) => a.getAttribute("href")),
      text: document.querySelector("textarea")?.value,
      verdict: document.querySelector(".verdict")?.innerText,
    }));
    // The policy of the page permits no script, so axe needs a bypass.
    await page.setBypassCSP(true);
    const violations = await axeViolations(page);
    await page.setBypassCSP(false);
    found.views.push({ name, width, scheme, violations, ...box });
  };
  for (const [width, scheme] of [[360, "light"], [360, "dark"], [1440, "light"], [1440, "dark"]]) {
    await page.setViewport({ width, height: 900 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.goto(url);
    if (scheme === "light") await inspect("form", width, scheme);
    await page.$eval("#feed", (area, text) => { area.value = text; }, feed);
    await Promise.all([page.waitForNavigation(), page.click("form[method=post] button")]);
    await inspect("result", width, scheme);
    // The other pages differ little: two of the four views will do.
    if ((width === 360) === (scheme === "light")) continue;
    await Promise.all([page.waitForNavigation(), page.click(".finding a")]);
    await inspect("rule", width, scheme);
    await page.goto(url);
    await page.type("#url", "http://127.0.0.1/rss.xml");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    await inspect("refused", width, scheme);
    found.refused = await page.$eval("[role=alert]", (alert) => alert.innerText);
  }
  // Everything works without scripts too.
  await page.setJavaScriptEnabled(false);
  await page.goto(url);
  await page.type("#feed", "<rss/>");
  await Promise.all([page.waitForNavigation(), page.click("form[method=post] button")]);
  found.bare = await page.$eval(".verdict", (verdict) => verdict.textContent);
  await browser.close();
  console.log(JSON.stringify(found));
})().catch((error) => { console.error(error); process.exit(1); });
