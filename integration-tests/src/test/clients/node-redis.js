// node-redis with its defaults: writes through one port, reads through another.
import assert from "node:assert/strict";
import { createClient } from "redis";

const [writePort, readPort] = process.argv.slice(2);
const connect = (port) => createClient({ url: `redis://127.0.0.1:${port}` }).connect();
const writer = await connect(writePort);
const reader = await connect(readPort);

assert.equal(await writer.ping(), "PONG");
assert.equal(await writer.set("node-redis:k", "v"), "OK");
assert.equal(await reader.get("node-redis:k"), "v");
assert.equal(await reader.get("node-redis:nothing"), null);
assert.equal(await writer.set("node-redis:k", "w", { NX: true }), null);
assert.equal(await writer.expire("node-redis:k", 100), 1);
assert.ok((await reader.ttl("node-redis:k")) > 90);
const counts = await Promise.all(Array.from({ length: 200 }, () => writer.incr("node-redis:n")));
assert.equal(Math.max(...counts), 200);
assert.deepEqual(await reader.mGet(["node-redis:k", "node-redis:nothing"]), ["v", null]);
const keys = [];
for await (const page of reader.scanIterator({ MATCH: "node-redis:*" })) keys.push(...[page].flat());
assert.deepEqual(keys.sort(), ["node-redis:k", "node-redis:n"]);
assert.equal(await writer.del(keys), 2);
await writer.close();
await reader.close();
console.log("node-redis ok");
