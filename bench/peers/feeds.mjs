// RSS, Atom and JSON of a folder of seeds with feed and cheerio, as a careful user would write it.
//
//     node feeds.mjs SEEDS FEEDS
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "cheerio";
import { Feed } from "feed";

const LIMIT = 50;
const DROP = "script, style, form";
const LINKS = ["href", "src", "poster", "cite"];
const HEAD = /^<!--(\d+)-->\n\[(.*)\]\((.*)\)\n/;

const buffer = Buffer.alloc(1024);

function head(path) {
    const file = openSync(path);
    const size = readSync(file, buffer, 0, buffer.length, 0);
    closeSync(file);
    const [, ms, title, link] = HEAD.exec(buffer.toString("utf8", 0, size));
    return { ms: Number(ms), title, link, path };
}

// Returns the heads of all seeds; of those with the same link, only the latest.
function newestFirst(folder) {
    const latest = new Map();
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !entry.name.endsWith(".txt")) continue;
        const found = head(join(entry.parentPath, entry.name));
        if (!(latest.get(found.link)?.ms >= found.ms)) latest.set(found.link, found);
    }
    return [...latest.values()].sort((a, b) => b.ms - a.ms);
}

function absolute(url, base) {
    return URL.canParse(url, base) ? new URL(url, base).href : url;
}

function absoluteSrcset(value, base) {
    return value.split(",").filter((candidate) => candidate.trim()).map((candidate) => {
        const [url, ...size] = candidate.trim().split(/\s+/);
        return [absolute(url, base), ...size].join(" ");
    }).join(", ");
}

function clean(html, base) {
    const $ = load(html, null, false);
    $(DROP).remove();
    $("*").each((_, { attribs }) => {
        for (const name of Object.keys(attribs)) if (name.startsWith("on")) delete attribs[name];
        for (const name of LINKS) if (name in attribs) attribs[name] = absolute(attribs[name], base);
        if ("srcset" in attribs) attribs.srcset = absoluteSrcset(attribs.srcset, base);
    });
    return $.html().trim();
}

const [seeds, out] = process.argv.slice(2);
const feed = new Feed({
    id: "https://feeds.example/",
    link: "https://feeds.example/",
    title: "Bench",
    description: "Bench",
    author: { name: "Bench" },
});
for (const { ms, title, link, path } of newestFirst(seeds).slice(0, LIMIT)) {
    const seed = readFileSync(path, "utf8");
    const body = seed.slice(seed.indexOf("\n------\n") + 8);
    const date = new Date(ms);
    feed.addItem({ id: link, link, title, date, published: date, content: clean(body, link) });
}
mkdirSync(out, { recursive: true });
writeFileSync(join(out, "rss.xml"), feed.rss2());
writeFileSync(join(out, "atom.xml"), feed.atom1());
writeFileSync(join(out, "feed.json"), feed.json1());
