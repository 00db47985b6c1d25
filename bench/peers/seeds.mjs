// Seeds for the JavaScript peers: which there are, and their bodies as a careful user would clean them.
import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";

import { load } from "cheerio";

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
export function newestFirst(folder) {
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

// Returns the cleaned body of a seed.
export function body({ path, link }) {
    const seed = readFileSync(path, "utf8");
    return clean(seed.slice(seed.indexOf("\n------\n") + 8), link);
}
