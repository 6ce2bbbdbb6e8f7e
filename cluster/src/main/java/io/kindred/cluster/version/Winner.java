package io.kindred.cluster.version;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of a key's live versions counts, where one has to.
 *
 * <ul>
 *   <li>Of the versions that updates of one datacenter have made, the one of the greatest term, then of the greatest
 *       counter, whatever the stamps say: a clock that is ahead never undoes what was acknowledged under a greater term. A
 *       tombstone is such a version, too.
 *   <li>A plain value beside it that is stamped above its base was not seen by it, and comes after it; one that is not had
 *       lost already when the update was made.
 *   <li>All else goes by stamp: plain writes among themselves, and what is left of each datacenter. There tombstones never
 *       compete with values.
 * </ul>
 */
final class Winner {
    private Winner() {}

    /** @param siblings newest first; null: no value counts */
    static @Nullable Sibling of(List<Sibling> siblings) {
        Sibling counts = null;
        boolean hasUpdates = false;
        for (int i = 0; i < siblings.size(); i++) {
            Sibling sibling = siblings.get(i);
            hasUpdates |= !sibling.mark().isNone();
            if (counts == null && !sibling.isTombstone()) {
                counts = sibling;
            }
        }
        if (!hasUpdates || siblings.size() == 1) {
            return counts;
        }
        Sibling among = amongUpdates(siblings);
        return among.isTombstone() ? null : among;
    }

    /** As {@link #of}; where no value counts, the tombstone that does. Null: there is nothing. */
    static @Nullable Sibling orTombstone(List<Sibling> siblings) {
        Sibling value = of(siblings);
        if (value != null || siblings.isEmpty()) {
            return value;
        }
        boolean hasUpdates =
                siblings.stream().anyMatch(sibling -> !sibling.mark().isNone());
        return hasUpdates ? amongUpdates(siblings) : siblings.get(0);
    }

    /** Requires: one of them at least is an update's. */
    private static Sibling amongUpdates(List<Sibling> siblings) {
        Sibling update = null;
        for (int i = 0; i < siblings.size(); i++) {
            Sibling sibling = siblings.get(i);
            if (!sibling.mark().isNone() && countsInItsDatacenter(sibling, siblings)) {
                // Newest first: the first value, or the first of all where there is none.
                boolean isBetter = update == null || (update.isTombstone() && !sibling.isTombstone());
                update = isBetter ? sibling : update;
            }
        }
        if (update == null) {
            throw new IllegalStateException("no update among " + siblings);
        }
        long base = update.mark().baseStamp();
        for (int i = 0; i < siblings.size(); i++) {
            Sibling sibling = siblings.get(i);
            if (sibling.mark().isNone() && !sibling.isTombstone() && sibling.stamp() > base) {
                return sibling;
            }
        }
        return update;
    }

    private static boolean countsInItsDatacenter(Sibling sibling, List<Sibling> siblings) {
        for (int i = 0; i < siblings.size(); i++) {
            Sibling other = siblings.get(i);
            boolean isOther = !other.mark().isNone()
                    && other.mark().datacenter() == sibling.mark().datacenter();
            if (isOther && isAhead(other, sibling)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAhead(Sibling one, Sibling other) {
        int byTerm = one.term().compareTo(other.term());
        if (byTerm != 0) {
            return byTerm > 0;
        }
        int byCounter = Long.compare(one.dot().counter(), other.dot().counter());
        return byCounter > 0 || (byCounter == 0 && one.dot().compareTo(other.dot()) > 0);
    }
}
