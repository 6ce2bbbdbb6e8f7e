package io.kindred.cluster.quorum;

import java.util.Arrays;
import java.util.List;

/** Per database, the stamp at or below which every version counts as deleted. They only rise. */
public final class FlushStamps {
    private final long[] stamps;

    public FlushStamps(int databases) {
        stamps = new long[databases];
    }

    public FlushStamps copy() {
        FlushStamps copy = new FlushStamps(stamps.length);
        System.arraycopy(stamps, 0, copy.stamps, 0, stamps.length);
        return copy;
    }

    public int databases() {
        return stamps.length;
    }

    public long of(int db) {
        return stamps[db];
    }

    public List<Long> all() {
        return Arrays.stream(stamps).boxed().toList();
    }

    /** Whether that raised it. */
    public boolean raise(int db, long stamp) {
        if (stamp <= stamps[db]) {
            return false;
        }
        stamps[db] = stamp;
        return true;
    }
}
