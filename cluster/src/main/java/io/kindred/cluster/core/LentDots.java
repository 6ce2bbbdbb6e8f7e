package io.kindred.cluster.core;

import io.kindred.cluster.ring.RecordKey;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The highest counter of each key that was lent to another node and has not come back in a container yet: the next dot
 * of the key is above it. One that does not come back within a while is given up; its partition's floor is raised then.
 */
final class LentDots {
    private static final int LENT_MAX = 16_384;

    /** Looked up, never iterated over. */
    private final Map<RecordKey, Loan> open = new HashMap<>();

    private final ArrayDeque<Loan> inOrder = new ArrayDeque<>();
    private final long patienceNanos;

    /** One key's. */
    record Loan(RecordKey key, long counter, long untilNanos) {}

    LentDots(long patienceNanos) {
        this.patienceNanos = patienceNanos;
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** 0: none. */
    long highest(RecordKey storageKey) {
        if (open.isEmpty()) {
            return 0;
        }
        Loan loan = open.get(storageKey);
        return loan == null ? 0 : loan.counter();
    }

    void add(RecordKey storageKey, long counter, long nowNanos) {
        Loan loan = new Loan(storageKey, counter, nowNanos + patienceNanos);
        open.put(loan.key(), loan);
        inOrder.add(loan);
    }

    /**
     * The key's container now knows of this counter, if it is made durable.
     *
     * @return the counter that had been lent and is not any more; 0: none
     */
    long seen(RecordKey storageKey, long counter) {
        RecordKey key = storageKey;
        Loan loan = open.get(key);
        if (loan == null || loan.counter() > counter) {
            return 0;
        }
        open.remove(key);
        return loan.counter();
    }

    /** The next one to give up, removed; null: none for now. */
    @Nullable
    Loan expired(long nowNanos) {
        while (!inOrder.isEmpty()) {
            Loan head = inOrder.element();
            boolean stands = open.get(head.key()) == head;
            if (stands && nowNanos - head.untilNanos() < 0 && open.size() <= LENT_MAX) {
                return null;
            }
            inOrder.remove();
            if (stands) {
                open.remove(head.key());
                return head;
            }
        }
        return null;
    }
}
