package io.kindred.it;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Random;

/** One direction of a proxied connection: bytes in, the same bytes out, in order, when their time has come. */
final class OneWay {
    private static final int SEGMENT_BYTES = 1448;
    /** As a TCP window: past it the sender is not read from. */
    private static final int HELD_BYTES_MAX = 4 << 20;

    private final SocketChannel to;
    private final Random random;
    private final ArrayDeque<Chunk> held = new ArrayDeque<>();
    private int heldBytes;
    private long lastDueNanos = Long.MIN_VALUE;
    private boolean ended;
    private boolean blocked;

    /** No bytes: the sender's end of the stream. */
    private record Chunk(ByteBuffer bytes, long dueNanos) {}

    OneWay(SocketChannel to, Random random) {
        this.to = to;
        this.random = random;
    }

    void take(byte[] bytes, LinkProxy.Wire wire, long nowNanos) {
        long dueNanos = nowNanos + wire.delayNanos();
        if (loses(bytes.length, wire.loss())) {
            dueNanos += LinkProxy.RETRANSMIT_NANOS;
        }
        // What follows a lost segment waits for it.
        lastDueNanos = Math.max(lastDueNanos, dueNanos);
        held.add(new Chunk(ByteBuffer.wrap(bytes), lastDueNanos));
        heldBytes += bytes.length;
    }

    void end(LinkProxy.Wire wire, long nowNanos) {
        ended = true;
        take(new byte[0], wire, nowNanos);
    }

    private boolean loses(int bytes, double loss) {
        boolean lost = false;
        for (int sent = 0; sent < bytes; sent += SEGMENT_BYTES) {
            lost |= random.nextDouble() < loss;
        }
        return lost;
    }

    /** Passes on what is due; false once the stream has ended and all of it is delivered. */
    boolean deliver(long nowNanos) throws IOException {
        blocked = false;
        while (!held.isEmpty() && held.getFirst().dueNanos() - nowNanos <= 0) {
            ByteBuffer bytes = held.getFirst().bytes();
            heldBytes -= to.write(bytes);
            if (bytes.hasRemaining()) {
                blocked = true;
                return true;
            }
            held.removeFirst();
        }
        return !ended || !held.isEmpty();
    }

    boolean wantsMore() {
        return !ended && heldBytes < HELD_BYTES_MAX;
    }

    /** The receiver takes no more for now. */
    boolean isBlocked() {
        return blocked;
    }

    /** How long until something is due; Long.MAX_VALUE: nothing is. */
    long waitNanos(long nowNanos) {
        return held.isEmpty() || blocked ? Long.MAX_VALUE : held.getFirst().dueNanos() - nowNanos;
    }
}
