package io.kindred.cluster.core;

import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;

/** What flushes have hidden of the records that are there, and how many of those that the engine counts that is. */
final class Visibility implements RecordFollower {
    private final FlushStamps flushStamps;
    private final HiddenCounts hidden;
    private final Journal journal;

    Visibility(FlushStamps flushStamps, HiddenCounts hidden, Journal journal) {
        this.flushStamps = flushStamps;
        this.hidden = hidden;
        this.journal = journal;
    }

    /** What is held for another node is handed over as it is: that node hides what was flushed. */
    Versions visible(RecordKey key, Versions held) {
        if (key.isHint()) {
            return held;
        }
        return held.withoutStampsUpTo(flushStamps.of(key.db()));
    }

    /** Whether a flush has taken all of a container, or the version by which it would count. */
    boolean isLess(RecordKey key, Versions held) {
        Versions seen = visible(key, held);
        Sibling winner = held.winner();
        return seen.siblings().isEmpty() || (winner != null && seen.winner() == null);
    }

    long flushStamp(int db) {
        return flushStamps.of(db);
    }

    @Override
    public void changed(RecordChange change) {
        boolean isUnknown = change.before() == null && change.cause() != RecordChange.Cause.MENDED;
        RecordKey key = change.key();
        if (change.wasHidden() || (isUnknown && change.countedBefore() > 0)) {
            oneLess(key.group());
        }
        if (key.hasElement() && !change.after().isEmpty()) {
            hidden.hasElements(key.group(), true);
        }
    }

    private void oneLess(int group) {
        if (hidden.of(group) > 0) {
            hidden.oneLess(group);
            keep(group);
        }
    }

    /** Makes durable how many are hidden: in the commit of what has changed it, so that a restart counts right at once. */
    void keep(int group) {
        journal.persistMeta(MetaKey.of(MetaKey.HIDDEN, group), MetaKey.value(hidden.of(group)));
    }
}
