package io.kindred.cluster.node;

import io.kindred.cluster.core.NodeViews;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.wire.PeerTransport;
import io.kindred.engine.StorageEngine;
import io.netty.channel.EventLoop;
import io.netty.util.collection.LongObjectHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Whether this node's clients may begin writes. They wait
 *
 * <ul>
 *   <li>a little, the longer the fuller, while the memtables here fill faster than they are flushed;
 *   <li>while the memtables here are full, or the writes that are under way hold too much;
 *   <li>while so many other nodes are full, and say so, that a write might not find its quorum. Fewer are passed by: they
 *       refuse what they have no room for, and are owed it.
 * </ul>
 *
 * <p>A node that is full tells all others, again and again until it is not. What it says holds for a moment only, and not
 * from a node that has been full for very long: one slow node must not stop the others for ever.
 *
 * <p>Owned by: the event loop.
 */
final class WriteGate {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long TELL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long BELIEVED_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long FULL_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

    private final EventLoop loop;
    private final StorageEngine engine;
    private final NodeViews views;
    private final PeerTransport transport;
    private final NodeClock clock;
    private final long writesBytesMax;
    private final LongObjectHashMap<Full> others = new LongObjectHashMap<>();
    private Consumer<Boolean> listener = hold -> {};
    private boolean held;
    private boolean lookPlanned;
    private boolean told;
    private long toldNanos;
    private boolean stalled;
    private long stalledUntilNanos;

    /** Another node that has said that it is full. */
    private static final class Full {
        final long sinceNanos;
        long saidNanos;

        Full(long nowNanos) {
            sinceNanos = nowNanos;
        }
    }

    /** What the gate looks at. */
    record Sight(StorageEngine engine, NodeViews views, PeerTransport transport, NodeClock clock) {}

    /** @param writesBytesMax what the writes under way may hold */
    WriteGate(EventLoop loop, Sight sight, long writesBytesMax) {
        this.loop = loop;
        this.engine = sight.engine();
        this.views = sight.views();
        this.transport = sight.transport();
        this.clock = sight.clock();
        this.writesBytesMax = writesBytesMax;
    }

    /** @param onChange told true when clients have to wait, and false when they need no longer */
    void listen(Consumer<Boolean> onChange) {
        listener = onChange;
        onChange.accept(held);
    }

    boolean isHeld() {
        return held;
    }

    /** Another node says whether it is full. */
    void heard(long peer, boolean full) {
        if (!full) {
            others.remove(peer);
        } else {
            long now = clock.nanos();
            Full other = others.get(peer);
            if (other == null) {
                other = new Full(now);
                others.put(peer, other);
            }
            other.saidNanos = now;
        }
        look();
    }

    void lost(long peer) {
        others.remove(peer);
    }

    /** Called after each turn that wrote, and by itself while clients wait. */
    void look() {
        long now = clock.nanos();
        long stallNanos = engine.stallNanos();
        boolean full = stallNanos >= StorageEngine.STALL_NANOS_MAX;
        tell(full, now);
        if (stallNanos > 0 && !stalled) {
            stalledUntilNanos = now + stallNanos;
        }
        stalled = full || (stallNanos > 0 && now - stalledUntilNanos < 0);
        boolean hold = stalled || views.writesUnderWayBytes() > writesBytesMax || othersAreFull(now);
        if (hold != held) {
            held = hold;
            listener.accept(hold);
        }
        if (hold || told) {
            planLook();
        }
    }

    private void planLook() {
        if (!lookPlanned) {
            lookPlanned = true;
            loop.schedule(
                    () -> {
                        lookPlanned = false;
                        look();
                    },
                    LOOK_NANOS,
                    TimeUnit.NANOSECONDS);
        }
    }

    private void tell(boolean full, long now) {
        if (full && (!told || now - toldNanos >= TELL_NANOS) || !full && told) {
            told = full;
            toldNanos = now;
            transport.sendToAll(new MembershipMessage.Pressure(full));
            transport.flush();
        }
    }

    private boolean othersAreFull(long now) {
        if (others.isEmpty()) {
            return false;
        }
        others.values().removeIf(other -> now - other.saidNanos > BELIEVED_NANOS);
        int full = 0;
        for (Full other : others.values()) {
            full += now - other.sinceNanos < FULL_NANOS_MAX ? 1 : 0;
        }
        return full > views.replicasToSpare();
    }
}
