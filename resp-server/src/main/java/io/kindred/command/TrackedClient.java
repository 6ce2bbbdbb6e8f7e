package io.kindred.command;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How a client has its copies tracked.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class TrackedClient {
    /** What a client says with CLIENT TRACKING ON. */
    public record Options(
            long redirect, boolean broadcast, boolean optIn, boolean optOut, boolean noLoop, List<byte[]> prefixes) {
        static final Options NONE = new Options(0, false, false, false, false, List.of());
    }

    private boolean on;
    private Options options = Options.NONE;
    private boolean broken;
    /** CLIENT CACHING was said: it holds for the command behind it. */
    private boolean caching;

    private boolean cachingNow;
    /** Of which it has copies. */
    private final Set<Tracking.Key> keys = new HashSet<>(0);

    public boolean isOn() {
        return on;
    }

    public Options options() {
        return options;
    }

    void use(Options wanted) {
        on = true;
        broken = false;
        options = wanted;
    }

    void reset() {
        on = false;
        options = Options.NONE;
        caching = false;
        cachingNow = false;
        keys.clear();
    }

    long redirect() {
        return options.redirect();
    }

    boolean isBroadcast() {
        return options.broadcast();
    }

    List<byte[]> prefixes() {
        return options.prefixes();
    }

    /** Whether it is told of this key, of which it may have a copy or not. */
    boolean covers(byte[] key) {
        return options.prefixes().isEmpty()
                || options.prefixes().stream()
                        .anyMatch(prefix -> key.length >= prefix.length
                                && Arrays.equals(prefix, 0, prefix.length, key, 0, prefix.length));
    }

    /** Its redirection leads nowhere. True: that is new. */
    boolean breaks() {
        boolean isNew = !broken;
        broken = true;
        return isNew;
    }

    public boolean isBroken() {
        return broken;
    }

    // --- CLIENT CACHING ---

    public void caching() {
        caching = true;
    }

    public boolean isCaching() {
        return caching;
    }

    /** A command begins: what CLIENT CACHING said before it holds for it, and no longer. */
    void commandBegins(boolean isQueued) {
        cachingNow = caching;
        caching = caching && isQueued;
    }

    /** Whether what is read now is kept. */
    boolean keepsReads() {
        return on && !options.broadcast() && (options.optIn() ? cachingNow : !options.optOut() || !cachingNow);
    }

    Set<Tracking.Key> keys() {
        return keys;
    }
}
