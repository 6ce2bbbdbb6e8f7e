package io.kindred.cluster.wire;

import io.kindred.cluster.message.Message;
import io.netty.buffer.ByteBuf;

/**
 * The frame at the end of a buffer, to which a turn's messages are added. It says its length at any time, so nobody has to
 * close it. When it has {@link #BYTES_EASY} the next one begins: a frame is decoded when all of it is there.
 */
final class OpenFrame {
    static final int BYTES_EASY = 1 << 16;
    /** No message has less than two bytes. */
    static final int MESSAGES_MAX = BYTES_EASY / 2;

    private final ByteBuf out;
    private final MessageEncoder encoder;
    private final int bodyBytesMax;
    private final boolean isShared;
    /** Where its length is. */
    private int start;

    /**
     * Begins at the end of the buffer.
     *
     * @param isShared whether a frame may have several messages
     */
    OpenFrame(ByteBuf out, int bodyBytesMax, boolean isShared) {
        this.out = out;
        this.encoder = new MessageEncoder(out);
        this.bodyBytesMax = bodyBytesMax;
        this.isShared = isShared;
        this.start = -1;
    }

    /** @return by how many bytes the buffer has grown; -1, by none: the message is longer than a frame may be */
    int add(Message message) {
        int before = out.writerIndex();
        if (start < 0 || !isShared || before - start >= BYTES_EASY) {
            begin();
        }
        int at = out.writerIndex();
        message.deliver(0, encoder);
        if (bodyBytes() > bodyBytesMax && at > start + MessageCodec.LENGTH_BYTES) {
            out.writerIndex(at);
            begin();
            message.deliver(0, encoder);
        }
        if (bodyBytes() > bodyBytesMax) {
            out.writerIndex(before);
            start = -1;
            return -1;
        }
        out.setInt(start, bodyBytes());
        return out.writerIndex() - before;
    }

    private void begin() {
        start = out.writerIndex();
        out.writeInt(0);
    }

    private int bodyBytes() {
        return out.writerIndex() - start - MessageCodec.LENGTH_BYTES;
    }
}
