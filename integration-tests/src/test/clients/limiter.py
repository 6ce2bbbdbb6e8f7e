"""The limits library (Flask-Limiter's), a process at each of several nodes: limiter.py HITS PORT...

As many hits are let through as the limit says, whichever nodes are asked.
"""

import multiprocessing
import sys

import limits
from limits.storage import storage_from_string
from limits.strategies import FixedWindowElasticExpiryRateLimiter, FixedWindowRateLimiter


def passed(work):
    port, hits, workers = work
    storage = storage_from_string(f"redis://127.0.0.1:{port}")
    item = limits.RateLimitItemPerHour(hits)
    counts = []
    for strategy in (FixedWindowRateLimiter, FixedWindowElasticExpiryRateLimiter):
        limiter = strategy(storage)
        attempts = 2 * hits // workers
        counts.append(sum(limiter.hit(item, "limiter.py", strategy.__name__) for _ in range(attempts)))
    return counts


if __name__ == "__main__":
    hits, ports = int(sys.argv[1]), sys.argv[2:]
    with multiprocessing.Pool(len(ports)) as pool:
        counts = pool.map(passed, [(port, hits, len(ports)) for port in ports], chunksize=1)
    sums = [sum(each) for each in zip(*counts)]
    assert sums == [hits, hits], counts
    print("limits ok:", counts)
