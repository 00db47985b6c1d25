// rss-parser, used by a program that stores the ETag and entries by guid: same interface as newsboat.py.
const fs = require("fs");
const path = require("path");
const Parser = require("rss-parser");

(async () => {
  const [state, url] = process.argv.slice(2);
  fs.mkdirSync(state, { recursive: true });
  const kept = path.join(state, "kept.json");
  const known = fs.existsSync(kept) ? JSON.parse(fs.readFileSync(kept)) : { etag: null, items: {} };
  const answer = await fetch(url, { headers: known.etag ? { "If-None-Match": known.etag } : {} });
  if (answer.status !== 304) {
    if (!answer.ok) throw new Error(url + ": " + answer.status);
    known.etag = answer.headers.get("etag");
    const feed = await new Parser().parseString(await answer.text());
    for (const item of feed.items) {
      const id = item.guid || item.id;
      known.items[id] = {
        id, title: item.title, link: item.link, date: Date.parse(item.isoDate) / 1000,
        text: item["content:encoded"] || item.content, enclosure: item.enclosure ? item.enclosure.url : "",
      };
    }
  }
  fs.writeFileSync(kept, JSON.stringify(known));
  for (const item of Object.values(known.items)) console.log(JSON.stringify(item));
})().catch((error) => { console.error(error); process.exit(1); });
