// The configuration of the site.
export default function (eleventyConfig) {
	eleventyConfig.addPassthroughCopy("img");
	eleventyConfig.addCollection("essays", (api) => api.getFilteredByGlob("src/essays/*.md"));
	return { dir: { input: "src", data: "_data" } };
}
