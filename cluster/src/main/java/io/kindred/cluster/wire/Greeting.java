package io.kindred.cluster.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/**
 * What both sides of a handshake say before either knows who the other is. Magic and versions come first and stay where they
 * are in every version, so that nodes of any two versions can tell each other why they do not talk.
 */
record Greeting(int versionMin, int versionMax, ByteBuffer nonce) {

    static final int MAGIC = 0x4b494e44; // "KIND"
    static final int NONCE_BYTES = 32;

    static byte[] write(int type, WireVersions versions, byte[] nonce) {
        ByteBuf out = Unpooled.buffer(64);
        out.writeByte(type);
        out.writeInt(MAGIC);
        out.writeShort(versions.min());
        out.writeShort(versions.max());
        out.writeBytes(nonce);
        return bytesOf(out);
    }

    /** Reads what follows the type byte. Of one whose versions do not overlap with ours nothing else is read: its nonce is empty. */
    static Greeting read(FrameReader in, WireVersions ours) throws CorruptFrame {
        long magicAndVersions = in.readLong("magic and versions");
        if ((int) (magicAndVersions >>> 32) != MAGIC) {
            throw new CorruptFrame("it does not begin as a Kindred node does");
        }
        int min = (int) (magicAndVersions >>> 16) & 0xffff;
        int max = (int) magicAndVersions & 0xffff;
        if (ours.common(min, max) < 0) {
            return new Greeting(min, max, ByteBuffer.allocate(0));
        }
        ByteBuffer nonce = ByteBuffer.wrap(in.readBytes(NONCE_BYTES, "nonce"));
        in.requireEnd();
        return new Greeting(min, max, nonce);
    }

    static byte[] bytesOf(ByteBuf out) {
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }
}
