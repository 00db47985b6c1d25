// RSS, Atom and JSON of a folder of seeds with feed and cheerio, as a careful user would write it.
//
//     node feeds.mjs SEEDS FEEDS
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Feed } from "feed";

import { body, newestFirst } from "./seeds.mjs";

const LIMIT = 50;

const [seeds, out] = process.argv.slice(2);
const feed = new Feed({
    id: "https://feeds.example/",
    link: "https://feeds.example/",
    title: "Bench",
    description: "Bench",
    author: { name: "Bench" },
});
for (const head of newestFirst(seeds).slice(0, LIMIT)) {
    const { ms, title, link } = head;
    const date = new Date(ms);
    feed.addItem({ id: link, link, title, date, published: date, content: body(head) });
}
mkdirSync(out, { recursive: true });
writeFileSync(join(out, "rss.xml"), feed.rss2());
writeFileSync(join(out, "atom.xml"), feed.atom1());
writeFileSync(join(out, "feed.json"), feed.json1());
