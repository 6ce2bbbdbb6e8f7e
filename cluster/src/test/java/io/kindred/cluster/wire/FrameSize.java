package io.kindred.cluster.wire;

import io.kindred.cluster.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** How long messages are on the wire, for tests that count traffic. */
public final class FrameSize {
    private static final ByteBuf SCRATCH = Unpooled.buffer();

    private FrameSize() {}

    public static int of(Message message) {
        SCRATCH.clear();
        return MessageCodec.encode(message, SCRATCH, MessageCodec.FRAME_BYTES_MAX);
    }
}
