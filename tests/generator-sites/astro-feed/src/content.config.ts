import { defineCollection } from "astro:content";
import { glob } from "astro/loaders";
const letters = defineCollection({ loader: glob({ pattern: "*.md", base: "./letters" }) });
export const collections = { letters };
