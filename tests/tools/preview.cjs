// Opens documents of a server in Chromium or Firefox, and prints what it finds as JSON: BROWSER URL PATH... Reads lines from
// stdin: before each, the documents have been loaded; after it, they should reload, and are compared again.
const readline = require("readline");
const { launch, newPage } = require("./browsers.cjs");

(async () => {
  const [name, url, ...paths] = process.argv.slice(2);
  const browser = await launch(name);
  const found = { errors: [], before: [], after: [] };
  const pages = [];
  for (const path of paths) {
    const page = await newPage(browser);
    page.on("pageerror", (error) => found.errors.push(error.message));
    page.on("console", (message) => {
      const isIcon = message.location()?.url?.endsWith("/favicon.ico");
      if (message.type() === "error" && !isIcon) found.errors.push(message.text());
    });
    await page.goto(url + path);
    pages.push(page);
  }
  const texts = () => Promise.all(pages.map((page) => page.evaluate(() => document.documentElement.textContent)));
  found.before = await texts();
  console.log("loaded");
  const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const text = (await lines.next()).value;
  for (const page of pages) {
    // A tab in the background may be slow.
    await page.bringToFront();
    await page.waitForFunction((text) => document.documentElement.textContent.includes(text), {}, text);
  }
  found.after = await texts();
  console.log(JSON.stringify(found));
  await browser.close();
})().catch((error) => { console.error(error); process.exit(1); });
