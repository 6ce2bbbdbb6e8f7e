package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.LocalReplica;
import io.kindred.cluster.quorum.LocalReplica.Dropped;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Drops records of this node's keys that nobody needs any more. The partition's floor goes first: the log keeps the order, so
 * a container is never gone while its counters could be given again.
 */
final class RecordDrops {
    private final Replica replica;
    private final Records records;
    private final Dots dots;
    private final Visibility visibility;
    private final UnreadableRecords unreadable;

    RecordDrops(Replica replica, Bookkeeping books) {
        this.replica = replica;
        this.records = books.records();
        this.dots = books.dots();
        this.visibility = books.visibility();
        this.unreadable = books.unreadable();
    }

    /** What a flush has left of a record. */
    enum Left {
        ALL,
        /** Nothing, or no value, but what the flush has hidden. */
        LESS,
        /** It cannot be read. */
        UNREADABLE
    }

    /** @param value as it was read from the engine */
    Left leftOf(RecordKey key, byte[] value) {
        try {
            return visibility.isLess(key, VersionsCodec.decode(value)) ? Left.LESS : Left.ALL;
        } catch (CorruptRecordException damage) {
            unreadable.found(key, damage);
            return Left.UNREADABLE;
        }
    }

    /**
     * Drops a key's container where a flush has left nothing of it. Where a tombstone is left the container is
     * written anew without what was flushed, for the engine counts keys by the values that they have. One that cannot be
     * read goes once it is lost; until then {@code done} is told {@code UNREADABLE}.
     */
    void dropIfFlushed(RecordKey key, Consumer<Verdict> done) {
        Predicate<Versions> isFlushed =
                held -> visibility.visible(key, held).siblings().isEmpty();
        drop(key, isFlushed, () -> unreadable.isLost(key), (verdict, dropped) -> {
            if (verdict == Verdict.OK && !dropped) {
                replica.write(key, new Trim(done));
            } else {
                done.accept(verdict);
            }
        });
    }

    /** Writes what is visible of a container. */
    private record Trim(Consumer<Verdict> told) implements LocalReplica.WriteStep {
        @Override
        public @Nullable Versions next(Versions current) {
            return current.isEmpty() ? null : current;
        }

        @Override
        public void done(Verdict verdict) {
            told.accept(verdict);
        }
    }

    /** Drops a key's container where nothing of it lives, and its past is settled. */
    void reap(RecordKey key, Dropped done) {
        drop(key, held -> held.goneAt() <= replica.reapMark(key), () -> false, done);
    }

    /**
     * Drops a key's container that has nothing above its partition's reap mark. Requires: that the mark is another owner's,
     * who has what of it still counts.
     */
    void dropSettled(RecordKey key, Dropped done) {
        drop(key, held -> held.newestStamp() <= replica.reapMark(key), () -> false, done);
    }

    /** Drops a key's container, readable or not, where this node has given its partition up, as long as that holds. */
    void dropUnowned(RecordKey key, BooleanSupplier still, Consumer<Verdict> done) {
        drop(key, held -> still.getAsBoolean(), still, (verdict, dropped) -> done.accept(verdict));
    }

    private void drop(RecordKey key, Predicate<Versions> condition, BooleanSupplier evenUnreadable, Dropped told) {
        replica.write(key, new DropKeyStep(key, condition, evenUnreadable, told));
    }

    private final class DropKeyStep extends Replica.DropStep {
        private final RecordKey key;
        private final Predicate<Versions> condition;
        private final BooleanSupplier evenUnreadable;
        private final Dropped told;

        DropKeyStep(RecordKey key, Predicate<Versions> condition, BooleanSupplier evenUnreadable, Dropped told) {
            this.key = key;
            this.condition = condition;
            this.evenUnreadable = evenUnreadable;
            this.told = told;
        }

        @Override
        void drop(Versions held) {
            if (held.isEmpty() || !condition.test(held)) {
                told.done(Verdict.OK, false);
                return;
            }
            dots.keep(key.partition(), held.clock());
            records.drop(key, held, this);
        }

        @Override
        void dropUnreadable() {
            if (!evenUnreadable.getAsBoolean()) {
                told.done(Verdict.UNREADABLE, false);
                return;
            }
            dots.leap(key.partition());
            unreadable.replaced(key);
            records.drop(key, null, this);
        }

        @Override
        public void done(Verdict verdict) {
            told.done(verdict, verdict == Verdict.OK);
        }
    }
}
