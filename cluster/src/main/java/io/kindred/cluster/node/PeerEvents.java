package io.kindred.cluster.node;

import io.kindred.cluster.core.Event;
import io.kindred.cluster.core.NodeViews;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Overload;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.wire.PeerListener;
import io.kindred.cluster.wire.PeerTransport;
import io.kindred.engine.StorageEngine;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What comes from peers, on its way to the core: what the loop deals with itself never gets there, reads wait while their
 * asker does not take its answers, and writes for which there is no room are refused.
 *
 * <p>Owned by: the event loop.
 */
final class PeerEvents implements PeerListener {
    /** Of the heap: what other nodes' writes may hold that wait for the disk, and as much for the writes of this one. */
    private static final int WRITES_HEAP_PARTS = 8;

    private static final long WRITES_BYTES_MIN = 16 << 20;
    private static final long PARKED_LOOK_NANOS = 1_000_000;
    /** Of those that came in one frame. */
    private static final int MESSAGES_PER_STEP_MAX = 32;

    private final NodeLoop node;
    private final EventLoop loop;
    private final StorageEngine engine;
    private final NodeViews views;
    private final NodeClock clock;
    private final PeerTransport transport;
    private final WriteGate gate;
    private final ParkedReads parkedReads;
    private final long writesBytesMax;
    private long refusedForRoom;
    private boolean parkedLookPlanned;

    /** What is looked at before anything is let in. */
    record Sight(EventLoop loop, StorageEngine engine, NodeViews views, NodeClock clock) {}

    /** @param transport makes that which tells this of what comes */
    PeerEvents(NodeLoop node, Sight sight, Function<PeerListener, PeerTransport> transport) {
        this.node = node;
        this.loop = sight.loop();
        this.engine = sight.engine();
        this.views = sight.views();
        this.clock = sight.clock();
        this.transport = transport.apply(this);
        this.writesBytesMax = Math.max(WRITES_BYTES_MIN, Runtime.getRuntime().maxMemory() / WRITES_HEAP_PARTS);
        this.gate = new WriteGate(loop, new WriteGate.Sight(engine, views, this.transport, clock), writesBytesMax);
        this.parkedReads = new ParkedReads(views.config().quorums().timeoutNanos());
    }

    PeerTransport transport() {
        return transport;
    }

    WriteGate gate() {
        return gate;
    }

    /** Writes of peers that found no room. */
    long refusedForRoom() {
        return refusedForRoom;
    }

    long parkedReads() {
        return parkedReads.count();
    }

    /** Reads that waited for their asker to take its answers. Called at the end of a turn. */
    void resumeReads() {
        if (!parkedReads.isEmpty()) {
            parkedReads.resume(
                    transport::isBehind,
                    (from, request) -> node.deliver(new Event.Received(from, request)),
                    clock.nanos());
        }
        if (!parkedReads.isEmpty() && !parkedLookPlanned) {
            parkedLookPlanned = true;
            loop.schedule(
                    () -> {
                        parkedLookPlanned = false;
                        node.askTurnEnd();
                    },
                    PARKED_LOOK_NANOS,
                    TimeUnit.NANOSECONDS);
        }
    }

    /** So many at once, in one step: what they ask for is seen before more is let in, and the time is not told too late. */
    @Override
    public void received(long from, List<Message> messages) {
        for (int first = 0; first < messages.size(); first += MESSAGES_PER_STEP_MAX) {
            int end = Math.min(messages.size(), first + MESSAGES_PER_STEP_MAX);
            List<Message> some = first == 0 && end == messages.size() ? messages : messages.subList(first, end);
            List<Message> steps = withoutThoseDealtWith(from, some);
            if (!steps.isEmpty()) {
                node.deliver(new Event.Received(from, steps));
            }
        }
    }

    /** What the core is to see. */
    private List<Message> withoutThoseDealtWith(long from, List<Message> messages) {
        List<Message> rest = messages;
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            if (isDealtWith(from, message)) {
                rest = rest == messages ? new ArrayList<>(messages.subList(0, i)) : rest;
            } else if (rest != messages) {
                rest.add(message);
            }
        }
        return rest;
    }

    private boolean isDealtWith(long from, Message message) {
        if (message instanceof MembershipMessage.Pressure pressure) {
            gate.heard(from, pressure.full());
        } else if (message instanceof RequestMessage.ReadRequest read && waits(from)) {
            answer(from, parkedReads.park(from, read, clock.nanos()));
        } else if (Overload.isWrite(message) && hasNoRoom()) {
            refusedForRoom++;
            answer(from, Overload.answer(message));
        } else {
            return false;
        }
        return true;
    }

    /** What waits keeps its order. */
    private boolean waits(long from) {
        return !parkedReads.isEmpty() || transport.isBehind(from);
    }

    private boolean hasNoRoom() {
        return engine.isFull() || views.peerWritesWaitingBytes() > writesBytesMax;
    }

    private void answer(long to, @Nullable Message answer) {
        if (answer != null) {
            transport.send(to, answer);
        }
        node.askTurnEnd();
    }

    @Override
    public void connected(long peer) {
        node.deliver(new Event.PeerConnected(peer));
    }

    @Override
    public void refused(long peer, long start, String why) {
        node.deliver(new Event.Refused(peer, start, why));
    }

    @Override
    public void mistaken(String member, String address, long cluster, long sought) {
        node.deliver(new Event.Mistaken(member, address, cluster, sought));
    }

    @Override
    public void seedsFail(String why) {
        node.host().seedsFail(why);
    }

    @Override
    public void lost(long peer) {
        gate.lost(peer);
        node.deliver(new Event.PeerLost(peer));
    }
}
