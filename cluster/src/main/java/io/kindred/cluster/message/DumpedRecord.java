package io.kindred.cluster.message;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A record of a key as it goes from one cluster to another, beside the key: a head's is its container's bytes; an element's
 * begins with a byte that no container begins with, the length of what the record's key has behind the client's key (2 bytes),
 * and that.
 *
 * @param element as {@link RecordKey#behindKey} gives it; empty: it is the head
 */
@SuppressWarnings("ArrayRecordComponent") // Identity is never asked of it.
public record DumpedRecord(byte[] element, Versions versions) {
    private static final byte ELEMENT = (byte) 0xe1;
    private static final int PREFIX_BYTES = 3;

    public byte[] encode() {
        byte[] container = VersionsCodec.encode(versions);
        return element.length == 0
                ? container
                : ByteBuffer.allocate(PREFIX_BYTES + element.length + container.length)
                        .put(ELEMENT)
                        .putShort((short) element.length)
                        .put(element)
                        .put(container)
                        .array();
    }

    /** Throws {@link CorruptRecordException}. */
    public static DumpedRecord decode(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] != ELEMENT) {
            return new DumpedRecord(new byte[0], VersionsCodec.decode(bytes));
        }
        int length = bytes.length < PREFIX_BYTES ? 0 : ByteBuffer.wrap(bytes).getShort(1);
        if (length < 1 || length > bytes.length - PREFIX_BYTES) {
            throw new CorruptRecordException("an element of " + length + " bytes in " + bytes.length);
        }
        byte[] element = Arrays.copyOfRange(bytes, PREFIX_BYTES, PREFIX_BYTES + length);
        if (RecordKey.firstOf(0).withBehindKey(element) == null) {
            throw new CorruptRecordException("an element that has not the layout of one");
        }
        return new DumpedRecord(
                element, VersionsCodec.decode(Arrays.copyOfRange(bytes, PREFIX_BYTES + length, bytes.length)));
    }
}
