package io.kindred.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/**
 * The bytes of a client that are not decoded yet: half a line, or whole commands while reading is paused. At most what
 * was left plus one read of the socket.
 *
 * <p>Owned by: the connection's loop thread.
 */
final class InputBuffer {
    /** A read buffer that holds little more than nothing is not kept for it. */
    private static final int SPARE_BYTES_MAX = 512;

    private final ByteBufAllocator allocator;
    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;

    InputBuffer(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** Takes over {@code more}. */
    void add(ByteBuf more) {
        if (!bytes.isReadable()) {
            bytes.release();
            bytes = more;
            return;
        }
        if (bytes.maxFastWritableBytes() < more.readableBytes()) {
            bytes = copy(bytes, bytes.readableBytes() + more.readableBytes());
        }
        bytes.writeBytes(more);
        more.release();
    }

    ByteBuf bytes() {
        return bytes;
    }

    int readableBytes() {
        return bytes.readableBytes();
    }

    /** Gives back memory that the rest does not need. */
    void trim() {
        int rest = bytes.readableBytes();
        if (rest == 0) {
            release();
        } else if (bytes.capacity() > 2 * rest + SPARE_BYTES_MAX) {
            bytes = copy(bytes, rest);
        }
    }

    void release() {
        bytes.release();
        bytes = Unpooled.EMPTY_BUFFER;
    }

    private ByteBuf copy(ByteBuf from, int capacityBytes) {
        ByteBuf to = allocator.directBuffer(capacityBytes);
        to.writeBytes(from);
        from.release();
        return to;
    }
}
