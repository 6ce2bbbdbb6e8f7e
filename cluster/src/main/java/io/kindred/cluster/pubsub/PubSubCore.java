package io.kindred.cluster.pubsub;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.PubSubMessage;
import io.kindred.cluster.message.Topic;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/**
 * Publish and subscribe between nodes. Every node tells the others to which channels and patterns its clients have subscribed,
 * so that what is published goes to the nodes where somebody listens, and to no other (docs/pubsub.md).
 *
 * <p>A SUBSCRIBE is confirmed when the nodes that this one is connected to know of it: whatever is published anywhere after the
 * confirmation arrives, while connections last. One that does not acknowledge in time is waited for no longer, until it does.
 *
 * <p>What is published is sent once and never again; numbers that rise keep out what comes twice, or late. So each subscriber
 * sees what was published at one node in the order in which it was published there, at most once.
 *
 * <p>A node that connects anew is told all over again, for nobody knows what of the old connection has arrived; and what a node
 * has told is over once another process of it has begun.
 *
 * <p>Owned by: the core's thread.
 */
public final class PubSubCore {
    private final PubSubLimits limits;
    private final LongSupplier nanos;
    private final PubSubOutbox out;
    private final OwnInterest own;
    private final RemoteInterest remote;
    private final PubSubCounters counters = new PubSubCounters();
    private final Map<Long, Telling> tellings = new TreeMap<>();
    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
    private long start;
    /** No part under way is to be sent again before this. */
    private long nextResendNanos = Long.MAX_VALUE;

    private long lastSession;
    private long lastNumber;

    /** A SUBSCRIBE that is not confirmed; there is one of each client at most. */
    private record Waiter(long token, long change, long untilNanos) {}

    /**
     * @param nanos the monotonic clock, as it stood when the step began
     * @param start of this process
     */
    public PubSubCore(PubSubLimits limits, LongSupplier nanos, PubSubOutbox out, long start) {
        this.limits = limits;
        this.nanos = nanos;
        this.out = out;
        this.start = start;
        own = new OwnInterest(limits);
        remote = new RemoteInterest(limits);
    }

    public PubSubCounters counters() {
        counters.topicsOwn = own.size();
        counters.topicsElsewhere = remote.topics();
        counters.untold = own.isTooMany() ? 1 : 0;
        return counters;
    }

    // --- what this node's clients do ---

    /** Somebody here wants these topics; {@link PubSubOutbox#told} once it may be confirmed. */
    public void subscribe(long token, List<Topic> topics) {
        long change = 0;
        for (Topic topic : topics) {
            if (own.add(topic)) {
                changed(topic);
            }
            change = Math.max(change, own.changeOf(topic));
        }
        tellChanges();
        if (isTold(change)) {
            out.told(token);
        } else {
            waiters.addLast(new Waiter(token, change, nanos.getAsLong() + limits.awaitNanos()));
        }
    }

    /** Nobody here wants these any more. */
    public void unsubscribe(List<Topic> topics) {
        for (Topic topic : topics) {
            if (own.remove(topic)) {
                changed(topic);
            }
        }
        tellChanges();
    }

    /** Sends this to where it is wanted. The bytes are handed over. */
    public void publish(Topic channel, byte[] payload) {
        long[] wanting = remote.whoWants(channel);
        if (wanting.length == 0) {
            return;
        }
        Message message = new PubSubMessage.Publication(start, ++lastNumber, channel, payload);
        for (long node : wanting) {
            counters.sent++;
            out.send(node, message);
        }
    }

    /** Whether anybody, here or elsewhere, is told what is published there. */
    public boolean isWanted(Topic channel) {
        return isWantedHere(channel) || remote.whoWants(channel).length > 0;
    }

    public boolean isWantedHere(Topic channel) {
        return own.has(channel);
    }

    // --- what other nodes do ---

    public void onConnected(long peer) {
        Telling telling = tellings.computeIfAbsent(peer, id -> new Telling(own, limits));
        telling.connect();
        if (telling.hasSession() || own.size() > 0) {
            begin(telling);
        }
        tell(peer, telling);
        confirm();
    }

