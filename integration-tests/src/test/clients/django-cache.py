"""django-redis as the cache of Django, which writes at one node and reads at others: django-cache.py PORT..."""

import sys
import threading

from django.conf import settings

settings.configure(
    CACHES={
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": [f"redis://127.0.0.1:{port}/1" for port in sys.argv[1:]],
            "OPTIONS": {"CLIENT_CLASS": "django_redis.client.DefaultClient"},
        }
    },
    SESSION_ENGINE="django.contrib.sessions.backends.cache",
)

from django.contrib.sessions.backends.cache import SessionStore  # noqa: E402
from django.core.cache import cache  # noqa: E402

cache.set("user", {"name": "Ada", "born": 1815}, timeout=60)
assert cache.get("user") == {"name": "Ada", "born": 1815}
assert cache.add("once", 1) and not cache.add("once", 2)
assert cache.incr("once", 4) == 5 and cache.decr("once") == 4
cache.set_many({"a": 1, "b": [2, 3]}, timeout=60)
assert cache.get_many(["a", "b", "nothing"]) == {"a": 1, "b": [2, 3]}
assert cache.touch("a", 600) and 500 < cache.ttl("a") <= 600
assert cache.get_or_set("computed", lambda: 42, 60) == 42
assert "a" in cache and cache.has_key("b")
assert sorted(cache.iter_keys("*")) == ["a", "b", "computed", "once", "user"]
assert cache.delete_pattern("[ab]") == 2
assert cache.incr_version("user") == 2 and cache.get("user", version=2)["born"] == 1815

counted = {"n": 0}


def count():
    for _ in range(25):
        with cache.lock("django-lock", timeout=30, sleep=0.002):
            seen = counted["n"]
            cache.set("inside", seen)
            counted["n"] = seen + 1


threads = [threading.Thread(target=count) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert counted["n"] == 100, counted

session = SessionStore()
session["basket"] = [1, 2]
session.save()
again = SessionStore(session.session_key)
assert again["basket"] == [1, 2]
again.flush()
assert not session.exists(session.session_key)
cache.clear()
assert cache.get("user") is None
print("django ok")
