package io.kindred.cluster.quorum;

import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;

/**
 * What WATCH remembers of a key: a print of the versions that live in it, and whether it had expired. What mending, exchange
 * and clocks change is not in it, so it differs only where somebody has written the key, or its time has passed.
 */
public final class WatchedState {
    private static final long ODD = 0x9e3779b97f4a7c15L;

    private WatchedState() {}

    public static long of(Versions versions, long nowMillis) {
        long sum = LiveValue.of(versions, nowMillis) == null ? 0 : ODD;
        for (Sibling sibling : versions.siblings()) {
            long dot =
                    sibling.dot().actor().nodeId() * 31 + sibling.dot().actor().incarnation();
            sum += mixed(mixed(dot) + sibling.dot().counter());
        }
        return sum;
    }

    /** The finalizer of SplitMix64: equal sums of different versions are as likely as for random numbers. */
    private static long mixed(long bits) {
        long z = bits + ODD;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
