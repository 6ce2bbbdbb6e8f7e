package io.kindred.cluster.wire;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.SizeLimits;
import io.kindred.cluster.version.CorruptRecordException;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages as frames: a big-endian u32 length, then a body of that many bytes, which is one message behind the other: a type
 * byte and the message's fields in the order of its record. docs/wire-format.md has the layout.
 *
 * <p>The bytes of a peer are not trusted: whatever they are, {@link #decode} gives a message or a {@link CorruptFrame},
 * and allocates nothing that the bytes at hand do not justify.
 */
public final class MessageCodec {

    /** No body is longer, in either direction. */
    public static final int FRAME_BYTES_MAX = SizeLimits.FRAME_BYTES_MAX;

    static final int LENGTH_BYTES = 4;

    private MessageCodec() {}

    /**
     * Appends the frame of a message alone.
     *
     * @return its size with the length, or -1, with nothing appended, where it would be longer than {@code
     *     frameBytesMax}
     */
    static int encode(Message message, ByteBuf out, int frameBytesMax) {
        return new OpenFrame(out, frameBytesMax, false).add(message);
    }

    /** Reads a body of {@code length} bytes, which must all be there, from the reader index on: at least one message. */
    static List<Message> decode(ByteBuf in, int length) throws CorruptFrame {
        FrameReader reader = new FrameReader(in, length);
        try {
            Message first = MessageDecoder.decode(reader);
            if (reader.remaining() == 0) {
                return List.of(first);
            }
            List<Message> messages = new ArrayList<>();
            messages.add(first);
            while (reader.remaining() > 0) {
                if (messages.size() == OpenFrame.MESSAGES_MAX) {
                    throw new CorruptFrame("more than " + OpenFrame.MESSAGES_MAX + " messages in a frame");
                }
                messages.add(MessageDecoder.decode(reader));
            }
            return messages;
        } catch (CorruptRecordException | IllegalArgumentException e) {
            // What versions and other records say of parts that they refuse: here too, it is the peer's bytes that are
            // wrong.
            throw new CorruptFrame(String.valueOf(e.getMessage()));
        }
    }
}
