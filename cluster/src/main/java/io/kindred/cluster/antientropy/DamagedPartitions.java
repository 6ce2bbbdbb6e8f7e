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
 *
 * <p>A replica that cannot read all of the partition either would be waited for in vain, and would wait for this one. Of
 * such nodes the one with the smallest id gives up what the others that can be asked do not have; the next one then finds
 * it readable.
 */
final class DamagedPartitions {
    /** So often, a second apart, a replica says that it cannot read the partition before that is believed. */
    static final int TRIES = 5;

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
        /** How often those in turn have said that they cannot read it either. */
        final TreeMap<Long, Integer> damagedToo = new TreeMap<>();

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
            // Who was forgotten or replaced will not tell, and may be waiting for nobody but this node.
            if (replica == parts.partitions().self() || parts.router().isOut(replica)) {
                continue;
            }
            isAlone = false;
            if (!of.compared.contains(replica)) {
                isThrough &= isToGoFirst(of, replica);
                if (!parts.router().isGone(replica) && of.asked.add(replica)) {
                    asking.ask(replica, partition);
                }
            }
        }
        if (isThrough && !isAlone && !of.compared.isEmpty() && !mender.hasKeysOf(partition)) {
            giveUp(partition, of);
        }
    }

    private boolean isToGoFirst(Damaged of, long replica) {
        return of.damagedToo.getOrDefault(replica, 0) >= TRIES
                && parts.partitions().self() < replica;
    }

    /** A session that asked for all of a partition has ended. */
    void ended(ExchangeSession session) {
        for (int partition : session.blind()) {
            Damaged of = damaged.get(partition);
            if (of == null || !of.asked.remove(session.peer)) {
                continue;
            }
            if (session.failure == null) {
                of.compared.add(session.peer);
                of.damagedToo.remove(session.peer);
            } else if (session.tally.isUnreadableThere) {
                of.damagedToo.merge(session.peer, 1, Integer::sum);
            } else {
                of.damagedToo.remove(session.peer);
            }
        }
    }

    /** More of a partition cannot be read than was known when the others were asked. */
    void renew(int partition) {
        Damaged of = damaged.get(partition);
        if (of != null) {
            of.compared.clear();
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
