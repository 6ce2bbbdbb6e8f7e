package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.MerkleTrees;
import io.kindred.cluster.antientropy.ReapMarks;
import io.kindred.cluster.keyspace.Deadlines;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.quorum.LocalReplica;
import io.kindred.cluster.quorum.LongMap;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * This node's copy of the keys: for each key one load-merge-persist chain.
 *
 * <p>A step runs at once where memory has the key's state. Where only the disk has it, a load begins, and this step and
 * all that come after it for the key wait for it, in order. A write is visible to the next step at once, and told done
 * when it is durable: persists become durable in the order in which they were asked for, so those that wait form one
 * queue. A step that changed nothing waits in that queue too, for what it saw may not be durable yet.
 *
 * <p>Invariants: no two steps of one key see the same state and both change it; a dot is never given twice, for one
 * whose persist failed raises the floor of its partition.
 */
final class Replica implements LocalReplica {
    private static final RecordKey NO_KEY = RecordKey.firstOf(0);
    /** No key is written so often without any other replica hearing of it. */
    private static final long UNSEEN_COUNTERS_MAX = 1 << 20;

    private Actor self;
    private final ReplicaStore store;
    private final DotCounters counters;
    private final HiddenCounts hiddenCounts;
    private final Deadlines deadlines;
    private final DeadlineDisk deadlineDisk;
    private final FlushStamps flushStamps;
    private final ReapMarks marks;
    private final MerkleTrees trees;
    private final Outlet outlet;
    private final Clocks clocks;
    /** Keys that are being loaded. Looked up, never iterated over. */
    private final Map<RecordKey, Chain> loading = new HashMap<>();

    private final LongMap<Chain> loads = new LongMap<>();
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();

    private long lastLoad;
    private long lastCounter;
    private int unpersisted;
    private long waitingBytes;
    private final UnreadableRecords unreadable;

    Replica(Actor self, ReplicaStore store, Kept kept, Outlet outlet, Clocks clocks) {
        this.self = self;
        this.clocks = clocks;
        this.store = store;
        this.counters = kept.counters();
        this.hiddenCounts = kept.hidden();
        this.deadlines = kept.deadlines();
        this.deadlineDisk = new DeadlineDisk(kept.deadlines(), kept.flushStamps(), this);
        this.flushStamps = kept.flushStamps();
        this.marks = kept.marks();
        this.trees = kept.trees();
        this.outlet = outlet;
        this.unreadable = new UnreadableRecords(outlet, clocks);
        trees.keepOn(new TreeDisk(this));
    }

    /** Gives dots of this actor from now on. */
    void become(Actor actor) {
        self = actor;
        counters.become(actor);
    }

    /** What a replica keeps beside the containers. */
    record Kept(
            DotCounters counters,
            HiddenCounts hidden,
            Deadlines deadlines,
            FlushStamps flushStamps,
            ReapMarks marks,
            MerkleTrees trees) {}

    /** A write that is not durable yet, or a step that waits for those before it ({@code persists} false). */
    private record Pending(WriteStep step, boolean persists, RecordKey key, long counter, TreeChange change) {}

    /** What a write has changed in its partition's tree. */
    private record TreeChange(long difference, int epoch) {
        static final TreeChange NONE = new TreeChange(0, 0);
    }

    /** The steps that wait for one load. */
    private static final class Chain {
        final RecordKey key;
        final List<Object> steps = new ArrayList<>();
        long weightBytes;

        Chain(RecordKey key) {
            this.key = key;
        }
    }

    @Override
    public void read(RecordKey storageKey, ReadStep step) {
        withState(storageKey, step);
    }

    @Override
    public void write(RecordKey storageKey, WriteStep step) {
        withState(storageKey, step);
    }

    /** Runs the step, now or when the key has been loaded. */
    private void withState(RecordKey storageKey, Object step) {
        Chain chain = loading.isEmpty() ? null : loading.get(storageKey);
        if (chain != null) {
            add(chain, step);
            return;
        }
        Versions held;
        try {
            held = store.peek(storageKey.bytes(), CONTAINER);
        } catch (CorruptRecordException damage) {
            foundUnreadable(storageKey, damage, step);
            return;
        }
        if (held == null) {
            load(storageKey, step);
        } else {
            run(storageKey, held, step);
        }
    }

