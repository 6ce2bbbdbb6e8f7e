package io.kindred.cluster.antientropy;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A partition's trees as they are stored; docs/storage-format.md has the layout. */
final class TreeRecord {
    private static final byte VERSION = 2;
    private static final int HEAD_BYTES = 1 + Long.BYTES + 2;
    private static final int TREE_BYTES = 2 + 1 + 2 * Long.BYTES;

    private TreeRecord() {}

    /** @param number of the record: rises with each of a node */
    static byte[] encode(PartitionTrees trees, long number) {
        int size = HEAD_BYTES;
        int count = 0;
        for (MerkleTree tree : trees.byLane) {
            size += tree == null ? 0 : TREE_BYTES + (Long.BYTES << tree.bits());
            count += tree == null ? 0 : 1;
        }
        ByteBuffer out = ByteBuffer.allocate(size).put(VERSION).putLong(number).putShort((short) count);
        for (int lane = 0; lane < trees.byLane.length; lane++) {
            MerkleTree tree = trees.byLane[lane];
            if (tree != null) {
                write(out, lane, tree);
            }
        }
        return out.array();
    }

    private static void write(ByteBuffer out, int lane, MerkleTree tree) {
        out.putShort((short) lane).put((byte) tree.bits());
        out.putLong(tree.flushStamp()).putLong(tree.entries());
        for (int bucket = 0; bucket < 1 << tree.bits(); bucket++) {
            out.putLong(tree.bucket(bucket));
        }
    }

    /** A record's number; {@link ReplayedTrees#NO_NUMBER}: it is none of this version. */
    static long number(byte[] record) {
        boolean isKnown = record.length >= HEAD_BYTES && record[0] == VERSION;
        return isKnown ? ByteBuffer.wrap(record).getLong(1) : ReplayedTrees.NO_NUMBER;
    }

    /** Null where it is not a whole record of this version. */
    static @Nullable PartitionTrees decode(byte[] record, TreeLayout lanes) {
        ByteBuffer in = ByteBuffer.wrap(record);
        if (in.remaining() < HEAD_BYTES || in.get() != VERSION) {
            return null;
        }
        in.getLong();
        PartitionTrees trees = new PartitionTrees(lanes.count(), true);
        for (int left = in.getShort() & 0xffff; left > 0; left--) {
            if (in.remaining() < TREE_BYTES) {
                return null;
            }
            int lane = in.getShort() & 0xffff;
            int bits = in.get();
            long flushStamp = in.getLong();
            long entries = in.getLong();
            if (lane >= lanes.count()
                    || bits < 0
                    || bits > MerkleTree.BITS_MAX
                    || in.remaining() < Long.BYTES << bits) {
                return null;
            }
            long[] sums = new long[1 << bits];
            for (int bucket = 0; bucket < sums.length; bucket++) {
                sums[bucket] = in.getLong();
            }
            trees.byLane[lane] = new MerkleTree(bits, flushStamp, sums, entries);
        }
        return in.hasRemaining() ? null : trees;
    }
}
