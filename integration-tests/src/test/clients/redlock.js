// Redlock by three processes: redlock.js DIRECTORY (cluster|singles) PORT...
// cluster: each process locks at a node of its own; singles: each locks at all nodes, of which a majority counts.
// Runs until the directory has a file "over"; each critical section adds a byte to its file "sections".
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import Redlock from "redlock";

const TTL_MS = 4000;
const LOCKS = 3;
const PROCESSES = 3;
const HOLDERS = 2;
const [directory, how, ...ports] = process.argv.slice(2);

/** Fails while another is in there whose lock has not expired: two holders at once. */
function enter(file, deadline) {
  try {
    fs.writeFileSync(file, String(deadline), { flag: "wx" });
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    const other = fs.readFileSync(file, "utf8");
    assert.ok(other !== "" && Number(other) <= Date.now(), `two hold ${file}: the other until ${other}`);
    fs.writeFileSync(file, String(deadline));
  }
}

async function hold(redlock, sections) {
  for (let turn = 0; fs.existsSync(directory) && !fs.existsSync(path.join(directory, "over")); turn++) {
    const name = `redlock-${how}-${turn % LOCKS}`;
    const deadline = Date.now() + TTL_MS;
    let lock;
    try {
      lock = await redlock.acquire([name], TTL_MS);
    } catch {
      await delay(2);
      continue;
    }
    // The library does not look whether it took longer to get than it lasts.
    if (Date.now() >= lock.expiration) continue;
    const file = path.join(directory, name);
    enter(file, deadline);
    await delay(1);
    fs.writeSync(sections, ".");
    if (Date.now() < deadline) fs.unlinkSync(file);
    try {
      await lock.release();
    } catch {
      // It expires.
    }
  }
}

async function work(mine) {
  const clients = mine.map((port) => new Redis(Number(port), "127.0.0.1", { enableOfflineQueue: false }));
  // A node that is down is no failure of the client's, and grants nothing when it is back that was asked for before.
  clients.forEach((client) => client.on("error", () => {}));
  await Promise.all(clients.map((client) => once(client, "ready")));
  const redlock = new Redlock(clients, { retryCount: 0 });
  redlock.on("error", () => {});
  const sections = fs.openSync(path.join(directory, "sections"), "a");
  await Promise.all(Array.from({ length: HOLDERS }, () => hold(redlock, sections)));
  clients.forEach((client) => client.disconnect());
}

if (process.send) {
  await work(ports);
  process.disconnect();
} else {
  const children = Array.from({ length: PROCESSES }, (_, i) =>
    fork(process.argv[1], [directory, how, ...(how === "cluster" ? [ports[i % ports.length]] : ports)]),
  );
  const codes = await Promise.all(children.map((child) => new Promise((done) => child.on("exit", done))));
  assert.deepEqual(codes, codes.map(() => 0));
  console.log("redlock ok:", fs.statSync(path.join(directory, "sections")).size, "sections");
}
