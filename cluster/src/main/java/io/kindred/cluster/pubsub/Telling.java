package io.kindred.cluster.pubsub;

import io.kindred.cluster.message.PubSubMessage;
import io.kindred.cluster.message.Topic;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one other node is told of this node's topics: a session, which begins anew with each connection, in parts. One part is
 * under way at a time, and what changes meanwhile is gathered for the next; so a storm of changes becomes few messages, and a
 * part that is lost is sent again.
 *
 * <p>Until a session has told all topics that there were it asks for everything, so that nothing is missed meanwhile.
 *
 * <p>States: lost (nothing is told), connected and idle, connected with a part under way. Of a peer to which this process has
 * told nothing, and has nothing to tell, there is no session.
 *
 * <p>Owned by: the core's thread.
 */
final class Telling {
    private static final long ALL = Long.MAX_VALUE;

    private final OwnInterest own;
    private final PubSubLimits limits;
    /** Topics that came or went since they were told, each with the number of its change, which rise. */
    private final LinkedHashMap<Topic, Long> untold = new LinkedHashMap<>();

    private boolean connected;
    /** Whether a SUBSCRIBE waits for this peer. It does not for one that has not answered in time. */
    private boolean awaited;

    private long start;
    private long session;
    private long part;
    private boolean whole;
    private PubSubMessage.@Nullable Interest underWay;
    private long underWayUpTo;
    private long resendNanos;
    /** The peer does not know what it was told: all is told anew, but not at once, for it may know better. */
    private boolean forgotten;
    /** All changes up to this one are acknowledged. */
    private long acknowledged;

    Telling(OwnInterest own, PubSubLimits limits) {
        this.own = own;
        this.limits = limits;
    }

    /** Nothing is under way to it any more. */
    void lose() {
        connected = false;
        forgotten = false;
        underWay = null;
        untold.clear();
    }

    /** The peer is there, and all that it was told before does not count. */
    void connect() {
        connected = true;
        awaited = true;
        underWay = null;
        untold.clear();
        acknowledged = own.lastChange();
    }

    boolean isConnected() {
        return connected;
    }

    boolean hasSession() {
        return session > 0;
    }

    /** Begins to tell everything anew. Requires: connected. */
    void begin(long ofStart, long number) {
        start = ofStart;
        session = number;
        part = 0;
        whole = false;
        forgotten = false;
        underWay = null;
        acknowledged = 0;
        untold.clear();
        if (!own.isTooMany()) {
            untold.putAll(own.all());
        }
    }

    /** A topic has come or gone. False: so much is gathered that all has to be told anew. */
    boolean changed(Topic topic, long change) {
        if (!connected || own.isTooMany()) {
            return true;
        }
        untold.remove(topic);
        untold.put(topic, change);
        return untold.size() <= 2 * limits.topicsMax();
    }

    /** The part to be sent now; null: one is under way, or there is nothing to tell. */
    PubSubMessage.@Nullable Interest next(long nowNanos) {
        boolean isFirst = part == 0;
        if (!connected || session == 0 || underWay != null || (untold.isEmpty() && !isFirst)) {
            return null;
        }
        List<Topic> added = new ArrayList<>();
        List<Topic> removed = new ArrayList<>();
        long upTo = take(added, removed);
        whole |= untold.isEmpty() && !own.isTooMany();
        part++;
        PubSubMessage.Interest message = new PubSubMessage.Interest(start, session, part, !whole, added, removed);
        acknowledged = whole ? Math.min(acknowledged, upTo) : acknowledged;
        underWay = message;
        underWayUpTo = whole ? upTo : ALL;
        resendNanos = nowNanos + limits.resendNanos();
        return message;
    }

    private long take(List<Topic> added, List<Topic> removed) {
        int bytes = 0;
        Iterator<Map.Entry<Topic, Long>> each = untold.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<Topic, Long> entry = each.next();
            if (bytes >= limits.partBytes()) {
                return entry.getValue() - 1;
            }
            Topic topic = entry.getKey();
            (own.has(topic) ? added : removed).add(topic);
            bytes += topic.name().length + 4;
            each.remove();
        }
        return own.lastChange();
    }

    /** Whether all is to be told anew now. */
    boolean isToBegin(long nowNanos) {
        return forgotten && nowNanos >= resendNanos;
    }

    /** The part under way, if it is to be sent again now; null: it is not. */
    PubSubMessage.@Nullable Interest again(long nowNanos) {
        PubSubMessage.Interest message = underWay;
        if (message == null || nowNanos < resendNanos) {
            return null;
        }
        resendNanos = nowNanos + limits.resendNanos();
        return message;
    }

    long nextTickNanos() {
        return underWay == null && !forgotten ? Long.MAX_VALUE : resendNanos;
    }

    /** Whether the part under way has been taken, so that the next may be sent. */
    boolean onAck(PubSubMessage.InterestAck ack, long nowNanos) {
        PubSubMessage.Interest message = underWay;
        if (!connected || session == 0) {
            return false;
        }
        if (ack.start() != start || ack.session() != session) {
            boolean isOlder = ack.session() != 0 && (ack.start() < start || ack.session() < session);
            if (!isOlder && !forgotten) {
                forgotten = true;
                resendNanos = nowNanos + limits.resendNanos();
            }
            return false;
        }
        if (message == null || ack.part() != message.part()) {
            return false;
        }
        underWay = null;
        awaited = true;
        acknowledged = underWayUpTo;
        return true;
    }

    /** Whether a SUBSCRIBE that is this change still has to wait for the peer. */
    boolean isAwaitedFor(long change) {
        return connected && awaited && acknowledged < change;
    }

    void awaitNoMore() {
        awaited = false;
    }
}
