package io.kindred.cluster.antientropy;

import io.kindred.cluster.handoff.OwedRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is wanted of the next session with a node. */
final class ExchangeAsk {
    final TreeSet<Integer> partitions = new TreeSet<>();
    /** Those among them whose records here are not what was written. */
    final TreeSet<Integer> distrusted = new TreeSet<>();
    /** Of which not all can be read here: all is asked for, whatever trees there are. */
    final TreeSet<Integer> unreadable = new TreeSet<>();

    final List<Consumer<ExchangeSession>> told = new ArrayList<>();
    /** Nodes that owe a partition to that one, and the ids of their newest questions. */
    final TreeMap<OwedRanges.Range, Long> waiting = new TreeMap<>();

    /**
     * What a session need not believe of this node's own records.
     *
     * @param distrusted partitions with records that are not what was written
     * @param unreadable partitions of which not all records can be read, and all is asked for
     */
    record Doubts(TreeSet<Integer> distrusted, TreeSet<Integer> unreadable) {
        static final Doubts NONE = new Doubts(new TreeSet<>(), new TreeSet<>());
    }

    Doubts doubts() {
        return new Doubts(distrusted, unreadable);
    }

    /**
     * Leaves what the next session is about, and gives the rest: a partition of which everything is asked for has a session of
     * its own, since one that cannot be had would end it for the others; what else there is has its turn in between.
     *
     * @param blindLast whether the last session was about such a partition
     * @return null: there is nothing left for another session
     */
    @Nullable
    ExchangeAsk takeLater(boolean blindLast) {
        boolean hasOthers = !partitions.isEmpty() || !told.isEmpty() || !waiting.isEmpty();
        if (unreadable.size() + (hasOthers ? 1 : 0) < 2 || unreadable.isEmpty()) {
            return null;
        }
        ExchangeAsk later = new ExchangeAsk();
        if (hasOthers && blindLast) {
            later.unreadable.addAll(unreadable);
            unreadable.clear();
            return later;
        }
        Integer first = unreadable.first();
        later.takeAll(this);
        later.unreadable.remove(first);
        unreadable.add(first);
        return later;
    }

    private void takeAll(ExchangeAsk from) {
        partitions.addAll(from.partitions);
        from.partitions.clear();
        distrusted.addAll(from.distrusted);
        from.distrusted.clear();
        unreadable.addAll(from.unreadable);
        from.unreadable.clear();
        told.addAll(from.told);
        from.told.clear();
        waiting.putAll(from.waiting);
        from.waiting.clear();
    }
}
