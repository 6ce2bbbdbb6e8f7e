// ioredis with its defaults: writes through one port, reads through another.
import assert from "node:assert/strict";
import { Redis } from "ioredis";

const [writePort, readPort] = process.argv.slice(2);
const writer = new Redis(Number(writePort), "127.0.0.1");
const reader = new Redis(Number(readPort), "127.0.0.1");

assert.equal(await writer.ping(), "PONG");
assert.equal(await writer.set("ioredis:k", "v", "EX", 100), "OK");
assert.equal(await reader.get("ioredis:k"), "v");
assert.ok((await reader.ttl("ioredis:k")) > 90);
assert.equal(await writer.set("ioredis:k", "w", "NX"), null);
const pipeline = writer.pipeline();
for (let i = 0; i < 200; i++) pipeline.incr("ioredis:n");
const counts = (await pipeline.exec()).map(([error, count]) => (assert.equal(error, null), count));
assert.equal(counts.at(-1), 200);
assert.deepEqual(await reader.mget("ioredis:k", "ioredis:nothing"), ["v", null]);
assert.deepEqual(await reader.getBuffer("ioredis:k"), Buffer.from("v"));
await assert.rejects(writer.incr("ioredis:k"), /not an integer/);
assert.equal(await writer.del("ioredis:k", "ioredis:n"), 2);
await Promise.all([writer.quit(), reader.quit()]);
console.log("ioredis ok");
