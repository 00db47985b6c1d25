export const SITE = {
	url: "https://hill.example",
	title: "The Hill",
	description: "A view.",
};
