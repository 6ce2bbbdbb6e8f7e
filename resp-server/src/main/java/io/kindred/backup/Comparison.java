package io.kindred.backup;

import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Whether a cluster has what was restored: of each key every sibling with its value, stamp and expiry, or something written
 * since that has superseded it.
 *
 * <p>From several threads.
 */
final class Comparison {
    private static final int SHOWN_MAX = 10;
    private static final int KEY_CHARS_SHOWN_MAX = 60;

    private final long nowMillis;
    private final AtomicLong equal = new AtomicLong();
    private final AtomicLong superseded = new AtomicLong();
    private final AtomicLong dead = new AtomicLong();
    private final AtomicLong leftOut = new AtomicLong();
    private final AtomicLong unequal = new AtomicLong();
    private final List<String> shown = new ArrayList<>();
    private final Map<Integer, Long> live = new TreeMap<>();

    Comparison(long nowMillis) {
        this.nowMillis = nowMillis;
    }

    /** Elements that were restored, and which no command reads yet. */
    void leaveOut(long elements) {
        leftOut.addAndGet(elements);
    }

    void compare(MergedRecords.Merged wanted, byte @Nullable [] found) throws IOException {
        Versions there = found == null ? Versions.EMPTY : decode(wanted, found);
        boolean isNewer = false;
        for (Sibling sibling : wanted.versions().siblings()) {
            boolean isThere = there.siblings().contains(sibling);
            boolean isCovered = there.clock().covers(sibling.dot()) && !there.hasLive(sibling.dot());
            if (!isThere && !isCovered && !isGone(sibling)) {
                unequal(wanted);
                return;
            }
            isNewer |= !isThere;
        }
        Sibling winner = wanted.versions().winner();
        if (winner == null || winner.isExpired(nowMillis)) {
            dead.incrementAndGet();
        } else {
            (isNewer ? superseded : equal).incrementAndGet();
            synchronized (this) {
                live.merge(wanted.db(), 1L, Long::sum);
            }
        }
    }

    /** The cluster may have dropped it by now, for nobody could see it. */
    private boolean isGone(Sibling sibling) {
        return sibling.isTombstone() || sibling.isExpired(nowMillis);
    }

    private static Versions decode(MergedRecords.Merged wanted, byte[] found) throws IOException {
        try {
            return VersionsCodec.decode(found);
        } catch (CorruptRecordException e) {
            throw new IOException("the node's record of " + name(wanted) + " makes no sense: " + e.getMessage(), e);
        }
    }

    private synchronized void unequal(MergedRecords.Merged wanted) {
        unequal.incrementAndGet();
        if (shown.size() < SHOWN_MAX) {
            shown.add(name(wanted));
        }
    }

    private static String name(MergedRecords.Merged wanted) {
        String key = new String(wanted.key(), StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", ".");
        return "db " + wanted.db() + " key " + key.substring(0, Math.min(key.length(), KEY_CHARS_SHOWN_MAX));
    }

    boolean isEqual() {
        return unequal.get() == 0;
    }

    synchronized List<String> lines() {
        List<String> lines = new ArrayList<>();
        live.forEach((db, keys) -> lines.add("db " + db + ": " + keys + " keys"));
        lines.add("compared: " + equal + " keys equal, " + superseded + " written anew since, " + dead
                + " deleted or expired, " + unequal + " NOT EQUAL");
        if (leftOut.get() > 0) {
            lines.add("not compared: " + leftOut + " elements of keys");
        }
        shown.forEach(name -> lines.add("NOT EQUAL: " + name));
        return lines;
    }
}
