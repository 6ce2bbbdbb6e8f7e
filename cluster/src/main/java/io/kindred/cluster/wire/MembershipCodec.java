package io.kindred.cluster.wire;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.version.CorruptRecordException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/**
 * What a node remembers of its cluster from one start to the next, as bytes: a format byte, then members and change
 * records as gossip has them.
 */
public final class MembershipCodec {

    private static final int FORMAT = 1;

    private MembershipCodec() {}

    /** The others, and the decisions that the ring follows from. */
    public record Remembered(List<Member> members, List<ChangeRecord> records) {
        public static final Remembered NOTHING = new Remembered(List.of(), List.of());
    }

    public static byte[] encode(Remembered remembered) {
        ByteBuf out = Unpooled.buffer();
        out.writeByte(FORMAT);
        FrameWriter.writeVarint(out, remembered.members().size());
        remembered.members().forEach(member -> ValueWriter.write(out, member));
        FrameWriter.writeVarint(out, remembered.records().size());
        remembered.records().forEach(change -> ValueWriter.write(out, change));
        return Hello.bytesOf(out);
    }

    /** Throws {@link CorruptRecordException} on anything but a whole record of a known format. */
    public static Remembered decode(byte[] bytes) {
        FrameReader in = new FrameReader(Unpooled.wrappedBuffer(bytes), bytes.length);
        try {
            int format = in.readByte("format");
            if (format != FORMAT) {
                throw new CorruptFrame("unknown format " + format);
            }
            Remembered remembered = new Remembered(ValueReader.readMembers(in), ValueReader.readChanges(in));
            in.requireEnd();
            return remembered;
        } catch (CorruptFrame | IllegalArgumentException e) {
            throw new CorruptRecordException("damaged membership record: " + e.getMessage());
        }
    }
}
