module.exports = { globs: { blog: ["./site/blog/**/*.md"] } };
