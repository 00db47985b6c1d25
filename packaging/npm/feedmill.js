#!/usr/bin/env node
// Runs the binary of the package for this system, which npm installs as an optional dependency.
"use strict";

const { spawn } = require("node:child_process");

const name = `feedmill-${process.platform}-${process.arch}`;
let binary;
try {
  binary = require.resolve(`${name}/bin/feedmill${process.platform === "win32" ? ".exe" : ""}`);
} catch {
  console.error(`feedmill: the package ${name} is not installed; if it exists, install without --omit=optional`);
  process.exit(2);
}

const child = spawn(binary, process.argv.slice(2), { stdio: "inherit" });
// A terminal sends Ctrl-C to both processes; other signals are sent to this one only.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`feedmill: cannot run ${binary}: ${error.message}`);
  process.exit(2);
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
