package io.kindred.cluster.node;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.RequestMessage;
import java.util.ArrayDeque;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads of peers that are slower to take answers than this node is to make them. A read that waits is small, its answer may
 * not be; so it is made when there is room for it on its way. Once its asker has given up, it is dropped.
 *
 * <p>Owned by: the event loop.
 */
final class ParkedReads {
    /** Past so many, a read is refused. */
    static final int READS_MAX = 100_000;

    /** Whom a read goes to when it is its turn. */
    interface Reader {
        void read(long from, RequestMessage.ReadRequest request);
    }

    private record Parked(long from, RequestMessage.ReadRequest request, long sinceNanos) {}

    private final ArrayDeque<Parked> parked = new ArrayDeque<>();
    private final long timeoutNanos;
    private long count;

    /** @param timeoutNanos how long an asker waits */
    ParkedReads(long timeoutNanos) {
        this.timeoutNanos = timeoutNanos;
    }

    boolean isEmpty() {
        return parked.isEmpty();
    }

    /** Reads that ever waited. */
    long count() {
        return count;
    }

    /** The answer where there is no room for it; else it is read later. */
    @Nullable
    Message park(long from, RequestMessage.ReadRequest request, long nowNanos) {
        if (parked.size() >= READS_MAX) {
            return new RequestMessage.ReadReply(request.requestId(), Verdict.OVERLOADED, null);
        }
        count++;
        parked.add(new Parked(from, request, nowNanos));
        return null;
    }

    /** Reads for whoever has room now, in their order. */
    void resume(LongPredicate isBehind, Reader reader, long nowNanos) {
        for (int left = parked.size(); left > 0; left--) {
            Parked next = parked.remove();
            if (nowNanos - next.sinceNanos() > timeoutNanos) {
                continue;
            }
            if (isBehind.test(next.from())) {
                parked.add(next);
            } else {
                reader.read(next.from(), next.request());
            }
        }
    }
}
