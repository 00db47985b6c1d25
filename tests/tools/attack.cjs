// Opens samples of HTML in Chromium as feed readers show entries: in a page, in a template, as a separate document, and
// serialized and parsed again. INPUT is {raw, clean}, two lists of samples. Prints for each list which samples ran a script,
// which changed when parsed again, and what was fetched that is not an image, audio or video.
const fs = require("fs");
const { launch, newPage } = require("./browsers.cjs");

const PAGE = "http://reader.example/";

// In the page, for one sample.
async function show(sample) {
  const touch = (root) => {
    for (const element of root.querySelectorAll("*")) {
      for (const type of ["mouseover", "pointerover", "focus", "toggle", "input", "beforetoggle"]) element.dispatchEvent(new Event(type));
      // A click on other links would leave the page.
      const leads = element.closest("a, area")?.href;
      if (!leads || typeof leads === "object" || leads.startsWith("javascript:")) element.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    }
  };
  const entry = document.createElement("article");
  document.body.append(entry);
  entry.innerHTML = sample;
  const once = entry.innerHTML;
  touch(entry);
  entry.innerHTML = once;
  const twice = entry.innerHTML;
  entry.innerHTML = twice;
  touch(entry);
  const template = document.createElement("template");
  template.innerHTML = sample;
  const held = template.innerHTML;
  entry.replaceChildren(template.content);
  touch(entry);
  // Without scripting, as some readers parse.
  const inert = new DOMParser().parseFromString(sample, "text/html").body.innerHTML;
  entry.innerHTML = inert;
  touch(entry);
  const frame = document.createElement("iframe");
  await new Promise((done) => {
    frame.onload = done;
    setTimeout(done, 200);
    frame.srcdoc = `<!DOCTYPE html><meta charset="utf-8"><title>x</title><div>${sample}</div>`;
    document.body.append(frame);
  });
  try { touch(frame.contentDocument); } catch { /* it navigated away */ }
  frame.remove();
  entry.remove();
  // What stands in a body loses the space before it.
  return once !== sample || twice !== sample || held !== sample || inert.trim() !== sample.trim();
}

async function look(browser, samples) {
  const seen = { ran: [], mutated: [], fetched: [] };
  let at = -1;
  const open = async () => {
    const page = await newPage(browser);
    page.on("dialog", (dialog) => dialog.dismiss());
    await page.exposeFunction("reportRun", () => { if (!seen.ran.includes(at)) seen.ran.push(at); });
    await page.evaluateOnNewDocument(() => {
      window.alert = window.confirm = window.prompt = () => window.top.reportRun();
    });
    await page.setRequestInterception(true);
    page.on("request", (request) => {
      const url = request.url();
      if (url === PAGE) return request.respond({ status: 200, contentType: "text/html", body: "<!DOCTYPE html><title>reader</title><body>" });
      if (url === "about:srcdoc") return request.continue();
      // The browser's own requests: icons of its media controls, and the favicon.
      const isOwn = url.endsWith("/favicon.ico") || (url.startsWith("data:image/svg+xml;base64,") && !samples[at].includes("data:"));
      const harmless = isOwn || ["image", "media"].includes(request.resourceType()) && /^https?:/.test(url);
      if (!harmless) seen.fetched.push([at, request.resourceType(), url.slice(0, 80)]);
      // Every request fails, so that error handlers run.
      if (/^https?:/.test(url)) return request.abort();
      return request.continue();
    });
    await page.goto(PAGE);
    return page;
  };
  let page = await open();
  for (const sample of samples) {
    at += 1;
    try {
      if (await page.evaluate(show, sample)) seen.mutated.push(at);
    } catch {
      // The sample navigated away.
      seen.mutated.push(at);
      await page.close();
      page = await open();
    }
  }
  // Errors of missing images arrive late.
  await new Promise((done) => setTimeout(done, 300));
  await page.close();
  return seen;
}

(async () => {
  const { raw, clean } = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
  const browser = await launch("chromium");
  const found = { clean: await look(browser, clean), raw: await look(browser, raw) };
  await browser.close();
  console.log(JSON.stringify(found));
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
