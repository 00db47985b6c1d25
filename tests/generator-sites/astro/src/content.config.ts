import { defineCollection, z } from "astro:content";
import { glob } from "astro/loaders";

const blog = defineCollection({
	loader: glob({ base: "./src/content/blog", pattern: "**/[^_]*.{md,mdx}" }),
	schema: z.object({ title: z.string(), pubDate: z.coerce.date() }),
});
const notes = defineCollection({ loader: glob({ base: "./src/content/notes", pattern: "**/*.md" }) });
export const collections = { blog, notes };
