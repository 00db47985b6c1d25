// Takes the screenshots of the book: URL FOLDER TEXT. URL is that of a server with feeds, TEXT a file with what `check`
// prints on a terminal. Requests to other hosts are answered with a drawing instead of a photograph.
const fs = require("fs");
const { launch, newPage } = require("./browsers.cjs");

const PHOTO = (seed) => {
  const hue = [...seed].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 360, 7);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="440" viewBox="0 0 64 44"><rect width="64" height="44" fill="hsl(${hue} 45% 82%)"/>
    <circle cx="48" cy="12" r="5" fill="hsl(${hue} 60% 94%)"/><path d="M0 30 16 16l14 13 9-8 25 20v3H0z" fill="hsl(${hue} 32% 55%)"/><path d="M0 38 26 29l38 10v5H0z" fill="hsl(${hue} 35% 38%)"/></svg>`;
};
const COLORS = { 30: "#6e7681", 31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#76e3ea", 37: "#e6edf3" };
const escape = (text) => text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);

// Returns the HTML of text with the colors of a terminal (ECMA-48, SGR).
const terminal = (text) => {
  let style = { bold: false, color: 0 };
  return text.split(/(\x1b\[[\d;]*m)/).map((part) => {
    const codes = /^\x1b\[([\d;]*)m$/.exec(part);
    if (!codes) {
      const color = COLORS[style.color > 89 ? style.color - 60 : style.color] ?? "inherit";
      return `<span style="color:${color};font-weight:${style.bold ? 700 : 400}">${escape(part)}</span>`;
    }
    for (const code of codes[1].split(";").map(Number)) {
      if (code === 0) style = { bold: false, color: 0 };
      else if (code === 1) style.bold = true;
      else style.color = code;
    }
    return "";
  }).join("");
};

(async () => {
  const [url, folder, file] = process.argv.slice(2);
  const browser = await launch("chromium");
  const page = await newPage(browser);
  await page.setRequestInterception(true);
  page.on("request", (request) => request.url().startsWith(url) || request.url().startsWith("data:")
    ? request.continue() : request.respond({ status: 200, contentType: "image/svg+xml", body: PHOTO(request.url()) }));
  for (const [name, path] of [["page", ""], ["feed", "town/rss.xml"]]) {
    await page.setViewport({ width: 960, height: 760 });
    await page.goto(url + path, { waitUntil: "networkidle0" });
    await page.screenshot({ path: `${folder}/${name}.png` });
  }
  await page.goto("about:blank");
  await page.setViewport({ width: 960, height: 200 });
  await page.setContent(`<!DOCTYPE html><meta charset="utf-8"><style>body { margin: 0; background: #0d1117; }
    pre { margin: 0; padding: 20px 24px; color: #e6edf3; font: 14px/1.5 "DejaVu Sans Mono", monospace; white-space: pre-wrap; }</style>
    <pre>${terminal(fs.readFileSync(file, "utf8"))}</pre>`);
  await page.screenshot({ path: `${folder}/check.png`, fullPage: true });
  await browser.close();
})().catch((error) => { console.error(error); process.exit(1); });