    private void load(RecordKey storageKey, Object step) {
        Chain chain = new Chain(storageKey);
        add(chain, step);
        loading.put(chain.key, chain);
        loads.put(++lastLoad, chain);
        outlet.effects().load(lastLoad, storageKey.bytes());
    }

    private void add(Chain chain, Object step) {
        chain.steps.add(step);
        if (step instanceof WriteStep write) {
            chain.weightBytes += write.weightBytes();
            waitingBytes += write.weightBytes();
        }
    }

    void onLoaded(long token, byte @Nullable [] value, @Nullable StoreFailure failure) {
        Chain chain = loads.remove(token);
        if (chain == null) {
            throw new IllegalStateException("a load that nobody asked for: " + token);
        }
        if (failure == StoreFailure.DAMAGED) {
            unreadable.notGiven(chain.key);
        }
        // Steps may add steps for the same key: they go to the end of the chain, which is why it stays until it is dry.
        for (int i = 0; i < chain.steps.size(); i++) {
            Object step = chain.steps.get(i);
            if (failure != null) {
                fail(step, verdict(failure));
                continue;
            }
            runLoaded(chain.key, value, step);
        }
        loading.remove(chain.key);
        waitingBytes -= chain.weightBytes;
    }

    private void runLoaded(RecordKey storageKey, byte @Nullable [] loaded, Object step) {
        Versions held;
        try {
            Versions newer = store.peek(storageKey.bytes(), CONTAINER);
            held = newer != null ? newer : loaded == null ? Versions.EMPTY : VersionsCodec.decode(loaded);
        } catch (CorruptRecordException damage) {
            foundUnreadable(storageKey, damage, step);
            return;
        }
        run(storageKey, held, step);
    }

    private void foundUnreadable(RecordKey storageKey, CorruptRecordException damage, Object step) {
        unreadable.found(storageKey, damage);
        runUnreadable(storageKey, step);
    }

    private void run(RecordKey storageKey, Versions held, Object step) {
        if (step instanceof ReadStep read) {
            read.loaded(Verdict.OK, visible(storageKey, held));
        } else if (step instanceof DropStep drop) {
            drop.drop(held);
        } else {
            apply(storageKey, held, (WriteStep) step);
        }
    }

    private void runUnreadable(RecordKey storageKey, Object step) {
        if (step instanceof DropStep drop) {
            drop.dropUnreadable();
        } else if (step instanceof WriteStep write && write.isBlind() && unreadable.isLost(storageKey)) {
            applyOver(storageKey, write);
        } else {
            fail(step, Verdict.UNREADABLE);
        }
    }

    /** A write in place of a lost record. It counts as one with a value, as most are. */
    private void applyOver(RecordKey storageKey, WriteStep step) {
        leapFloor(storageKey.partition());
        lastCounter = 0;
        Versions asked = step.next(Versions.EMPTY);
        if (asked == null) {
            barrier(step::done);
            return;
        }
        Versions next = visible(storageKey, asked);
        lastCounter = Math.max(lastCounter, counters.written(storageKey, next.clock()));
        forgetLost(storageKey);
        byte[] bytes = VersionsCodec.encode(next);
        Sibling counting = counting(storageKey, next);
        countDeadline(storageKey, null, false, counting);
        persist(
                storageKey.bytes(),
                bytes,
                count(counting) - countedUnknown(storageKey),
                new Pending(step, true, storageKey, lastCounter, TreeChange.NONE));
    }

    private void forgetLost(RecordKey storageKey) {
        unreadable.replaced(storageKey);
        hidden(storageKey, countedUnknown(storageKey));
        trees.replacedUnknown(storageKey.partition(), storageKey.db());
    }

