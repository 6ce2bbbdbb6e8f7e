package io.kindred.cluster.wire;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.version.CorruptRecordException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/**
 * What a node remembers of its cluster from one start to the next, as bytes: a format byte, then members, the checkpoint
 * and the change records since, as gossip has them.
 */
public final class MembershipCodec {

    private static final int FORMAT = 2;
    /** That of nodes which kept all records. */
    private static final int WITHOUT_CHECKPOINT = 1;

    private MembershipCodec() {}

    /** The others, and the decisions that the ring follows from. */
    public record Remembered(List<Member> members, Checkpoint checkpoint, List<ChangeRecord> records) {
        public static final Remembered NOTHING = new Remembered(List.of(), Checkpoint.NONE, List.of());

        public boolean hasRing() {
            return !records.isEmpty() || !checkpoint.records().isNone();
        }
    }

    public static byte[] encode(Remembered remembered) {
        ByteBuf out = Unpooled.buffer();
        out.writeByte(FORMAT);
        FrameWriter.writeVarint(out, remembered.members().size());
        remembered.members().forEach(member -> ValueWriter.write(out, member));
        Checkpoint checkpoint = remembered.checkpoint();
        CheckpointCodec.writeNullable(out, checkpoint.records().isNone() ? null : checkpoint);
        FrameWriter.writeVarint(out, remembered.records().size());
        remembered.records().forEach(change -> ValueWriter.write(out, change));
        return Greeting.bytesOf(out);
    }

    /** Throws {@link CorruptRecordException} on anything but a whole record of a known format. */
    public static Remembered decode(byte[] bytes) {
        FrameReader in = new FrameReader(Unpooled.wrappedBuffer(bytes), bytes.length);
        try {
            int format = in.readByte("format");
            if (format != FORMAT && format != WITHOUT_CHECKPOINT) {
                throw new CorruptFrame("unknown format " + format);
            }
            List<Member> members = ValueReader.readMembers(in);
            Checkpoint checkpoint = format == FORMAT ? CheckpointCodec.readNullable(in) : null;
            Remembered remembered = new Remembered(
                    members, checkpoint == null ? Checkpoint.NONE : checkpoint, ValueReader.readChanges(in));
            in.requireEnd();
            return remembered;
        } catch (CorruptFrame | IllegalArgumentException e) {
            throw new CorruptRecordException("damaged membership record: " + e.getMessage());
        }
    }
}
