// rate-limiter-flexible: limiter.js POINTS PORT...; as many are let through as there are points, whichever nodes are asked.
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { createClient } from "redis";

const [points, ...ports] = process.argv.slice(2).map(Number);
const clients = [];
for (const port of ports) {
  const ioredis = new Redis(port, "127.0.0.1");
  const nodeRedis = createClient({ url: `redis://127.0.0.1:${port}` });
  await nodeRedis.connect();
  clients.push({ storeClient: ioredis, end: () => ioredis.quit() });
  clients.push({ storeClient: nodeRedis, useRedisPackage: true, end: () => nodeRedis.close() });
}
const limiters = clients.map(
  ({ storeClient, useRedisPackage }) =>
    new RateLimiterRedis({ storeClient, useRedisPackage, keyPrefix: "limiter.js", points, duration: 3600 }),
);

async function passed(limiter, attempts) {
  let count = 0;
  for (let i = 0; i < attempts; i++) {
    try {
      await limiter.consume("user");
      count++;
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      assert.ok(refused.msBeforeNext > 3_500_000, String(refused));
    }
  }
  return count;
}

const attempts = Math.ceil((2 * points) / limiters.length);
const counts = await Promise.all(limiters.map((limiter) => passed(limiter, attempts)));
assert.equal(counts.reduce((sum, count) => sum + count), points, String(counts));
await Promise.all(clients.map(({ end }) => end()));
console.log("rate-limiter-flexible ok:", String(counts));
