package io.kindred.cluster.wire;

import static io.kindred.cluster.wire.FrameWriter.writeBoolean;
import static io.kindred.cluster.wire.FrameWriter.writeString;
import static io.kindred.cluster.wire.FrameWriter.writeVarint;

import io.kindred.cluster.membership.CompactedRecords;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.ring.Ring;
import io.kindred.cluster.ring.RingMember;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What stands for the change records that were compacted, as messages and the membership record have it. */
final class CheckpointCodec {
    private static final int MEMBER_BYTES_MIN = 18;
    private static final int RING_BYTES_MIN = 4;

    private CheckpointCodec() {}

    static void writeNullable(ByteBuf out, @Nullable Checkpoint checkpoint) {
        writeBoolean(out, checkpoint != null);
        if (checkpoint == null) {
            return;
        }
        CompactedRecords records = checkpoint.records();
        out.writeLong(records.stamp());
        writeVarint(out, records.count());
        out.writeLong(records.hash());
        ValueWriter.writeStamps(out, records.bucketHashes());
        writeVarint(out, records.standing().size());
        records.standing().forEach(change -> ValueWriter.write(out, change));
        writeVarint(out, checkpoint.rings().size());
        checkpoint.rings().forEach((datacenter, ring) -> {
            writeString(out, datacenter);
            write(out, ring);
        });
    }

    private static void write(ByteBuf out, Ring ring) {
        writeVarint(out, ring.members().size());
        for (RingMember member : ring.members()) {
            out.writeLong(member.nodeId());
            out.writeDouble(member.weight());
            writeString(out, member.zone());
            writeString(out, member.datacenter());
        }
        writeVarint(out, ring.partitions());
        for (int partition = 0; partition < ring.partitions(); partition++) {
            writeVarint(out, ring.ownerIndex(partition) + 1);
        }
    }

    static @Nullable Checkpoint readNullable(FrameReader in) throws CorruptFrame {
        if (!in.readBoolean("presence of a checkpoint")) {
            return null;
        }
        CompactedRecords records = new CompactedRecords(
                in.readLong("stamp of the checkpoint"),
                in.readVarint("records compacted"),
                in.readLong("hash of the checkpoint"),
                ValueReader.readStamps(in),
                ValueReader.readChanges(in));
        if (!records.isWhole()) {
            throw new CorruptFrame("a checkpoint of " + records.count() + " records in "
                    + records.bucketHashes().size() + " buckets");
        }
        int count = in.readCount(RING_BYTES_MIN, "rings");
        TreeMap<String, Ring> rings = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            rings.put(in.readString("datacenter"), readRing(in));
        }
        return new Checkpoint(records, rings);
    }

    private static Ring readRing(FrameReader in) throws CorruptFrame {
        int count = in.readCount(MEMBER_BYTES_MIN, "members of a ring");
        List<RingMember> members = new ArrayList<>(Math.min(count, ValueReader.LIST_ROOM));
        for (int i = 0; i < count; i++) {
            members.add(new RingMember(
                    in.readLong("member id"),
                    ValueReader.readWeight(in),
                    in.readString("zone"),
                    in.readString("datacenter")));
        }
        int[] owners = new int[in.readCount(1, "partitions of a ring")];
        for (int partition = 0; partition < owners.length; partition++) {
            owners[partition] = in.readInt("owner of a partition") - 1;
        }
        try {
            return Ring.of(members, owners);
        } catch (IllegalArgumentException impossible) {
            throw new CorruptFrame("an impossible ring: " + impossible.getMessage());
        }
    }
}
