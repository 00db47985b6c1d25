export default { site: "https://hill.example", trailingSlash: "never" };
