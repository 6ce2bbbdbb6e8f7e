package io.kindred.cluster.wire;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Departure;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.version.CorruptRecordException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * What a node remembers of its cluster from one start to the next, as bytes: a format byte, then members, how those
 * that are gone have left, the checkpoint and the change records since, as gossip has them.
 */
public final class MembershipCodec {

    private static final int FORMAT = 3;
    /** That of nodes which kept nothing of how members have left. */
    private static final int WITHOUT_DEPARTURES = 2;
    /** That of nodes which kept all records, too. */
    private static final int WITHOUT_CHECKPOINT = 1;

    private static final int DEPARTURE_BYTES_MIN = Long.BYTES + 5;

    private MembershipCodec() {}

    /** The others, and the decisions that the ring follows from. */
    public record Remembered(
            List<Member> members, List<Departure> departures, Checkpoint checkpoint, List<ChangeRecord> records) {
        public static final Remembered NOTHING = new Remembered(List.of(), List.of(), Checkpoint.NONE, List.of());

        public boolean hasRing() {
            return !records.isEmpty() || !checkpoint.records().isNone();
        }
    }

    public static byte[] encode(Remembered remembered) {
        ByteBuf out = Unpooled.buffer();
        out.writeByte(FORMAT);
        FrameWriter.writeVarint(out, remembered.members().size());
        remembered.members().forEach(member -> ValueWriter.write(out, member));
        FrameWriter.writeVarint(out, remembered.departures().size());
        remembered.departures().forEach(departure -> write(out, departure));
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
            if (format < WITHOUT_CHECKPOINT || format > FORMAT) {
                throw new CorruptFrame("unknown format " + format);
            }
            List<Member> members = ValueReader.readMembers(in);
            List<Departure> departures = format > WITHOUT_DEPARTURES ? readDepartures(in) : List.of();
            Checkpoint checkpoint = format > WITHOUT_CHECKPOINT ? CheckpointCodec.readNullable(in) : null;
            Remembered remembered = new Remembered(
                    members,
                    departures,
                    checkpoint == null ? Checkpoint.NONE : checkpoint,
                    ValueReader.readChanges(in));
            in.requireEnd();
            return remembered;
        } catch (CorruptFrame | IllegalArgumentException e) {
            throw new CorruptRecordException("damaged membership record: " + e.getMessage());
        }
    }

    private static void write(ByteBuf out, Departure departure) {
        out.writeLong(departure.id());
        write(out, departure.settled());
        FrameWriter.writeVarint(out, departure.holdingVersion());
        write(out, departure.owing());
    }

    private static void write(ByteBuf out, Departure.Moment moment) {
        FrameWriter.writeVarint(out, moment.generation());
        FrameWriter.writeVarint(out, moment.heartbeat());
    }

    private static List<Departure> readDepartures(FrameReader in) throws CorruptFrame {
        int count = in.readCount(DEPARTURE_BYTES_MIN, "departures");
        List<Departure> departures = new ArrayList<>(Math.min(count, ValueReader.LIST_ROOM));
        for (int i = 0; i < count; i++) {
            departures.add(new Departure(
                    in.readLong("departed id"), readMoment(in), in.readVarint("departed holding"), readMoment(in)));
        }
        return departures;
    }

    private static Departure.Moment readMoment(FrameReader in) throws CorruptFrame {
        return new Departure.Moment(in.readVarint("departed generation"), in.readVarint("departed heartbeat"));
    }
}
