package io.kindred.cluster.antientropy;

import io.kindred.cluster.message.Message.Verdict;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Partitions of which not all records can be read here.
 *
 * <p>Such a partition has no trees. All its other replicas are asked for all that they have of it; keys that turn out to be
 * unreadable are replaced by theirs ({@link KeyMender}). When every one of them has been asked to its end, and no key is
 * left to be replaced, nobody has what else there was: the engine is told to give it up, and the trees are built anew from
 * what there is. A node that has a partition alone gives nothing up: it goes on failing, for nobody could tell otherwise.
 */
final class DamagedPartitions {
    private final ExchangeParts parts;
    private final KeyMender mender;
    private final Consumer<String> note;
    private final Asking asking;
    private final TreeMap<Integer, Damaged> damaged = new TreeMap<>();

    /** Has a node asked for all that it has of a partition. */
    interface Asking {
        void ask(long peer, int partition);
    }

    private static final class Damaged {
        /** Replicas that are being asked. */
        final TreeSet<Long> asked = new TreeSet<>();
        /** And those that have told everything. */
        final TreeSet<Long> compared = new TreeSet<>();

        boolean isGivenUp;
    }

    DamagedPartitions(ExchangeParts parts, KeyMender mender, Consumer<String> note, Asking asking) {
        this.parts = parts;
        this.mender = mender;
        this.note = note;
        this.asking = asking;
    }

    int size() {
        return damaged.size();
    }

    void begin(int partition) {
        if (damaged.containsKey(partition)) {
            return;
        }
        damaged.put(partition, new Damaged());
        parts.counters().damagedPartitions = damaged.size();
        parts.trees().damaged(partition);
        askOthers(partition);
    }

    void onTick() {
        for (int partition : List.copyOf(damaged.keySet())) {
            if (parts.partitions().keeps(partition)) {
                askOthers(partition);
            } else {
                damaged.remove(partition);
                parts.counters().damagedPartitions = damaged.size();
            }
        }
    }

    private void askOthers(int partition) {
        Damaged of = damaged.get(partition);
        if (of == null || of.isGivenUp) {
            return;
        }
        boolean isAlone = true;
        boolean isThrough = true;
        for (long replica : parts.partitions().everywhere(partition)) {
            if (replica == parts.partitions().self()) {
                continue;
            }
            isAlone = false;
            if (!of.compared.contains(replica)) {
                isThrough = false;
                if (of.asked.add(replica)) {
                    asking.ask(replica, partition);
                }
            }
        }
        if (isThrough && !isAlone && !mender.hasKeysOf(partition)) {
            giveUp(partition, of);
        }
    }

    /** A session that asked for all of some partitions has ended. */
    void ended(ExchangeSession session) {
        for (int partition : session.blind()) {
            Damaged of = damaged.get(partition);
            if (of != null && of.asked.remove(session.peer) && session.failure == null) {
                of.compared.add(session.peer);
            }
        }
    }

    private void giveUp(int partition, Damaged of) {
        of.isGivenUp = true;
        parts.repairs().acceptLoss(partition, verdict -> {
            if (verdict != Verdict.OK) {
                of.isGivenUp = false;
                return;
            }
            damaged.remove(partition, of);
            parts.counters().damagedPartitions = damaged.size();
            parts.counters().lossesAccepted++;
            parts.trees().rebuild(partition);
            note.accept("what could not be read of partition " + partition
                    + " has been replaced by what its other replicas have");
        });
    }
}
