package io.kindred.cluster.core;

import io.kindred.cluster.pubsub.ChangedKeys;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.metrics.MetricSet;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells the nodes whose clients keep copies of values (CLIENT TRACKING) which keys change here, so that no copy outlives an
 * acknowledged write: each of the W replicas that acknowledge one tells of it as it stores it.
 *
 * <p>What one step changes goes out at its end, as one publication ({@link ChangedKeys}) to each node that wants it; the numbers
 * that these carry show what was lost on the way, and one without keys goes out each second, so that the loss of the last is
 * noticed, too. A node is told that it can trust no copy any more when a connection to a member is lost, the ring changes, or a
 * flush is stored.
 *
 * <p>While nobody wants to know, a change of a record costs one test.
 */
public final class ChangeTelling implements RecordFollower {
    public static final MetricSet<ChangeTelling> METRICS = MetricSet.<ChangeTelling>of(ChangeTelling.class)
            .counter(
                    "tracking_changes_told",
                    "Changes of keys that this node has told those whose clients track keys.",
                    telling -> telling.told)
            .counter(
                    "tracking_changes_too_many",
                    "Steps that changed too many keys to tell them all: all copies were given up.",
                    telling -> telling.tooMany)
            .build();

    /** Of the keys that one step changes. */
    static final int KEY_BYTES_MAX = 64 << 10;

    private static final long BEAT_NANOS = 1_000_000_000L;

    private final Clocks clocks;
    private final List<byte[]> keys = new ArrayList<>();
    private boolean isWanted;
    private boolean isAll;
    private int keyBytes;
    private long number;
    private long nextBeatNanos = Long.MAX_VALUE;
    private long told;
    private long tooMany;

    ChangeTelling(Clocks clocks) {
        this.clocks = clocks;
    }

    @Override
    public void changed(RecordChange change) {
        if (isWanted && change.cause() != RecordChange.Cause.DROPPED) {
            add(change.key().key());
        }
    }

    private void add(byte[] key) {
        told++;
        keyBytes += key.length;
        if (keyBytes > KEY_BYTES_MAX) {
            tooMany += isAll ? 0 : 1;
            isAll = true;
            keys.clear();
        } else if (!isAll) {
            keys.add(key);
        }
    }

    /** All copies are to be given up, wherever they are told of this. */
    void all() {
        isAll |= isWanted;
    }

    /** Who wants to know may be others by now. */
    void look(PubSubPart pubSub) {
        boolean wanted = pubSub.core().isWanted(ChangedKeys.TOPIC);
        if (wanted != isWanted) {
            isWanted = wanted;
            nextBeatNanos = wanted ? clocks.nanos() + BEAT_NANOS : Long.MAX_VALUE;
        }
    }

    /** Copies at this node are to be given up: it may not hear of changes. */
    void allHere(PubSubPart pubSub, CoreOutput output) {
        if (pubSub.core().isWantedHere(ChangedKeys.TOPIC)) {
            output.effects().published(ChangedKeys.TOPIC, ChangedKeys.ALL.bytes());
        }
    }

    long nextTickNanos() {
        return nextBeatNanos;
    }

    void onTick(PubSubPart pubSub) {
        look(pubSub);
        if (clocks.nanos() >= nextBeatNanos) {
            nextBeatNanos = clocks.nanos() + BEAT_NANOS;
            publish(pubSub, new ChangedKeys(pubSub.self(), ++number, false, List.of()));
        }
    }

    /** At the end of a step. */
    void endStep(PubSubPart pubSub, CoreOutput output) {
        if (!isAll && keys.isEmpty()) {
            return;
        }
        ChangedKeys changed = new ChangedKeys(pubSub.self(), ++number, isAll, List.copyOf(keys));
        keys.clear();
        keyBytes = 0;
        isAll = false;
        publish(pubSub, changed);
        if (pubSub.core().isWantedHere(ChangedKeys.TOPIC)) {
            // Unnumbered: nothing is lost on the way, and the beats between do not come here.
            output.effects()
                    .published(ChangedKeys.TOPIC, new ChangedKeys(0, 0, changed.isAll(), changed.keys()).bytes());
        }
    }

    private static void publish(PubSubPart pubSub, ChangedKeys changed) {
        pubSub.core().publish(ChangedKeys.TOPIC, changed.bytes());
    }
}
