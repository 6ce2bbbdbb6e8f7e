package io.kindred.cluster.core;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.quorum.Clocks;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;

/**
 * Tells the peers of a new change record, one after the other. Each folds it as soon as it hears of it, which takes
 * milliseconds of the thread that answers its requests: if all did so at the same moment no replica would be left to
 * answer meanwhile. Whoever is told waits before it tells others; past {@link GossipRounds#PEERS_TOLD_MAX} they hear of it
 * by gossip.
 */
final class RecordSpread {
    private static final long TURN_NANOS = 50_000_000L;
    /** By then those who decided it have told their peers. */
    private static final long WAIT_NANOS = 300_000_000L;

    private final GossipRounds rounds;
    private final Clocks clocks;
    private final Collection<Long> connected;
    private final ArrayDeque<Tell> tells = new ArrayDeque<>();
    private long nextTellNanos;
    /** When all peers hear which records this node knows; {@link Long#MAX_VALUE}: they have. */
    private long beatNanos = Long.MAX_VALUE;

    /** What one peer is to be told, when it is its turn. */
    private record Tell(long peer, Runnable told) {}

    RecordSpread(GossipRounds rounds, Clocks clocks, Collection<Long> connected) {
        this.rounds = rounds;
        this.clocks = clocks;
        this.connected = connected;
    }

    /** This node has decided it: all peers but the newcomers themselves are told. */
    void decided(List<Member> newcomers, ChangeRecord record) {
        if (connected.size() <= GossipRounds.PEERS_TOLD_MAX) {
            for (long peer : connected) {
                if (newcomers.stream().noneMatch(newcomer -> newcomer.id() == peer)) {
                    add(peer, () -> rounds.tell(peer, newcomers, List.of(record)));
                }
            }
        }
        beatNanos = clocks.nanos() + TURN_NANOS * (1 + tells.size());
    }

    /** All there is, to one peer, when it is its turn. */
    void tellAll(long peer) {
        add(peer, () -> rounds.tellAll(peer));
    }

    private void add(long peer, Runnable told) {
        if (tells.isEmpty()) {
            nextTellNanos = clocks.nanos();
        }
        tells.add(new Tell(peer, told));
    }

    /** Another node has told of records that this one did not know. */
    void learned() {
        beatNanos = clocks.nanos() + WAIT_NANOS;
    }

    long nextTickNanos() {
        return tells.isEmpty() ? beatNanos : Math.min(beatNanos, nextTellNanos);
    }

    void onTick() {
        Tell next = tells.isEmpty() || clocks.nanos() - nextTellNanos < 0 ? null : tells.remove();
        if (next != null) {
            nextTellNanos = clocks.nanos() + TURN_NANOS;
            if (connected.contains(next.peer())) {
                next.told().run();
            }
        }
        if (beatNanos != Long.MAX_VALUE && clocks.nanos() - beatNanos >= 0) {
            beatNanos = Long.MAX_VALUE;
            rounds.tellAtOnce(connected);
        }
    }
}
