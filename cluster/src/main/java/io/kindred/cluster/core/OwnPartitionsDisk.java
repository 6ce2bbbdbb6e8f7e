package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.transfer.OwnPartitions;
import java.util.List;
import java.util.function.Consumer;

/** Where a node keeps what it holds: node-local records of the engine, 64 partitions each. */
final class OwnPartitionsDisk implements OwnPartitions.Disk {
    private static final int VERSION = 0;
    private static final int JOINED = 1;
    private static final int DOUBTED = 2;

    private final Journal journal;

    OwnPartitionsDisk(Journal journal) {
        this.journal = journal;
    }

    static boolean isHolding(byte[] metaKey) {
        byte kind = MetaKey.kind(metaKey);
        return kind == MetaKey.HELD || kind == MetaKey.PRESENT || kind == MetaKey.HOLDING;
    }

    /** What the last life has stored. Where that is nothing, a power failure may have taken it, and the data with it. */
    static OwnPartitions.Stored stored(int partitions, List<Recovered.MetaRecord> meta) {
        OwnPartitions.Stored bitmaps = OwnPartitions.Stored.nothing(partitions);
        long version = 0;
        boolean hasJoined = false;
        boolean isDoubted = false;
        for (Recovered.MetaRecord record : meta) {
            if (!isHolding(record.key())) {
                continue;
            }
            int number = MetaKey.number(record.key());
            long value = MetaKey.value(record.value());
            if (MetaKey.kind(record.key()) == MetaKey.HOLDING) {
                version = number == VERSION ? value : version;
                hasJoined |= number == JOINED && value != 0;
                isDoubted |= number == DOUBTED && value != 0;
            } else if (number < bitmaps.held().length) {
                (MetaKey.kind(record.key()) == MetaKey.HELD ? bitmaps.held() : bitmaps.present())[number] = value;
            }
        }
        return new OwnPartitions.Stored(bitmaps.held(), bitmaps.present(), version, hasJoined, isDoubted);
    }

    @Override
    public void putHeld(int word, long bits) {
        journal.persistMeta(MetaKey.of(MetaKey.HELD, word), MetaKey.value(bits));
    }

    @Override
    public void putPresent(int word, long bits) {
        journal.persistMeta(MetaKey.of(MetaKey.PRESENT, word), MetaKey.value(bits));
    }

    @Override
    public void putVersion(long version, boolean hasJoined) {
        journal.persistMeta(MetaKey.of(MetaKey.HOLDING, VERSION), MetaKey.value(version));
        journal.persistMeta(MetaKey.of(MetaKey.HOLDING, JOINED), MetaKey.value(hasJoined ? 1 : 0));
    }

    @Override
    public void putDoubt(boolean isDoubted) {
        journal.persistMeta(MetaKey.of(MetaKey.HOLDING, DOUBTED), MetaKey.value(isDoubted ? 1 : 0));
    }

    @Override
    public void barrier(Consumer<Boolean> done) {
        journal.barrier(verdict -> done.accept(verdict == Verdict.OK));
    }
}
