module.exports = { permalink: "/from-data/" };
