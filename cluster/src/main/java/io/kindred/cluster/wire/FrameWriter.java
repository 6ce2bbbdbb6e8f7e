package io.kindred.cluster.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** The primitives of a frame, written at the end of a buffer; {@link FrameReader} is the other end. */
final class FrameWriter {

    private FrameWriter() {}

    /** Seven bits to a byte, least significant first; all 64 bits, so a negative number takes ten bytes. */
    static void writeVarint(ByteBuf out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.writeByte((int) (rest | 0x80));
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    /** For small numbers of either sign: 0, -1, 1, -2, ... become 0, 1, 2, 3, ... */
    static void writeSigned(ByteBuf out, long value) {
        writeVarint(out, (value << 1) ^ (value >> 63));
    }

    static void writeBoolean(ByteBuf out, boolean value) {
        out.writeByte(value ? 1 : 0);
    }

    static void writeBytes(ByteBuf out, byte[] bytes) {
        writeVarint(out, bytes.length);
        out.writeBytes(bytes);
    }

    static void writeString(ByteBuf out, String text) {
        writeVarint(out, ByteBufUtil.utf8Bytes(text));
        ByteBufUtil.writeUtf8(out, text);
    }
}
