package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.pubsub.KeyspaceChannels;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Route;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import io.kindred.metrics.MetricSet;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Tells when keys expire ({@code expired}), where somebody wants to know. Every replica remembers the deadlines of what was written
 * since, in memory and up to {@link #DEADLINES_MAX}; when one is over it looks whether the key still has it, and tells if it is the
 * key's first live replica. So a key that a write has given another deadline, or none, is not told of; and what two
 * nodes take each other for is told by both, or by none.
 *
 * <p>While nobody wants to know a change of a record costs one test.
 */
public final class ExpiryWatch implements RecordFollower {
    public static final MetricSet<ExpiryWatch> METRICS = MetricSet.<ExpiryWatch>of(ExpiryWatch.class)
            .gauge(
                    "expiry_deadlines_watched",
                    "Deadlines that this node remembers, to tell of keys that expire.",
                    watch -> watch.due.size())
            .counter(
                    "expiry_deadlines_unwatched",
                    "Deadlines that were not remembered, for there were too many: nobody is told when the keys expire.",
                    watch -> watch.unwatched)
            .counter("expired_events_told", "Keys that this node has told of as expired.", watch -> watch.told)
            .build();

    /** More are not watched. */
    static final int DEADLINES_MAX = 500_000;
    /** A write may take longer than its key is to live. */
    private static final long LATE_MILLIS = 2_000;

    /** Looked at at once. */
    private static final int LOOKS_MAX = 256;

    private static final long TICK_MILLIS_MAX = 60_000;

    private static final byte[] EXPIRED = "expired".getBytes(StandardCharsets.US_ASCII);

    private final Clocks clocks;
    private final TreeSet<Due> due = new TreeSet<>();
    private boolean onKeys;
    private boolean onEvents;
    private long unwatched;
    private long told;
    private int looking;

    private record Due(long atMillis, RecordKey key) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(atMillis, other.atMillis);
            return byTime != 0 ? byTime : key.compareTo(other.key);
        }
    }

    /** What it needs to look and to tell. */
    record Network(RingRouter router, Replica replica, PubSubPart pubSub, CoreOutput output) {}

    ExpiryWatch(Clocks clocks) {
        this.clocks = clocks;
    }

    /** On which channels it is told, from now on: {@code __keyspace@db__:key}, {@code __keyevent@db__:expired}. */
    void use(boolean keyspace, boolean keyevent) {
        onKeys = keyspace;
        onEvents = keyevent;
        if (!isOn()) {
            due.clear();
        }
    }

    private boolean isOn() {
        return onKeys || onEvents;
    }

    @Override
    public void changed(RecordChange change) {
        if (!isOn()) {
            return;
        }
        Sibling former = change.winnerBefore();
        if (former != null && former.expireAtMillis() >= 0) {
            due.remove(new Due(former.expireAtMillis(), change.key()));
        }
        Sibling winner = change.winnerAfter();
        if (winner == null || winner.expireAtMillis() < 0 || change.cause() == RecordChange.Cause.DROPPED) {
            return;
        }
        // One that a repair brings much later was told of by whoever had it.
        if (winner.expireAtMillis() <= clocks.wallMillis() - LATE_MILLIS) {
            return;
        }
        if (due.size() < DEADLINES_MAX) {
            due.add(new Due(winner.expireAtMillis(), change.key()));
        } else {
            unwatched++;
        }
    }

    void onTick(Network network) {
        long now = clocks.wallMillis();
        Iterator<Due> each = due.iterator();
        while (looking < LOOKS_MAX && each.hasNext()) {
            Due next = each.next();
            if (next.atMillis() > now) {
                return;
            }
            each.remove();
            look(next, network);
        }
    }

    /** By the monotonic clock. */
    long nextTickNanos() {
        if (due.isEmpty() || looking >= LOOKS_MAX) {
            return Long.MAX_VALUE;
        }
        long millis = Math.max(0, due.first().atMillis() - clocks.wallMillis());
        return clocks.nanos() + Math.min(TICK_MILLIS_MAX, millis) * 1_000_000L;
    }

    private void look(Due expiring, Network network) {
        RecordKey key = expiring.key();
        if (isFirstLive(network.router(), key)) {
            looking++;
            network.replica().read(key, (verdict, versions) -> {
                looking--;
                if (verdict == Verdict.OK && versions != null && hasExpiredAt(expiring.atMillis(), versions)) {
                    tell(key, network);
                }
            });
        }
    }

    private static boolean isFirstLive(RingRouter router, RecordKey key) {
        Route route = router.route(key.db(), key.key());
        for (int i = 0; i < route.serving(); i++) {
            if (i == route.self()) {
                return true;
            }
            if (!router.isGone(route.writers()[i])) {
                return false;
            }
        }
        return false;
    }

    private static boolean hasExpiredAt(long atMillis, Versions versions) {
        @Nullable Sibling winner = versions.winner();
        return winner != null && winner.value() != null && winner.expireAtMillis() == atMillis;
    }

    private void tell(RecordKey key, Network network) {
        told++;
        if (onKeys) {
            publish(KeyspaceChannels.ofKey(key.db(), key.key()), EXPIRED, network);
        }
        if (onEvents) {
            publish(KeyspaceChannels.ofEvent(key.db(), EXPIRED), key.key(), network);
        }
    }

    private static void publish(Topic topic, byte[] payload, Network network) {
        network.pubSub().core().publish(topic, payload);
        network.output().effects().published(topic, payload);
    }
}
