package io.kindred.cluster.antientropy;

import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keys whose records are damaged here: asks the other replicas for theirs, and writes the merge over what is damaged.
 * A key that can be read after all, or of which that cannot be told just now, is left as it is.
 *
 * <p>An acknowledged write may be at this node and one other only. So every other replica of this datacenter has to
 * answer, even if it has nothing: until then the key goes on failing here, and stand-ins serve in place of it. It is tried
 * again. Of replicas that cannot read it either the one with the smallest id takes what the others have. Where a record is
 * there that makes no sense, and every other replica says so of its own or there is none, the key is lost: it goes on
 * failing until somebody writes over it.
 */
final class KeyMender {
    static final int KEYS_MAX = 10_000;
    private static final int KEYS_A_TRY = 64;

    private final ExchangeParts parts;
    private final Consumer<String> note;
    private final TreeSet<RecordKey> keys = new TreeSet<>();
    private final TreeSet<RecordKey> underWay = new TreeSet<>();
    /** By key, how often another replica has said that it cannot read it either. */
    private final TreeMap<RecordKey, Integer> unreadableThere = new TreeMap<>();
    /** Where the last try ended. */
    private RecordKey last = RecordKey.firstOf(0);

    KeyMender(ExchangeParts parts, Consumer<String> note) {
        this.parts = parts;
        this.note = note;
    }

    int size() {
        return keys.size();
    }

    /** Of the partition, those that another replica may have yet. */
    boolean hasKeysOf(int partition) {
        for (RecordKey key : keys.tailSet(RecordKey.firstOf(partition))) {
            if (key.partition() != partition) {
                return false;
            }
            if (!parts.repairs().isLost(key)) {
                return true;
            }
        }
        return false;
    }

    /** True if it was not known. */
    boolean add(RecordKey storageKey) {
        boolean isNew = keys.size() < KEYS_MAX && parts.keeps(storageKey) && keys.add(storageKey);
        parts.counters().unreadableKeys = keys.size();
        return isNew;
    }

    void retry() {
        for (int i = Math.min(KEYS_A_TRY, keys.size()); i > 0; i--) {
            RecordKey key = keys.higher(last);
            key = key == null ? keys.first() : key;
            last = key;
            begin(key);
        }
    }

    /** One whose record is there and makes no sense; unless many are being tried already. */
    void tryNow(RecordKey key) {
        if (underWay.size() < KEYS_A_TRY && underWay.add(key)) {
            mend(key, true);
        }
    }

    private void begin(RecordKey key) {
        if (!underWay.add(key)) {
            return;
        }
        parts.replica().read(key, (verdict, held) -> {
            if (held != null) {
                end(key, true);
            } else if (verdict != Verdict.DAMAGED && verdict != Verdict.UNREADABLE) {
                end(key, false);
            } else {
                mend(key, verdict == Verdict.UNREADABLE);
            }
        });
    }

    /** @param isSenseless the record is there */
    private void mend(RecordKey key, boolean isSenseless) {
        long self = parts.partitions().self();
        long[] others = Arrays.stream(parts.router().everywhere(key))
                .filter(id -> id != self && !parts.router().isGone(id))
                .toArray();
        TreeSet<Long> needed = new TreeSet<>();
        boolean isAway = false;
        for (long replica : parts.router().replicasOf(key)) {
            if (replica != self && !parts.router().isOut(replica)) {
                needed.add(replica);
                isAway |= parts.router().isGone(replica);
            }
        }
        if (isAway) {
            end(key, false);
        } else {
            new Mending(key, others.length, needed, isSenseless).ask(others);
        }
    }

    private void end(RecordKey key, boolean readable) {
        underWay.remove(key);
        if (readable) {
            keys.remove(key);
            unreadableThere.remove(key);
            parts.counters().unreadableKeys = keys.size();
        }
    }

    /** One key, from all other replicas that there are. */
    private final class Mending {
        private final RecordKey key;
        /** Whose answer there has to be. */
        private final TreeSet<Long> needed;

        /** The record is here, and nobody so far has had another one. */
        private boolean isLost;

        private int missing;
        private @Nullable Versions joined;

        Mending(RecordKey key, int others, TreeSet<Long> needed, boolean isSenseless) {
            this.key = key;
            this.missing = others;
            this.needed = needed;
            this.isLost = isSenseless;
        }

        void ask(long[] others) {
            if (others.length == 0) {
                giveUp();
            }
            for (long other : others) {
                new Question(this, other).send();
            }
        }

        void unreadableThere(long replica) {
            int tries = KeyMender.this.unreadableThere.merge(key, 1, Integer::sum);
            if (tries >= DamagedPartitions.TRIES && parts.partitions().self() < replica) {
                needed.remove(replica);
            }
        }

        /** Until the next try. */
        private void giveUp() {
            if (isLost) {
                parts.repairs().lost(key);
            }
            end(key, false);
        }

        void answered(long replica, @Nullable Versions theirs) {
            if (theirs != null) {
                isLost = false;
                needed.remove(replica);
                joined = joined == null ? theirs : joined.join(theirs);
            }
            if (--missing > 0) {
                return;
            }
            Versions all = joined;
            if (all == null || !needed.isEmpty()) {
                giveUp();
                return;
            }
            parts.repairs().overwrite(key, all, verdict -> {
                parts.counters().recordsMended += verdict == Verdict.OK ? 1 : 0;
                end(key, verdict == Verdict.OK);
                if (verdict == Verdict.OK) {
                    note.accept("a record of partition " + key.partition()
                            + " could not be read and was replaced by other replicas'");
                }
            });
        }
    }

    private final class Question extends Request {
        private final Mending mending;
        private final long replica;

        Question(Mending mending, long replica) {
            this.mending = mending;
            this.replica = replica;
        }

        void send() {
            parts.requests().open(this, parts.clocks().nanos());
            parts.send(
                    replica,
                    new ExchangeMessage.ExchangeObjects(id, List.of(), List.of(mending.key)),
                    20 + mending.key.length());
        }

        @Override
        public void onExchangeObjectsReply(long from, ExchangeMessage.ExchangeObjectsReply reply) {
            if (from == replica) {
                parts.requests().close(this);
                boolean given = reply.verdict() == Verdict.OK
                        && reply.records().size() == 1
                        && mending.key.equals(reply.records().get(0).key());
                if (reply.verdict() == Verdict.DAMAGED || reply.verdict() == Verdict.UNREADABLE) {
                    mending.unreadableThere(replica);
                }
                mending.isLost &= reply.verdict() == Verdict.UNREADABLE;
                mending.answered(replica, given ? reply.records().get(0).versions() : null);
            }
        }

        @Override
        protected void onPeerLost(long lost) {
            if (lost == replica) {
                parts.requests().close(this);
                onDeadline();
            }
        }

        @Override
        protected void onDeadline() {
            mending.isLost = false;
            mending.answered(replica, null);
        }
    }
}
