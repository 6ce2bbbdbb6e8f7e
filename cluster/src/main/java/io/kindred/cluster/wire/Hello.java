package io.kindred.cluster.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * What one side of a handshake tells of itself, beside the proof that it knows the secret.
 *
 * @param sought whom the dialer looks for; 0: whoever is there
 * @param address host and port where it takes connections
 */
record Hello(
        long nodeId,
        long instance,
        long generation,
        String name,
        String fingerprint,
        long cluster,
        long sought,
        String address) {

    /** Whether it looks for another node than this one. */
    boolean seeksOtherThan(long node) {
        return sought != 0 && sought != node;
    }

    static byte[] write(int type, LocalNode self, long sought) {
        ByteBuf out = Unpooled.buffer(128);
        out.writeByte(type);
        out.writeLong(self.nodeId());
        out.writeLong(self.instance());
        out.writeLong(self.generation());
        FrameWriter.writeString(out, self.name());
        FrameWriter.writeString(out, self.fingerprint());
        out.writeLong(self.cluster());
        out.writeLong(sought);
        FrameWriter.writeString(out, self.address());
        return Greeting.bytesOf(out);
    }

    /** Reads what follows the type byte. */
    static Hello read(FrameReader in) throws CorruptFrame {
        return new Hello(
                in.readLong("node id"),
                in.readLong("instance"),
                in.readLong("generation"),
                readText(in, "node name"),
                readText(in, "fingerprint"),
                in.readLong("cluster"),
                in.readLong("node that is looked for"),
                readText(in, "address"));
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

    private static String readText(FrameReader in, String what) throws CorruptFrame {
        String text = in.readString(what);
        if (text.length() > LocalNode.TEXT_BYTES_MAX) {
            throw new CorruptFrame(what + " of " + text.length() + " characters");
        }
        return text;
    }
}
