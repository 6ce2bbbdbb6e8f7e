// ioredis and node-redis: MULTI, optimistic locking behind WATCH, and scripts, from clients of several nodes: transactions.js PORT...
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { createClientPool, defineScript, WatchError } from "redis";

const ports = process.argv.slice(2).map(Number);
const INCREMENTS = 40;

async function raiseByIoredis(port) {
  const client = new Redis(port, "127.0.0.1");
  client.defineCommand("raise", { numberOfKeys: 1, lua: "return redis.call('incrby', KEYS[1], ARGV[1])" });
  let raced = 0;
  for (let done = 0; done < INCREMENTS; ) {
    await client.watch("{js}:counter");
    const old = Number(await client.get("{js}:counter"));
    const replies = await client.multi().set("{js}:counter", old + 1).incr("{js}:count").exec();
    if (replies === null) {
      raced++;
    } else {
      assert.equal(replies[0][1], "OK");
      assert.equal(replies[1][1], old + 1, "what stands in one EXEC has happened together");
      done++;
    }
    await client.raise("{js}:raised", 2);
  }
  const [[, first], [failed], [, last]] = await client
    .multi()
    .set("{js}:text", "t")
    .incr("{js}:text")
    .get("{js}:text")
    .exec();
  assert.equal(first, "OK");
  assert.match(failed.message, /not an integer/);
  assert.equal(last, "t");
  await client.quit();
  return raced;
}

async function raiseByNodeRedis(port) {
  const raise = defineScript({
    SCRIPT: "return redis.call('incrby', KEYS[1], ARGV[1])",
    NUMBER_OF_KEYS: 1,
    parseCommand: (parser, key, by) => {
      parser.pushKey(key);
      parser.push(String(by));
    },
    transformReply: undefined,
  });
  const pool = await createClientPool({ url: `redis://127.0.0.1:${port}`, scripts: { raise } }).connect();
  let raced = 0;
  for (let done = 0; done < INCREMENTS; ) {
    try {
      await pool.execute(async (client) => {
        await client.watch("{js}:counter");
        const old = Number(await client.get("{js}:counter"));
        const replies = await client.multi().set("{js}:counter", String(old + 1)).incr("{js}:count").exec();
        assert.deepEqual(replies, ["OK", old + 1]);
      });
      done++;
    } catch (error) {
      if (!(error instanceof WatchError)) throw error;
      raced++;
    }
    await pool.raise("{js}:raised", 2);
  }
  await pool.close();
  return raced;
}

const raced = await Promise.all(ports.flatMap((port) => [raiseByIoredis(port), raiseByNodeRedis(port)]));
const reader = new Redis(ports[0], "127.0.0.1");
const expected = 2 * ports.length * INCREMENTS;
const attempts = expected + raced.reduce((sum, each) => sum + each);
assert.deepEqual(await reader.mget("{js}:counter", "{js}:count", "{js}:raised"), [
  String(expected),
  String(expected),
  String(2 * attempts),
]);
await reader.quit();
console.log("transactions ok: raced", String(raced));
