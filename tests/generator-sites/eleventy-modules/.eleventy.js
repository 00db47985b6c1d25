const x = require("./lib/c.js");
module.exports = function (eleventyConfig) {
  eleventyConfig.addCollection("blog", (api) => api.getFilteredByGlob(x.globs.blog));
  eleventyConfig.addFilter("slug2", (s) => s);
  return { dir: { input: "site", includes: "_inc" }, pathPrefix: "/sub/" };
};
