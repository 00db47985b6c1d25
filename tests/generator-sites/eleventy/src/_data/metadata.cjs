module.exports = {
	title: "The Port",
	url: process.env.URL || "https://port.example/",
	language: "en",
	description: "Ships.",
	author: { name: "Dee", email: "dee@port.example" },
};
