// The least a site can do: one feed of the newest 50, and no pages.
const LIMIT = 50;

export default function (eleventy) {
    eleventy.addGlobalData("permalink", () => false);
    eleventy.addCollection("newest", (pages) =>
        pages.getFilteredByGlob("content/**/*.html").sort((a, b) => b.date - a.date).slice(0, LIMIT));
    eleventy.addFilter("rfc822", (date) => date.toUTCString());
    eleventy.setQuietMode(true);
    return { dir: { input: "content" }, htmlTemplateEngine: false };
}
