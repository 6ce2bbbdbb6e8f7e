package io.kindred.cluster.wire;

import io.kindred.cluster.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** Messages as the bytes that they are between nodes, for tests of other packages. */
public final class Frames {
    private Frames() {}

    /** A message that has been on the wire. */
    public record Carried(Message message, int bytes) {}

    /** Null where it is longer than a frame, and so is lost. */
    public static @Nullable Carried carry(Message message) {
        ByteBuf out = Unpooled.buffer();
        int bytes = MessageCodec.encode(message, out, MessageCodec.FRAME_BYTES_MAX);
        if (bytes < 0) {
            return null;
        }
        int length = out.readInt();
        try {
            return new Carried(MessageCodec.decode(out, length).get(0), bytes);
        } catch (CorruptFrame damage) {
            throw new AssertionError("what was encoded does not decode", damage);
        }
    }
}
