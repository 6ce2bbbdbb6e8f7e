package io.kindred.script;

import io.kindred.cluster.quorum.ScriptTexts;
import io.kindred.metrics.MetricSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The scripts that a node knows, by their sha1. What {@code SCRIPT LOAD} has brought stays until {@code SCRIPT FLUSH}, for its
 * client may know nothing but the sha1; of what {@code EVAL} has brought, the least recently used goes once there are more
 * than {@code evalScriptsMax} of it (as in Redis 7.4), or more bytes of all than {@code bytesMax}.
 *
 * <p>Loaded scripts alone may reach {@code bytesMax}; then no other is loaded, and what {@code EVAL} brings is not kept.
 *
 * <p>Owned by: any thread; each method locks for some hundred nanoseconds.
 */
public final class ScriptCache implements ScriptTexts {
    /** As many of EVAL's as Redis 7.4 keeps. */
    public static final int EVAL_SCRIPTS_MAX = 500;

    /** The default of {@code script-cache-bytes}. */
    public static final long BYTES_MAX = 32L << 20;

    /** For INFO's memory section. */
    public static final MetricSet<ScriptCache> METRICS = MetricSet.<ScriptCache>of(ScriptCache.class)
            .gauge("number_of_cached_scripts", "Scripts that are known by their sha1.", ScriptCache::count)
            .humanBytes("used_memory_scripts", "Memory of the scripts that are known, about.", ScriptCache::bytes)
            .counter("script_cache_hits", "Scripts that were known when they were run.", ScriptCache::hits)
            .counter("script_cache_misses", "Scripts that were not: compiled, or NOSCRIPT.", ScriptCache::misses)
            .counter("evicted_scripts", "EVAL's scripts that were forgotten to make room.", ScriptCache::evicted)
            .counter("script_loads_refused", "Loads that found the cache full of loaded ones.", ScriptCache::refused)
            .build();

    private final int evalScriptsMax;
    private final long bytesMax;
    private final Map<String, Script> loaded = new LinkedHashMap<>();
    private final LinkedHashMap<String, Script> evaluated = new LinkedHashMap<>(64, 0.75f, true);
    private long loadedBytes;
    private long evaluatedBytes;
    private long hits;
    private long misses;
    private long evicted;
    private long refused;

    public ScriptCache(int evalScriptsMax, long bytesMax) {
        this.evalScriptsMax = evalScriptsMax;
        this.bytesMax = bytesMax;
    }

    /** The script of that sha1 (in lower case), if it is known. */
    public synchronized @Nullable Script find(String sha1) {
        Script script = loaded.get(sha1);
        if (script == null) {
            script = evaluated.get(sha1);
        }
        if (script == null) {
            misses++;
        } else {
            hits++;
        }
        return script;
    }

    /** Whether it is known; that does not count as a use. */
    public synchronized boolean contains(String sha1) {
        return loaded.containsKey(sha1) || evaluated.containsKey(sha1);
    }

    /** For another node. */
    @Override
    public synchronized byte[] text(String name) {
        Script script = loaded.containsKey(name) ? loaded.get(name) : evaluated.get(name);
        return script == null ? new byte[0] : script.text();
    }

    @Override
    public void forgetAll() {
        flush();
    }

    /** The script of a text that is run: the one that is known, or compiled. */
    public Script evaluate(byte[] text) throws ScriptRefused {
        Script known = find(Script.sha1(text));
        if (known != null) {
            return known;
        }
        Script compiled = Script.compile(text);
        keep(compiled);
        return compiled;
    }

    private synchronized void keep(Script script) {
        if (loaded.containsKey(script.sha1()) || script.bytes() > bytesMax - loadedBytes) {
            return;
        }
        Script before = evaluated.put(script.sha1(), script);
        evaluatedBytes += script.bytes() - (before == null ? 0 : before.bytes());
        shrink();
    }

    private void shrink() {
        var oldest = evaluated.values().iterator();
        while (oldest.hasNext() && (evaluated.size() > evalScriptsMax || loadedBytes + evaluatedBytes > bytesMax)) {
            evaluatedBytes -= oldest.next().bytes();
            oldest.remove();
            evicted++;
        }
    }

    /** Keeps a script until the cache is flushed. */
    public Script load(byte[] text) throws ScriptRefused {
        Script script = Script.compile(text);
        synchronized (this) {
            if (loaded.containsKey(script.sha1())) {
                return script;
            }
            if (script.bytes() > bytesMax - loadedBytes) {
                refused++;
                throw new ScriptRefused(
                        "OOM no room for another script (script-cache-bytes); SCRIPT FLUSH forgets them all");
            }
            Script before = evaluated.remove(script.sha1());
            evaluatedBytes -= before == null ? 0 : before.bytes();
            loaded.put(script.sha1(), script);
            loadedBytes += script.bytes();
            shrink();
        }
        return script;
    }

    /** Forgets all. */
    public synchronized void flush() {
        loaded.clear();
        evaluated.clear();
        loadedBytes = 0;
        evaluatedBytes = 0;
    }

    synchronized long count() {
        return loaded.size() + evaluated.size();
    }

    synchronized long bytes() {
        return loadedBytes + evaluatedBytes;
    }

    synchronized long hits() {
        return hits;
    }

    synchronized long misses() {
        return misses;
    }

    synchronized long evicted() {
        return evicted;
    }

    synchronized long refused() {
        return refused;
    }
}
