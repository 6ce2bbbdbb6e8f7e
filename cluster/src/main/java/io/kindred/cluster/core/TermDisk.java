package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.LongMap;
import io.kindred.cluster.term.Terms;
import io.kindred.cluster.version.Term;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a node keeps the terms of its partitions: one node-local record each. What is to be told is synced first, whatever
 * appendfsync says; those that become durable in one step share one sync.
 */
final class TermDisk implements Terms.Disk {
    private static final int VALUE_BYTES = 2 * Long.BYTES + 1;

    private final Replica replica;
    private final Outlet outlet;
    private final LongMap<List<Consumer<Boolean>>> syncing = new LongMap<>();
    private List<Consumer<Boolean>> written = new ArrayList<>();
    private long lastSync;

    TermDisk(Replica replica, Outlet outlet) {
        this.replica = replica;
        this.outlet = outlet;
    }

    /** What the last life has stored. */
    static List<Terms.Kept> stored(List<Recovered.MetaRecord> meta) {
        List<Terms.Kept> stored = new ArrayList<>();
        for (Recovered.MetaRecord record : meta) {
            if (MetaKey.kind(record.key()) == MetaKey.TERM && record.value().length == VALUE_BYTES) {
                ByteBuffer value = ByteBuffer.wrap(record.value());
                long number = value.getLong();
                long node = value.getLong();
                Term term = number == 0 ? Term.NONE : new Term(number, node);
                stored.add(new Terms.Kept(MetaKey.number(record.key()), term, value.get() != 0));
            }
        }
        return stored;
    }

    @Override
    public void save(Terms.Kept kept, Consumer<Boolean> told) {
        byte[] value = ByteBuffer.allocate(VALUE_BYTES)
                .putLong(kept.term().number())
                .putLong(kept.term().node())
                .put((byte) (kept.counts() ? 1 : 0))
                .array();
        replica.persistMeta(MetaKey.of(MetaKey.TERM, kept.partition()), value, verdict -> {
            if (verdict == Verdict.OK) {
                written.add(told);
            } else {
                told.accept(false);
            }
        });
    }

    /** At the end of a step. */
    void sync() {
        if (!written.isEmpty()) {
            syncing.put(++lastSync, written);
            written = new ArrayList<>();
            outlet.effects().sync(lastSync);
        }
    }

    void onSynced(long token, @Nullable StoreFailure failure) {
        List<Consumer<Boolean>> told = syncing.remove(token);
        if (told != null) {
            told.forEach(each -> each.accept(failure == null));
        }
    }
}
