import { getCollection } from "astro:content";
async function raw() { return getCollection("letters"); }
export async function sorted() { return (await raw()).sort(); }
