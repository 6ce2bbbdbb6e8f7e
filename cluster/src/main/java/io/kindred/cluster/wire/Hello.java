package io.kindred.cluster.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * What both sides of a handshake tell of themselves first. Magic and versions come first and stay where they are in
 * every version, so that nodes of any two versions can tell each other why they do not talk.
 *
 * <p>One whose versions do not overlap with ours may be laid out otherwise from there on, so nothing else is read of it.
 *
 * @param text null where the versions do not overlap
 */
record Hello(int versionMin, int versionMax, @Nullable Text text) {

    static final int MAGIC = 0x4b494e44; // "KIND"
    static final int NONCE_BYTES = 32;

    /**
     * The part that depends on the version.
     *
     * @param sought whom the dialer looks for; 0: whoever is there
     */
    record Text(
            long nodeId,
            long instance,
            long generation,
            byte[] nonce,
            String name,
            String fingerprint,
            long cluster,
            long sought,
            String address) {

        /** Whether it looks for another node than this one. */
        boolean seeksOtherThan(long node) {
            return sought != 0 && sought != node;
        }
    }

    static byte[] write(int type, LocalNode self, WireVersions versions, byte[] nonce, long sought) {
        ByteBuf out = Unpooled.buffer(128);
        out.writeByte(type);
        out.writeInt(MAGIC);
        out.writeShort(versions.min());
        out.writeShort(versions.max());
        out.writeLong(self.nodeId());
        out.writeLong(self.instance());
        out.writeLong(self.generation());
        out.writeBytes(nonce);
        FrameWriter.writeString(out, self.name());
        FrameWriter.writeString(out, self.fingerprint());
        out.writeLong(self.cluster());
        out.writeLong(sought);
        FrameWriter.writeString(out, self.address());
        return bytesOf(out);
    }

    /** Reads what follows the type byte. */
    static Hello read(FrameReader in, WireVersions ours) throws CorruptFrame {
        long magicAndVersions = in.readLong("magic and versions");
        if ((int) (magicAndVersions >>> 32) != MAGIC) {
            throw new CorruptFrame("it does not begin as a Kindred node does");
        }
        int min = (int) (magicAndVersions >>> 16) & 0xffff;
        int max = (int) magicAndVersions & 0xffff;
        if (ours.common(min, max) < 0) {
            return new Hello(min, max, null);
        }
        Text text = new Text(
                in.readLong("node id"),
                in.readLong("instance"),
                in.readLong("generation"),
                in.readBytes(NONCE_BYTES, "nonce"),
                readText(in, "node name"),
                readText(in, "fingerprint"),
                in.readLong("cluster"),
                in.readLong("node that is looked for"),
                readText(in, "address"));
        return new Hello(min, max, text);
    }

    /** A peer's text as a log line may show it. */
    static String printable(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .limit(LocalNode.TEXT_BYTES_MAX)
                .forEach(c -> shown.appendCodePoint(
                        Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c));
        return shown.toString();
    }

    static byte[] bytesOf(ByteBuf out) {
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    private static String readText(FrameReader in, String what) throws CorruptFrame {
        String text = in.readString(what);
        if (text.length() > LocalNode.TEXT_BYTES_MAX) {
            throw new CorruptFrame(what + " of " + text.length() + " characters");
        }
        return text;
    }
}
