package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.ring.Claim;
import io.kindred.cluster.ring.Ring;
import io.kindred.cluster.transfer.OwnHolding;
import java.util.function.Consumer;

/** Where a node keeps what it holds: node-local records of the engine, 64 partitions each. */
final class HoldingDisk implements OwnHolding.Disk {
    private static final int VERSION = 0;
    private static final int JOINED = 1;

    private final Replica replica;

    HoldingDisk(Replica replica) {
        this.replica = replica;
    }

    static boolean isHolding(byte[] metaKey) {
        byte kind = MetaKey.kind(metaKey);
        return kind == MetaKey.HELD || kind == MetaKey.PRESENT || kind == MetaKey.HOLDING;
    }

    /** What the last life has stored. */
    static OwnHolding.Stored stored(NodeConfig config, Recovered recovered) {
        OwnHolding.Stored nothing = OwnHolding.Stored.nothing(config.partitions());
        long version = 0;
        boolean hasJoined = false;
        boolean isThere = false;
        for (Recovered.MetaRecord record : recovered.meta()) {
            if (!isHolding(record.key())) {
                continue;
            }
            isThere = true;
            int number = MetaKey.number(record.key());
            long value = MetaKey.value(record.value());
            if (MetaKey.kind(record.key()) == MetaKey.HOLDING) {
                version = number == VERSION ? value : version;
                hasJoined |= number == JOINED && value != 0;
            } else if (number < nothing.held().length) {
                (MetaKey.kind(record.key()) == MetaKey.HELD ? nothing.held() : nothing.present())[number] = value;
            }
        }
        return isThere
                ? new OwnHolding.Stored(nothing.held(), nothing.present(), version, hasJoined)
                : ofOlderFormat(config, recovered, nothing);
    }

    /** Nodes used not to write down what they hold: it was what the ring gave them. */
    private static OwnHolding.Stored ofOlderFormat(NodeConfig config, Recovered recovered, OwnHolding.Stored nothing) {
        Ring ring = Claim.fold(config.partitions(), recovered.records());
        long self = recovered.self().id();
        if (!ring.hasNode(self)) {
            return nothing;
        }
        for (int partition = 0; partition < config.partitions(); partition++) {
            if (ring.preferenceList(partition, config.replication().standard()).contains(self)) {
                nothing.held()[partition >>> 6] |= 1L << partition;
                nothing.present()[partition >>> 6] |= 1L << partition;
            }
        }
        return new OwnHolding.Stored(nothing.held(), nothing.present(), 0, true);
    }

    @Override
    public void putHeld(int word, long bits) {
        replica.persistMeta(MetaKey.of(MetaKey.HELD, word), MetaKey.value(bits));
    }

    @Override
    public void putPresent(int word, long bits) {
        replica.persistMeta(MetaKey.of(MetaKey.PRESENT, word), MetaKey.value(bits));
    }

    @Override
    public void putVersion(long version, boolean hasJoined) {
        replica.persistMeta(MetaKey.of(MetaKey.HOLDING, VERSION), MetaKey.value(version));
        replica.persistMeta(MetaKey.of(MetaKey.HOLDING, JOINED), MetaKey.value(hasJoined ? 1 : 0));
    }

    @Override
    public void barrier(Consumer<Boolean> done) {
        replica.barrier(verdict -> done.accept(verdict == Verdict.OK));
    }
}
