// Starts a browser by its name, chromium or firefox, and opens pages in it. NODE_PATH has puppeteer-core.
//
// Nothing has a time limit, because a busy machine may need long; nextest ends a test that hangs.
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
