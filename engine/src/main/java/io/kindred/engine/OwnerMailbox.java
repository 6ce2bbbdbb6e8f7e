package io.kindred.engine;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The way from the engine's threads back to its owner: messages run on the owner thread in the order in which they were
 * posted. While closing, the owner runs what has arrived itself; what comes later is dropped.
 */
final class OwnerMailbox {
    private final Executor owner;
    private final Queue<Runnable> messages = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean announced = new AtomicBoolean();
    private volatile boolean closed;

    OwnerMailbox(Executor owner) {
        this.owner = owner;
    }

    /** From any thread. */
    void post(Runnable message) {
        messages.add(message);
        if (!closed && announced.compareAndSet(false, true)) {
            owner.execute(this::drain);
        }
    }

    /** Owned by: the owner thread. */
    void drain() {
        announced.set(false);
        for (Runnable message = messages.poll(); message != null; message = messages.poll()) {
            message.run();
        }
    }

    void close() {
        closed = true;
        messages.clear();
    }
}
