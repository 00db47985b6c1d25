// RSS and Atom of a folder of seeds, all of them, with feedsmith and cheerio, as a careful user would write it.
//
//     node feedsmith.mjs SEEDS FEEDS
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { generateAtomFeed, generateRssFeed } from "feedsmith";

import { body, newestFirst } from "./seeds.mjs";

const [seeds, out] = process.argv.slice(2);
const heads = newestFirst(seeds);
const link = "https://feeds.example/";
const updated = new Date(heads[0].ms);
const entries = heads.map((head) => ({ ...head, date: new Date(head.ms), html: body(head) }));
mkdirSync(out, { recursive: true });
const items = entries.map(({ title, link, date, html }) => ({
    title,
    link,
    guid: { value: link, isPermaLink: true },
    pubDate: date,
    content: { encoded: html },
}));
const rss = { title: "Bench", link, description: "Bench", pubDate: updated, items };
writeFileSync(join(out, "rss.xml"), generateRssFeed(rss));
const atom = {
    id: link,
    title: "Bench",
    updated,
    authors: [{ name: "Bench" }],
    links: [{ href: link, rel: "alternate" }],
    entries: entries.map(({ title, link, date, html }) => ({
        id: link,
        title,
        links: [{ href: link }],
        published: date,
        updated: date,
        content: { value: html, type: "html" },
    })),
};
writeFileSync(join(out, "atom.xml"), generateAtomFeed(atom));
