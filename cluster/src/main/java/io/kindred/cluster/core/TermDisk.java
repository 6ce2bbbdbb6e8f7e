package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.LongMap;
import io.kindred.cluster.term.Terms;
import io.kindred.cluster.version.CorruptRecordException;
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
    private static final int TERM_BYTES = 2 * Long.BYTES;

    private final Journal journal;
    private final CoreOutput output;
    private final LongMap<List<Consumer<Boolean>>> syncing = new LongMap<>();
    private List<Consumer<Boolean>> written = new ArrayList<>();
    private long lastSync;

    TermDisk(Journal journal, CoreOutput output) {
        this.journal = journal;
        this.output = output;
    }

    /** What the last life has stored. Throws {@link CorruptRecordException}: without its terms a node must not serve. */
    static List<Terms.Kept> stored(List<Recovered.MetaRecord> meta) {
        List<Terms.Kept> stored = new ArrayList<>();
        for (Recovered.MetaRecord record : meta) {
            if (MetaKey.kind(record.key()) == MetaKey.TERM) {
                stored.add(kept(MetaKey.number(record.key()), record.value()));
            }
        }
        return stored;
    }

    private static Terms.Kept kept(int partition, byte[] bytes) {
        ByteBuffer value = ByteBuffer.wrap(bytes);
        boolean isWhole = bytes.length >= TERM_BYTES && bytes.length % Long.BYTES == 0;
        long number = isWhole ? value.getLong() : -1;
        long node = isWhole ? value.getLong() : 0;
        if (!Term.isPossible(number, node)) {
            throw new CorruptRecordException("damaged record of the term of partition " + partition);
        }
        List<Long> formers = new ArrayList<>();
        while (value.hasRemaining()) {
            formers.add(value.getLong());
        }
        return new Terms.Kept(partition, number == 0 ? Term.NONE : new Term(number, node), List.copyOf(formers));
    }

    @Override
    public void save(Terms.Kept kept, Consumer<Boolean> told) {
        ByteBuffer value = ByteBuffer.allocate(TERM_BYTES + kept.formers().size() * Long.BYTES)
                .putLong(kept.term().number())
                .putLong(kept.term().node());
        kept.formers().forEach(value::putLong);
        journal.persistMeta(MetaKey.of(MetaKey.TERM, kept.partition()), value.array(), verdict -> {
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
            output.effects().sync(lastSync);
        }
    }

    void onSynced(long token, @Nullable StoreFailure failure) {
        List<Consumer<Boolean>> told = syncing.remove(token);
        if (told != null) {
            told.forEach(each -> each.accept(failure == null));
        }
    }
}
