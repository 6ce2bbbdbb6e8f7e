"""redis-py with its defaults: writes through one port, reads through another."""

import sys

import redis

writer = redis.Redis(port=int(sys.argv[1]))
reader = redis.Redis(port=int(sys.argv[2]))

assert writer.ping()
assert writer.set("redis-py:k", "v", ex=100)
assert reader.get("redis-py:k") == b"v"
assert reader.get("redis-py:nothing") is None
assert reader.ttl("redis-py:k") > 90
assert not writer.set("redis-py:k", "w", nx=True)
with writer.pipeline(transaction=False) as pipeline:
    for _ in range(200):
        pipeline.incr("redis-py:n")
    assert pipeline.execute()[-1] == 200
assert reader.mget("redis-py:k", "redis-py:nothing") == [b"v", None]
assert sorted(reader.scan_iter("redis-py:*")) == [b"redis-py:k", b"redis-py:n"]
assert reader.info()["redis_mode"] == "standalone"
assert reader.config_get("appendfsync") == {"appendfsync": "everysec"}
try:
    writer.incr("redis-py:k")
    raise AssertionError("INCR of a text succeeded")
except redis.ResponseError as error:
    assert "not an integer" in str(error), error
assert writer.delete("redis-py:k", "redis-py:n") == 2
print("redis-py ok")