    private void apply(RecordKey storageKey, Versions held, WriteStep step) {
        Versions current = visible(storageKey, held);
        lastCounter = 0;
        Versions asked = step.next(current);
        if (asked != null && !isLate(storageKey, held, asked)) {
            Versions next = visible(storageKey, asked);
            Sibling before = counting(storageKey, held);
            Sibling after = counting(storageKey, next);
            boolean wasHidden = current != held && count(counting(storageKey, current)) < count(before);
            if (wasHidden) {
                hidden(storageKey, 1);
            }
            int countDelta = count(after) - count(before);
            countDeadline(storageKey, before, wasHidden, after);
            if (storageKey.hasElement()) {
                hiddenCounts.hasElements(storageKey.group(), true);
            }
            lastCounter = Math.max(lastCounter, counters.written(storageKey, next.clock()));
            TreeChange change = treeChange(storageKey, held, next);
            outlet.effects().persist(storageKey.bytes(), VersionsCodec.encode(next), countDelta, change.difference());
            unpersisted++;
            pending.add(new Pending(step, true, storageKey, lastCounter, change));
        } else if (unpersisted > 0) {
            pending.add(new Pending(step, false, storageKey, 0, TreeChange.NONE));
        } else {
            step.done(Verdict.OK);
        }
    }

    /** A tombstone that everybody had and that has been reaped here: it has come once more, and says nothing new. */
    private boolean isLate(RecordKey storageKey, Versions held, Versions asked) {
        return held.isEmpty() && !storageKey.isHint() && asked.goneAt() <= reapMark(storageKey);
    }

    private TreeChange treeChange(RecordKey storageKey, Versions held, Versions next) {
        long difference = trees.changed(storageKey, held, next);
        return difference == 0 ? TreeChange.NONE : new TreeChange(difference, trees.epoch());
    }

    /** What is known of records that cannot be read. */
    UnreadableRecords unreadable() {
        return unreadable;
    }

    /**
     * Stores a container in place of one that cannot be read. What that one had seen is gone, so the floor leaps over any
     * counter that it may have had.
     */
    void overwrite(RecordKey storageKey, Versions versions, Consumer<Verdict> told) {
        counters.keepAbove(storageKey.partition(), versions.clock(), UNSEEN_COUNTERS_MAX, this::saveFloor);
        Versions held = heldInMemory(storageKey);
        Versions next = visible(storageKey, held == null ? versions : held.join(versions));
        unreadable.replaced(storageKey);
        Done done = new Done() {
            @Override
            public void done(Verdict verdict) {
                told.accept(verdict);
            }
        };
        if (held == null) {
            trees.replacedUnknown(storageKey.partition(), storageKey.db());
        }
        TreeChange change = held == null ? TreeChange.NONE : treeChange(storageKey, held, next);
        Sibling after = counting(storageKey, next);
        int countDelta = 0;
        if (held != null) {
            Sibling before = counting(storageKey, held);
            countDelta = count(after) - count(before);
            countDeadline(storageKey, before, false, after);
        }
        persist(
                storageKey.bytes(),
                VersionsCodec.encode(next),
                countDelta,
                new Pending(done, true, storageKey, 0, change));
    }

    /** A container of this partition may be lost: the floor leaps over any counter that it may have had. */
    void leapFloor(int partition) {
        counters.keepAbove(partition, VersionVector.EMPTY, UNSEEN_COUNTERS_MAX, this::saveFloor);
    }

    /** Whatever could not be read of a partition is absent now. */
    void lost(int partition) {
        trees.lostUnknown(partition);
    }

    /** Null where memory does not have it, or cannot make sense of it. */
    private @Nullable Versions heldInMemory(RecordKey storageKey) {
        try {
            return store.peek(storageKey.bytes(), CONTAINER);
        } catch (CorruptRecordException damage) {
            return null;
        }
    }

    /** Writes a node-local record; a {@link #barrier} after it tells when it is durable. */
    void persistMeta(byte[] key, byte[] value) {
        persistMeta(key, value, NOTHING);
    }

    /** Deletes one. */
    void forgetMeta(byte[] key) {
        persistMeta(key, null, NOTHING);
    }

    /** Writes (null: deletes) a node-local record, and tells when that is durable or was undone. */
    void persistMeta(byte[] key, byte @Nullable [] value, Consumer<Verdict> told) {
        persistMeta(key, value, new Done() {
            @Override
            public void done(Verdict verdict) {
                told.accept(verdict);
            }
        });
    }

