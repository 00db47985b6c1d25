import { sorted } from "../utils/sorted";
export const GET = async () => rss({ title: "The Cape", items: (await sorted()).map((letter) => ({
	link: url(`/letter/${letter.data.key}/`), pubDate: letter.data.written })) });