    public void onLost(long peer) {
        Telling telling = tellings.get(peer);
        if (telling != null) {
            telling.lose();
            confirm();
        }
    }

    /** A node has told which process of it it is. */
    public void onStart(long from, long itsStart) {
        remote.begun(from, itsStart);
    }

    public void onInterest(long from, PubSubMessage.Interest message) {
        out.send(from, remote.take(from, message));
    }

    public void onInterestAck(long from, PubSubMessage.InterestAck ack) {
        Telling telling = tellings.get(from);
        if (telling == null) {
            return;
        }
        if (telling.onAck(ack, nanos.getAsLong())) {
            confirm();
            tell(from, telling);
        }
        nextResendNanos = Math.min(nextResendNanos, telling.nextTickNanos());
    }

    public void onPublication(long from, PubSubMessage.Publication publication) {
        if (remote.isNew(from, publication)) {
            counters.received++;
            out.published(publication.channel(), publication.payload());
        } else {
            counters.repeated++;
        }
    }

    // --- time ---

    /**
     * @param isGone whether a node has left the cluster for good
     * @param ownStart of this process, which may have become another start
     */
    public void onTick(LongPredicate isGone, long ownStart) {
        remote.forgetIf(isGone);
        tellings.keySet().removeIf(isGone::test);
        if (ownStart != start) {
            start = ownStart;
            lastNumber = 0;
            tellings.values().stream()
                    .filter(telling -> telling.isConnected() && telling.hasSession())
                    .forEach(this::begin);
            tellChanges();
        }
        if (nextResendNanos <= nanos.getAsLong()) {
            nextResendNanos = Long.MAX_VALUE;
            tellings.forEach(this::tellAgain);
        }
        if (!waiters.isEmpty() && waiters.getFirst().untilNanos() <= nanos.getAsLong()) {
            awaitNoMore(waiters.getFirst().change());
        }
        confirm();
    }

    private void tellAgain(long peer, Telling telling) {
        if (telling.isToBegin(nanos.getAsLong())) {
            begin(telling);
            tell(peer, telling);
        }
        Message again = telling.again(nanos.getAsLong());
        if (again != null) {
            out.send(peer, again);
        }
        nextResendNanos = Math.min(nextResendNanos, telling.nextTickNanos());
    }

    public long nextTickNanos() {
        return waiters.isEmpty()
                ? nextResendNanos
                : Math.min(nextResendNanos, waiters.getFirst().untilNanos());
    }

    // --- telling ---

    private void changed(Topic topic) {
        if (own.turnsOver()) {
            tellings.values().stream().filter(Telling::isConnected).forEach(this::begin);
            return;
        }
        for (Telling telling : tellings.values()) {
            boolean isFirst = telling.isConnected() && !telling.hasSession();
            if (isFirst || !telling.changed(topic, own.lastChange())) {
                begin(telling);
            }
        }
    }

    private void begin(Telling telling) {
        counters.tellings++;
        telling.begin(start, ++lastSession);
    }

    private void tellChanges() {
        tellings.forEach(this::tell);
    }

    private void tell(long peer, Telling telling) {
        Message next = telling.next(nanos.getAsLong());
        if (next != null) {
            out.send(peer, next);
            nextResendNanos = Math.min(nextResendNanos, telling.nextTickNanos());
        }
    }

    // --- confirming ---

    private boolean isTold(long change) {
        return tellings.values().stream().noneMatch(telling -> telling.isAwaitedFor(change));
    }

    private void confirm() {
        while (!waiters.isEmpty() && isTold(waiters.getFirst().change())) {
            out.told(waiters.removeFirst().token());
        }
    }

    private void awaitNoMore(long change) {
        counters.timeouts++;
        tellings.values().stream()
                .filter(telling -> telling.isAwaitedFor(change))
                .forEach(Telling::awaitNoMore);
    }
}
