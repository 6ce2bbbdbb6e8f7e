package io.kindred.cluster.wire;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A cursor over the body of one frame. Every method throws {@link CorruptFrame} rather than read past the end, and
 * none allocates more than the bytes that are there.
 */
final class FrameReader {

    private final ByteBuf in;
    private final int end;

    /** Reads {@code length} bytes of {@code in} from its reader index on, which moves. */
    FrameReader(ByteBuf in, int length) {
        this.in = in;
        this.end = in.readerIndex() + length;
    }

    int remaining() {
        return end - in.readerIndex();
    }

    int readByte(String what) throws CorruptFrame {
        require(1, what);
        return in.readUnsignedByte();
    }

    long readLong(String what) throws CorruptFrame {
        require(Long.BYTES, what);
        return in.readLong();
    }

    double readDouble(String what) throws CorruptFrame {
        return Double.longBitsToDouble(readLong(what));
    }

    boolean readBoolean(String what) throws CorruptFrame {
        int value = readByte(what);
        if (value > 1) {
            throw new CorruptFrame(what + " is neither yes nor no: " + value);
        }
        return value == 1;
    }

    long readVarint(String what) throws CorruptFrame {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = readByte(what);
            if (shift == 63 && next > 1) {
                break;
            }
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new CorruptFrame(what + " is longer than 64 bits");
    }

    long readSigned(String what) throws CorruptFrame {
        long value = readVarint(what);
        return (value >>> 1) ^ -(value & 1);
    }

    /** A number of 0 to 2^31 - 1. */
    int readInt(String what) throws CorruptFrame {
        long value = readVarint(what);
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new CorruptFrame(what + " is out of range: " + Long.toUnsignedString(value));
        }
        return (int) value;
    }

    /** A number of items of at least {@code bytesMin} each: one that cannot fit in what is left is damage. */
    int readCount(int bytesMin, String what) throws CorruptFrame {
        long count = readVarint(what);
        if (count < 0 || count > remaining() / bytesMin) {
            throw new CorruptFrame("number of " + what + " is " + Long.toUnsignedString(count) + " in the last "
                    + remaining() + " bytes");
        }
        return (int) count;
    }

    byte[] readBytes(String what) throws CorruptFrame {
        byte[] bytes = new byte[readCount(1, what)];
        in.readBytes(bytes);
        return bytes;
    }

    byte[] readBytes(int length, String what) throws CorruptFrame {
        require(length, what);
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }

    String readString(String what) throws CorruptFrame {
        byte[] bytes = readBytes(what);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new CorruptFrame(what + " is not UTF-8");
        }
    }

    void requireEnd() throws CorruptFrame {
        if (remaining() != 0) {
            throw new CorruptFrame(remaining() + " bytes past the end of the message");
        }
    }

    private void require(int length, String what) throws CorruptFrame {
        if (length > remaining()) {
            throw new CorruptFrame(what + " is cut short");
        }
    }
}
