"""redis-py: pipelines as transactions, optimistic locking behind WATCH, and scripts: transactions.py PORT...

A process at each of several nodes; and one client behind a balancer, whose connections go to all of them in turn.
"""

import itertools
import multiprocessing
import sys

import redis

TIMES = 40
SCRIPT = "return redis.call('incrby', KEYS[1], ARGV[1])"


def work(port):
    client = redis.Redis(port=int(port))
    raise_by = client.register_script(SCRIPT)

    def raised(pipeline):
        old = int(pipeline.get("{py}:counter") or 0)
        pipeline.multi()
        pipeline.set("{py}:counter", old + 1)
        pipeline.incr("{py}:count")
        return old

    for _ in range(TIMES):
        client.transaction(raised, "{py}:counter")
        raise_by(keys=["{py}:raised"], args=[2])
    with client.pipeline() as pipeline:
        raise_by(keys=["{py}:piped"], args=[1], client=pipeline)
        pipeline.set("{py}:text", "t").incr("{py}:text").get("{py}:text")
        replies = pipeline.execute(raise_on_error=False)
    assert isinstance(replies[2], redis.ResponseError) and replies[3] == b"t", replies


class Balanced(redis.ConnectionPool):
    """Each command meets another node, as behind a balancer of TCP connections."""

    def __init__(self, ports):
        super().__init__()
        self.ports = itertools.cycle(map(int, ports))

    def get_connection(self, command_name, *keys, **options):
        connection = self.connection_class(port=next(self.ports))
        connection.connect()
        return connection

    def release(self, connection):
        connection.disconnect()


def balanced(ports):
    client = redis.Redis(connection_pool=Balanced(ports))
    raise_by = client.register_script("local by = ARGV[1]; return redis.call('incrby', KEYS[1], by)")
    assert [raise_by(keys=["{py}:balanced"], args=[1]) for _ in range(9)] == list(range(1, 10))
    digest = client.script_load("return ARGV[1]")
    for i in range(9):
        assert client.evalsha(digest, 0, i) == str(i).encode()
        assert client.script_exists(digest, "0" * 40) == [True, False]
    assert client.script_flush("SYNC")
    for _ in range(3):
        assert client.script_exists(digest) == [False]


if __name__ == "__main__":
    ports = sys.argv[1:]
    with multiprocessing.Pool(len(ports)) as pool:
        pool.map(work, ports, chunksize=1)
    counts = redis.Redis(port=int(ports[0])).mget("{py}:counter", "{py}:count", "{py}:raised", "{py}:piped")
    n = len(ports) * TIMES
    assert [int(each) for each in counts] == [n, n, 2 * n, len(ports)], counts
    balanced(ports)
    print("redis-py transactions ok")
