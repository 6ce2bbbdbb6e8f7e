package io.kindred.cluster.handoff;

import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.util.List;
import java.util.TreeMap;

/** How much is held for whom. Owned by: the core's thread. */
public final class HintLedger {
    private static final int CLOCK_ENTRY_BYTES = 24;
    private static final int SIBLING_BYTES = 40;

    private final long bytesMax;
    /** By the node that it is held for, in their order. */
    private final TreeMap<Long, Held> held = new TreeMap<>();

    private long hints;
    private long bytes;

    private static final class Held {
        long hints;
        long bytes;
        /** Operations that have been counted already, or are to be, and are not over yet. */
        int underWay;
        /** How often any of it changed. */
        long changes;
        /** Some of them may be lost, and are counted still. */
        boolean inDoubt;
        /** No sibling of them is older; older than needed where some have gone. */
        long oldestStamp = Long.MAX_VALUE;
    }

    /** What is held for one node. */
    public record Debt(long intended, long hints, long bytes) {}

    public HintLedger(long bytesMax, List<Debt> recovered) {
        this.bytesMax = bytesMax;
        recovered.forEach(debt -> {
            add(debt.intended(), debt.hints(), debt.bytes());
            owe(debt.intended(), 1);
        });
    }

    /** About what a hint costs, key and container; 0 for none. The same bytes that it adds, it gives back. */
    public static long sizeBytes(byte[] hintKey, Versions versions) {
        if (versions.isEmpty()) {
            return 0;
        }
        long size = hintKey.length + (long) CLOCK_ENTRY_BYTES * versions.clock().entries();
        for (Sibling sibling : versions.siblings()) {
            byte[] value = sibling.value();
            size += SIBLING_BYTES + (value == null ? 0 : value.length);
        }
        return size;
    }

    boolean hasRoom(long moreBytes) {
        return bytes + moreBytes <= bytesMax;
    }

    public void add(long intended, long moreHints, long moreBytes) {
        Held its = held.computeIfAbsent(intended, id -> new Held());
        its.hints += moreHints;
        its.bytes += moreBytes;
        its.changes++;
        hints += moreHints;
        bytes += moreBytes;
        if (its.hints == 0) {
            held.remove(intended);
        }
    }

    /** A hint for a node is being written or deleted, until {@link #ended}. */
    void begun(long intended) {
        Held its = held.get(intended);
        if (its != null) {
            its.underWay++;
        }
    }

    void ended(long intended) {
        Held its = held.get(intended);
        if (its != null && its.underWay > 0) {
            its.underWay--;
        }
    }

    /** Hints for a node may be lost that are counted. */
    void doubt(long intended) {
        Held its = held.get(intended);
        if (its != null) {
            its.inDoubt = true;
        }
    }

    /** A number that is another one after each change of what is held for a node. */
    long changes(long intended) {
        Held its = held.get(intended);
        return its == null ? 0 : its.changes;
    }

    /** Nothing was found to be held for a node, by somebody who began to look when {@link #changes} was this. */
    void foundNone(long intended, long changes) {
        Held its = held.get(intended);
        if (its != null && its.inDoubt && its.underWay == 0 && its.changes == changes) {
            add(intended, -its.hints, -its.bytes);
        }
    }

    /** What is held for a node has a sibling with this stamp. */
    void owe(long intended, long stamp) {
        Held its = held.get(intended);
        if (its != null) {
            its.oldestStamp = Math.min(its.oldestStamp, stamp);
        }
    }

    /** No hint has a sibling that is older; {@link Long#MAX_VALUE} where there is no hint. */
    public long oldestStamp() {
        long oldest = Long.MAX_VALUE;
        for (Held its : held.values()) {
            oldest = Math.min(oldest, its.oldestStamp);
        }
        return oldest;
    }

    boolean holdsFor(long intended) {
        return held.containsKey(intended);
    }

    public List<Debt> debts() {
        return held.entrySet().stream()
                .map(entry -> new Debt(entry.getKey(), entry.getValue().hints, entry.getValue().bytes))
                .toList();
    }

    public long hints() {
        return hints;
    }

    public long bytes() {
        return bytes;
    }
}
