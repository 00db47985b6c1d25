// Prints what rss-parser reads from feeds, one JSON object per file, with the keys of read_feeds.py.
const fs = require("fs");
const Parser = require("rss-parser");

const custom = [
  ["media:thumbnail", "thumbnail"],
  ["media:content", "media", { keepArray: true }],
  ["atom:updated", "changed"],
  ["updated", "changed"],
  ["published", "published"],
  ["author", "people", { keepArray: true }],
  ["dc:creator", "creators", { keepArray: true }],
  ["category", "terms", { keepArray: true }],
];
const seconds = (text) => (text ? Date.parse(text) / 1000 : null);
const first = (value) => (Array.isArray(value) ? value[0] : value);

(async () => {
  for (const file of process.argv.slice(2)) {
    const feed = await new Parser({ customFields: { item: custom } }).parseString(fs.readFileSync(file, "utf8"));
    const entries = feed.items.map((item) => {
      const people = (item.people || []).map((person) =>
        typeof person === "string"
          ? { name: /\((.*)\)/.exec(person)[1], email: person.split(" ")[0], url: null }
          : { name: first(person.name), email: first(person.email) || null, url: first(person.uri) || null });
      const creators = (item.creators || []).map((name) => ({ name, email: null, url: null }));
      const published = seconds(item.published || item.pubDate);
      const text = (item.media || []).map((media) => first(media["media:description"])).find((text) => text);
      return {
        id: item.guid || item.id,
        title: item.title || "",
        link: item.link,
        published,
        updated: seconds(item.changed) || published,
        authors: people.length ? people : creators,
        tags: (item.terms || []).map((term) => (typeof term === "string" ? term : term.$.term)),
        summary: item.summary || item.content,
        content: item["content:encoded"] || item.content,
        language: item.language || null,
        image: item.thumbnail ? item.thumbnail.$ : null,
        alt: text || null,
      };
    });
    console.log(JSON.stringify({ path: file, entries }));
  }
})().catch((error) => { console.error(error); process.exit(1); });
