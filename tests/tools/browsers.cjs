// Starts a browser by its name, chromium or firefox. NODE_PATH has puppeteer-core.
const puppeteer = require("puppeteer-core");

const CHROMIUM = [
  "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

exports.launch = (name) => name === "firefox"
  ? puppeteer.launch({ browser: "firefox", executablePath: "/usr/bin/firefox-esr", headless: true })
  : puppeteer.launch({ executablePath: "/usr/bin/chromium", args: CHROMIUM });
