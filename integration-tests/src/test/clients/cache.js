// cache-manager over @keyv/redis, one cache at each of several nodes: cache.js PORT...
import assert from "node:assert/strict";
import KeyvRedis from "@keyv/redis";
import { createCache } from "cache-manager";
import { Keyv } from "keyv";

const caches = process.argv.slice(2).map((port) =>
  createCache({
    stores: [new Keyv({ store: new KeyvRedis(`redis://127.0.0.1:${port}`), namespace: "cache-js" })],
  }),
);
const [first, last] = [caches[0], caches.at(-1)];

await first.set("user", { name: "Ada", born: 1815 }, 60_000);
assert.deepEqual(await last.get("user"), { name: "Ada", born: 1815 });
assert.ok((await last.ttl("user")) > Date.now());
await first.mset([
  { key: "a", value: 1 },
  { key: "b", value: [2, 3] },
]);
assert.deepEqual(await last.mget(["a", "b", "nothing"]), [1, [2, 3], undefined]);
let computed = 0;
const compute = async () => ++computed;
assert.equal(await first.wrap("dear", compute, 60_000), 1);
assert.equal(await last.wrap("dear", compute, 60_000), 1);
await last.del("user");
assert.equal(await first.get("user"), undefined);
await last.clear();
assert.deepEqual(await first.mget(["a", "b", "dear"]), [undefined, undefined, undefined]);
await Promise.all(caches.map((cache) => cache.disconnect()));
console.log("cache-manager ok");
