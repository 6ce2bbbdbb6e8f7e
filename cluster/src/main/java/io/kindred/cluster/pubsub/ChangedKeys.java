package io.kindred.cluster.pubsub;

import io.kindred.cluster.message.Topic;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys that have changed at one node, as it publishes them to nodes whose clients keep copies: 8 bytes of the process, 8 of the
 * number, 1 whether all copies are to be given up, and each key with its length in 4.
 *
 * @param process its id and start, in one number; 0: this node tells itself
 * @param number each is one more than the one before it of this process
 */
public record ChangedKeys(long process, long number, boolean isAll, List<byte[]> keys) {
    /** On which they are published. Clients have no business there. */
    public static final Topic TOPIC =
            new Topic(Topic.Kind.SHARD_CHANNEL, "__kindred__:changed".getBytes(StandardCharsets.US_ASCII));

    public static final ChangedKeys ALL = new ChangedKeys(0, 0, true, List.of());

    private static final int HEAD_BYTES = 17;

    public byte[] bytes() {
        int length = HEAD_BYTES;
        for (byte[] key : keys) {
            length += Integer.BYTES + key.length;
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        out.putLong(process).putLong(number).put((byte) (isAll ? 1 : 0));
        for (byte[] key : keys) {
            out.putInt(key.length).put(key);
        }
        return out.array();
    }

    /** What makes no sense gives all copies up. */
    public static ChangedKeys of(byte[] bytes) {
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            long process = in.getLong();
            long number = in.getLong();
            boolean isAll = in.get() != 0;
            List<byte[]> keys = new ArrayList<>();
            while (in.hasRemaining()) {
                int length = in.getInt();
                if (length < 0 || length > in.remaining()) {
                    return ALL;
                }
                byte[] key = new byte[length];
                in.get(key);
                keys.add(key);
            }
            return new ChangedKeys(process, number, isAll, keys);
        } catch (BufferUnderflowException malformed) {
            return ALL;
        }
    }
}
