"""redis-py's Lock, taken by two processes at each of several nodes: locks.py DIRECTORY PORT...

Runs until the directory has a file "over"; each critical section adds a byte to its file "sections".
"""

import itertools
import multiprocessing
import os
import sys
import time

import redis
from redis.exceptions import LockError, LockNotOwnedError, RedisError

TTL_SECONDS = 4
LOCKS = 3
WORKERS_PER_NODE = 2


def enter(path, deadline):
    """Fails while another is in there whose lock has not expired: two holders at once."""
    try:
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        with open(path) as other:
            text = other.read()
        if not text or float(text) > time.time():
            raise AssertionError(f"two hold {path}: the other until {text}, now {time.time()}")
        os.replace(written(path, deadline), path)
        return
    os.write(file, str(deadline).encode())
    os.close(file)


def written(path, deadline):
    mine = f"{path}.{os.getpid()}"
    with open(mine, "w") as file:
        file.write(str(deadline))
    return mine


def leave(path, deadline):
    if time.time() < deadline:
        os.unlink(path)


def work(directory, port):
    client = redis.Redis(port=port)
    sections = os.open(os.path.join(directory, "sections"), os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    for turn in itertools.count():
        if not os.path.exists(directory) or os.path.exists(os.path.join(directory, "over")):
            return
        name = f"redis-py-lock-{turn % LOCKS}"
        path = os.path.join(directory, name)
        lock = client.lock(name, timeout=TTL_SECONDS, sleep=0.005)
        deadline = time.time() + TTL_SECONDS
        try:
            if not lock.acquire(blocking=False):
                time.sleep(0.002)
                continue
        except RedisError:
            continue
        if time.time() >= deadline:
            continue
        enter(path, deadline)
        os.write(sections, b".")
        leave(path, deadline)
        try:
            if turn % 7 == 0:
                lock.extend(1)
            lock.release()
        except LockNotOwnedError:
            assert time.time() >= deadline, "somebody else's before it expired"
        except (LockError, RedisError):
            pass  # It expires.


if __name__ == "__main__":
    workers = [
        multiprocessing.Process(target=work, args=(sys.argv[1], int(port)))
        for port in sys.argv[2:]
        for _ in range(WORKERS_PER_NODE)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0, worker
    print("redis-py locks ok:", os.path.getsize(os.path.join(sys.argv[1], "sections")), "sections")
