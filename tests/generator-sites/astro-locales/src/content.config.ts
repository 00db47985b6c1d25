import { FOLDER } from './consts';
import { glob } from 'astro/loaders';
import { defineCollection, z } from 'astro:content';
const posts = defineCollection({
  loader: glob({ pattern: ['**/*.md', '!**/about/**'], base: `./${FOLDER}` }),
  schema: z.object({ title: z.string(), published: z.date(), lang: z.string().optional() }),
});
export const collections = { posts };