    private void persist(RecordKey storageKey, byte @Nullable [] value, int countDelta, WriteStep done) {
        persist(storageKey.bytes(), value, countDelta, new Pending(done, true, storageKey, 0, TreeChange.NONE));
    }

    private void persistMeta(byte[] key, byte @Nullable [] value, WriteStep done) {
        persist(key, value, 0, new Pending(done, true, NO_KEY, 0, TreeChange.NONE));
    }

    private void persist(byte[] key, byte @Nullable [] value, int countDelta, Pending entry) {
        outlet.effects().persist(key, value, countDelta, entry.change().difference());
        unpersisted++;
        pending.add(entry);
    }

    /** Tells when everything that was written so far is durable, or that some of it failed. */
    void barrier(Consumer<Verdict> done) {
        Done step = new Done() {
            @Override
            public void done(Verdict verdict) {
                done.accept(verdict);
            }
        };
        if (unpersisted > 0) {
            pending.add(new Pending(step, false, NO_KEY, 0, TreeChange.NONE));
        } else {
            step.done(Verdict.OK);
        }
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
    Left leftOf(RecordKey storageKey, byte[] value) {
        try {
            Versions held = VersionsCodec.decode(value);
            Versions seen = visible(storageKey, held);
            return seen.siblings().isEmpty() || isLive(seen) < isLive(held) ? Left.LESS : Left.ALL;
        } catch (CorruptRecordException damage) {
            unreadable.found(storageKey, damage);
            return Left.UNREADABLE;
        }
    }

    /**
     * Drops a key's container where a flush has left nothing of it. The floor goes first: the log keeps the order, so
     * the container is never gone while its counters could be given again. Where a tombstone is left the container is
     * written anew without what was flushed, for the engine counts keys by the values that they have. One that cannot be
     * read goes once it is lost; until then {@code done} is told {@code UNREADABLE}.
     */
    void dropIfFlushed(RecordKey storageKey, Consumer<Verdict> done) {
        Predicate<Versions> isFlushed =
                held -> visible(storageKey, held).siblings().isEmpty();
        BooleanSupplier isLost = () -> unreadable.isLost(storageKey);
        withState(storageKey, new DropKeyStep(storageKey, isFlushed, isLost, (verdict, dropped) -> {
            if (verdict == Verdict.OK && !dropped) {
                withState(storageKey, new Trim(done));
            } else {
                done.accept(verdict);
            }
        }));
    }

    /** Writes what is visible of a container. */
    private record Trim(Consumer<Verdict> told) implements WriteStep {
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
    void reap(RecordKey storageKey, Dropped done) {
        withState(
                storageKey,
                new DropKeyStep(storageKey, held -> held.goneAt() <= reapMark(storageKey), () -> false, done));
    }

    /**
     * Drops a key's container that has nothing above its partition's reap mark. Requires: that the mark is another owner's,
     * who has what of it still counts.
     */
    void dropSettled(RecordKey storageKey, Dropped done) {
        withState(
                storageKey,
                new DropKeyStep(storageKey, held -> held.newestStamp() <= reapMark(storageKey), () -> false, done));
    }

    /** Drops a key's container, readable or not, where this node has given its partition up, as long as that holds. */
    void dropUnowned(RecordKey storageKey, BooleanSupplier still, Consumer<Verdict> done) {
        Dropped told = (verdict, dropped) -> done.accept(verdict);
        withState(storageKey, new DropKeyStep(storageKey, held -> still.getAsBoolean(), still, told));
    }

    @Override
    public void dropUnreadableHint(RecordKey hintKey) {
        withState(hintKey, new DropStep() {
            @Override
            void drop(Versions held) {}

            @Override
            void dropUnreadable() {
                persist(hintKey, null, 0, NOTHING);
            }

            @Override
            public void done(Verdict verdict) {}
        });
    }

    @Override
    public long reapMark(RecordKey storageKey) {
        return marks.of(storageKey.partition());
    }

    @Override
    public void dropIf(RecordKey storageKey, Versions seen, Dropped done) {
        withState(storageKey, new DropHintStep(storageKey, seen, done));
    }

    /** A step that deletes; it looks at the record itself, hidden or not. */
    private abstract static class DropStep extends Done {
        abstract void drop(Versions held);

        /** The record cannot be read. */
        void dropUnreadable() {
            done(Verdict.UNREADABLE);
        }
    }

    /** Of a key of this node's own: the floor goes first. */
    private final class DropKeyStep extends DropStep {
        private final RecordKey storageKey;
        private final Predicate<Versions> condition;
        private final BooleanSupplier evenUnreadable;
        private final Dropped told;

        DropKeyStep(RecordKey storageKey, Predicate<Versions> condition, BooleanSupplier evenUnreadable, Dropped told) {
            this.storageKey = storageKey;
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
            counters.keep(storageKey.partition(), held.clock(), Replica.this::saveFloor);
            Sibling counting = counting(storageKey, held);
            int counted = count(counting);
            boolean wasHidden = count(counting(storageKey, visible(storageKey, held))) < counted;
            if (wasHidden) {
                hidden(storageKey, counted);
            }
            countDeadline(storageKey, counting, wasHidden, null);
            TreeChange change = treeChange(storageKey, held, Versions.EMPTY);
            persist(storageKey.bytes(), null, -counted, new Pending(this, true, storageKey, 0, change));
        }

        @Override
        void dropUnreadable() {
            if (!evenUnreadable.getAsBoolean()) {
                told.done(Verdict.UNREADABLE, false);
                return;
            }
            leapFloor(storageKey.partition());
            forgetLost(storageKey);
            persist(storageKey, null, -countedUnknown(storageKey), this);
        }

        @Override
        public void done(Verdict verdict) {
            told.done(verdict, verdict == Verdict.OK);
        }
    }

    /**
     * No floor is raised: a dot of this node in a hint is also in its own container, or was lent as a stand-in, which
     * has raised the floor.
     */
    private final class DropHintStep extends DropStep {
        private final RecordKey storageKey;
        private final Versions seen;
        private final Dropped told;

        DropHintStep(RecordKey storageKey, Versions seen, Dropped told) {
            this.storageKey = storageKey;
            this.seen = seen;
            this.told = told;
        }

        @Override
        void drop(Versions held) {
            if (!held.isEmpty() && held.sameAs(seen)) {
                persist(storageKey, null, 0, this);
            } else {
                told.done(Verdict.OK, false);
            }
        }

        @Override
        public void done(Verdict verdict) {
            told.done(verdict, verdict == Verdict.OK);
        }
    }

    private void saveFloor(int partition, long floor, Consumer<Boolean> told) {
        persistMeta(
                MetaKey.of(MetaKey.FLOOR, partition),
                MetaKey.value(floor),
                verdict -> told.accept(verdict == Verdict.OK));
    }

    private void hidden(RecordKey storageKey, int counted) {
        if (counted > 0) {
            int group = storageKey.group();
            if (hiddenCounts.of(group) > 0) {
                hiddenCounts.oneLess(group);
                keepHidden(group);
            }
        }
    }

    /** A key whose counting version was {@code before} has {@code after}: in the commit of what changed it. */
    private void countDeadline(
            RecordKey storageKey, @Nullable Sibling before, boolean wasHidden, @Nullable Sibling after) {
        long from = deadlines.counted(before);
        long to = deadlines.counted(after);
        if (from != Deadlines.NEVER || to != Deadlines.NEVER) {
            int group = storageKey.group();
            deadlines.moved(group, from, wasHidden, to, clocks.wallMillis(), deadlineDisk);
        }
    }

    /** In the commit of what changed it, so that a restart counts right at once. */
    void keepHidden(int group) {
        persistMeta(MetaKey.of(MetaKey.HIDDEN, group), MetaKey.value(hiddenCounts.of(group)));
    }

    /** What is held for another node is handed over as it is: that node hides what was flushed. */
    private Versions visible(RecordKey storageKey, Versions held) {
        if (storageKey.isHint()) {
            return held;
        }
        return held.withoutStampsUpTo(flushStamps.of(storageKey.db()));
    }

    /** A key's container as it lies in memory. */
    private static final ReplicaStore.View<Versions> CONTAINER = new ReplicaStore.View<>() {
        @Override
        public Versions absent() {
            return Versions.EMPTY;
        }

        @Override
        public Versions of(byte[] bytes, int from, int to) {
            return VersionsCodec.decode(bytes, from, to);
        }
    };

    private static final WriteStep NOTHING = new Done() {
        @Override
        public void done(Verdict verdict) {}
    };

    /** A step that only wants to be told. */
    abstract static class Done implements WriteStep {
        @Override
        public final @Nullable Versions next(Versions current) {
            return null;
        }
    }

    void onPersisted(int count, @Nullable StoreFailure failure) {
        Verdict verdict = failure == null ? Verdict.OK : verdict(failure);
        if (failure != null) {
            // The engine has undone all that was pending: whoever writes next must not give those dots again.
            pending.forEach(this::burn);
        }
        for (int left = count; left > 0; ) {
            Pending entry = pending.remove();
            left -= entry.persists() ? 1 : 0;
            unpersisted -= entry.persists() ? 1 : 0;
            if (failure != null && entry.change().difference() != 0) {
                trees.undone(
                        entry.key(), entry.change().difference(), entry.change().epoch());
            }
            entry.step().done(verdict);
        }
        while (!pending.isEmpty() && !pending.element().persists()) {
            pending.remove().step().done(verdict);
        }
        if (failure == null && counters.hasBurnt()) {
            counters.keepBurnt(this::saveFloor);
        }
        if (failure == null && deadlines.isDoubtful()) {
            deadlines.restate(deadlineDisk);
        }
    }

    private void burn(Pending entry) {
        if (entry.counter() > 0) {
            counters.burn(entry.key().partition(), entry.counter());
        }
    }

    /** Whether a stop now would forget a burnt dot: the next start has to be another incarnation. */
    boolean hasUnsavedFloors() {
        return counters.hasUnsaved();
    }

    @Override
    public Dot nextDot(RecordKey storageKey, VersionVector held, VersionVector context) {
        lastCounter = counters.next(storageKey, held, context);
        return new Dot(self, lastCounter);
    }

    @Override
    public Dot lendDot(RecordKey storageKey, VersionVector held, VersionVector context) {
        return new Dot(self, counters.lend(storageKey, held, context, clocks.nanos()));
    }

    @Override
    public Dot lendDotAsStandIn(RecordKey storageKey, VersionVector held, VersionVector context) {
        return new Dot(self, counters.lendAsStandIn(storageKey, held, context));
    }

    void giveUpLoans() {
        counters.giveUpLoans(clocks.nanos());
    }

    long flushStamp(int db) {
        return flushStamps.of(db);
    }

    /** What other nodes' writes hold that wait for the disk. */
    long waitingBytes() {
        return waitingBytes;
    }

    /** Records that are not durable yet. */
    int unpersisted() {
        return unpersisted;
    }

    /** The winner of what the engine counts, the heads of keys; null: it counts as nothing. */
    private static @Nullable Sibling counting(RecordKey storageKey, Versions versions) {
        return storageKey.isHint() || storageKey.hasElement() ? null : versions.winner();
    }

    /** Of a record that cannot be read: it counts as one with a value, as most are. */
    private static int countedUnknown(RecordKey storageKey) {
        return storageKey.hasElement() ? 0 : 1;
    }

    private static int isLive(Versions versions) {
        return count(versions.winner());
    }

    /** What a key counts whose winner this is. */
    private static int count(@Nullable Sibling winner) {
        return winner != null ? 1 : 0;
    }

    private static void fail(Object step, Verdict verdict) {
        if (step instanceof ReadStep read) {
            read.loaded(verdict, null);
        } else if (step instanceof WriteStep write) {
            write.done(verdict);
        }
    }

    static Verdict verdict(StoreFailure failure) {
        return switch (failure) {
            case FULL -> Verdict.FULL;
            case FAILED -> Verdict.FAILED;
            case DAMAGED -> Verdict.DAMAGED;
        };
    }
}
