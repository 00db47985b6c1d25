// Starts a browser by its name, chromium or firefox, and has what the scripts do with pages. NODE_PATH has puppeteer-core
// and axe-core.
//
// Nothing has a time limit, because a busy machine may need long; nextest ends a test that hangs.
const fs = require("fs");
const puppeteer = require("puppeteer-core");

const CHROMIUM = [
  "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

const UNLIMITED = { timeout: 0, protocolTimeout: 0 };

exports.launch = (name) => name === "firefox"
  ? puppeteer.launch({ browser: "firefox", executablePath: "/usr/bin/firefox-esr", headless: true, ...UNLIMITED })
  : puppeteer.launch({ executablePath: "/usr/bin/chromium", args: CHROMIUM, ...UNLIMITED });

exports.newPage = async (browser) => {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  page.setDefaultNavigationTimeout(0);
  return page;
};

const PICTURE = Buffer.from("R0lGODlhAQABAIABAP8AAP///yH5BAEAAAEALAAAAAABAAEAAAICRAEAOw==", "base64");

// Answers a request with a tiny image.
exports.respondWithImage = (request) => request.respond({ status: 200, contentType: "image/gif", body: PICTURE });

// Returns the violations that axe-core finds in a page, with the HTML of the elements.
exports.axeViolations = async (page) => {
  await page.evaluate(fs.readFileSync(require.resolve("axe-core"), "utf8"));
  return page.evaluate(async () =>
    (await axe.run()).violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html).join(" ")));
};

// Saves a screenshot of a whole page.
exports.shoot = (page, path) => page.screenshot({ path, fullPage: true, captureBeyondViewport: false });
