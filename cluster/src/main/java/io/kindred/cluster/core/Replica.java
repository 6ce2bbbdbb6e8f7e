package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Bytes;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.quorum.LocalReplica;
import io.kindred.cluster.quorum.LongMap;
import io.kindred.cluster.ring.StorageKey;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Floors;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
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
    private final Actor self;
    private final ReplicaStore store;
    private final Floors floors;
    /** What of the floors is in the log, or on its way there. */
    private final Floors durableFloors;

    private final HiddenCounts hiddenCounts;
    private final FlushStamps flushStamps;
    private final Outlet outlet;
    /** Keys that are being loaded. Looked up, never iterated over. */
    private final Map<Bytes, Chain> loading = new HashMap<>();

    private final LongMap<Chain> loads = new LongMap<>();
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    /** Partitions whose floor was raised by a dot that was undone, and is not durable yet. */
    private final TreeSet<Integer> burnt = new TreeSet<>();

    private int unsavedFloors;
    private long lastLoad;
    private long lastCounter;
    private int unpersisted;
    private long corruptRecords;
    private boolean hasWritten;

    Replica(Actor self, ReplicaStore store, Kept kept, FlushStamps flushStamps, Outlet outlet) {
        this.self = self;
        this.store = store;
        this.floors = kept.floors();
        this.durableFloors = kept.durableFloors();
        this.hiddenCounts = kept.hidden();
        this.flushStamps = flushStamps;
        this.outlet = outlet;
    }

    /** What a replica keeps beside the containers. */
    record Kept(Floors floors, Floors durableFloors, HiddenCounts hidden) {}

    /** A write that is not durable yet, or a step that waits for those before it ({@code persists} false). */
    private record Pending(WriteStep step, boolean persists, int partition, long counter) {}

    /** The steps that wait for one load. */
    private static final class Chain {
        final Bytes key;
        final List<Object> steps = new ArrayList<>();

        Chain(Bytes key) {
            this.key = key;
        }
    }

    @Override
    public void read(byte[] storageKey, ReadStep step) {
        withState(storageKey, step);
    }

    @Override
    public void write(byte[] storageKey, WriteStep step) {
        withState(storageKey, step);
    }

    private void withState(byte[] storageKey, Object step) {
        byte[] bytes = await(storageKey, step);
        if (bytes != null) {
            run(storageKey, bytes, step);
        }
    }

    /** The state to run the step on now; null: the step has been put in the key's chain. */
    private byte @Nullable [] await(byte[] storageKey, Object step) {
        if (!loading.isEmpty()) {
            Chain chain = loading.get(new Bytes(storageKey));
            if (chain != null) {
                chain.steps.add(step);
                return null;
            }
        }
        byte[] bytes = store.peek(storageKey);
        if (bytes == null) {
            Chain chain = new Chain(new Bytes(storageKey));
            chain.steps.add(step);
            loading.put(chain.key, chain);
            loads.put(++lastLoad, chain);
            outlet.effects().load(lastLoad, storageKey);
        }
        return bytes;
    }

    void onLoaded(long token, byte @Nullable [] value, @Nullable StoreFailure failure) {
        Chain chain = loads.remove(token);
        if (chain == null) {
            throw new IllegalStateException("a load that nobody asked for: " + token);
        }
        byte[] loaded = value == null ? store.absent() : value;
        // Steps may add steps for the same key: they go to the end of the chain, which is why it stays until it is dry.
        for (int i = 0; i < chain.steps.size(); i++) {
            Object step = chain.steps.get(i);
            if (failure != null) {
                fail(step, verdict(failure));
                continue;
            }
            byte[] newer = store.peek(chain.key.array());
            run(chain.key.array(), newer == null ? loaded : newer, step);
        }
        loading.remove(chain.key);
    }

    private void run(byte[] storageKey, byte[] bytes, Object step) {
        Versions held;
        try {
            held = bytes == store.absent() ? Versions.EMPTY : VersionsCodec.decode(bytes);
        } catch (CorruptRecordException damage) {
            corruptRecords++;
            outlet.effects().note("a record cannot be read: " + damage.getMessage());
            fail(step, Verdict.FAILED);
            return;
        }
        if (step instanceof ReadStep read) {
            read.loaded(Verdict.OK, visible(storageKey, held));
        } else if (step instanceof DropStep drop) {
            drop.drop(held);
        } else {
            apply(storageKey, held, (WriteStep) step);
        }
    }

    private void apply(byte[] storageKey, Versions held, WriteStep step) {
        Versions current = visible(storageKey, held);
        lastCounter = 0;
        Versions asked = step.next(current);
        int partition = StorageKey.partition(storageKey);
        if (asked != null) {
            Versions next = visible(storageKey, asked);
            int countDelta = isLive(next) - isLive(held);
            if (isLive(current) < isLive(held)) {
                hidden(storageKey, 1);
            }
            outlet.effects().persist(storageKey, VersionsCodec.encode(next), countDelta);
            unpersisted++;
            hasWritten = true;
            pending.add(new Pending(step, true, partition, lastCounter));
        } else if (unpersisted > 0) {
            pending.add(new Pending(step, false, partition, 0));
        } else {
            step.done(Verdict.OK);
        }
    }

    /** Writes a node-local record; a {@link #barrier} after it tells when it is durable. */
    void persistMeta(byte[] key, byte[] value) {
        persist(key, value, 0, NOTHING);
    }

    private void persist(byte[] key, byte @Nullable [] value, int countDelta, WriteStep done) {
        outlet.effects().persist(key, value, countDelta);
        unpersisted++;
        pending.add(new Pending(done, true, 0, 0));
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
            pending.add(new Pending(step, false, 0, 0));
        } else {
            step.done(Verdict.OK);
        }
    }

    /** Whether a record that was read from the engine is nothing but what a flush has hidden. */
    boolean isFlushed(byte[] storageKey, byte[] value) {
        try {
            Versions held = VersionsCodec.decode(value);
            return visible(storageKey, held).siblings().isEmpty();
        } catch (CorruptRecordException damage) {
            return false;
        }
    }

    /**
     * Drops a key's container where a flush has left nothing of it. The floor goes first: the log keeps the order, so
     * the container is never gone while its counters could be given again.
     */
    void dropIfFlushed(byte[] storageKey, Consumer<Verdict> done) {
        withState(storageKey, new DropStep(storageKey, done));
    }

    /** Looks at the record itself, hidden or not. */
    private final class DropStep extends Done {
        private final byte[] storageKey;
        private final Consumer<Verdict> told;

        DropStep(byte[] storageKey, Consumer<Verdict> told) {
            this.storageKey = storageKey;
            this.told = told;
        }

        void drop(Versions held) {
            if (held.isEmpty() || !visible(storageKey, held).siblings().isEmpty()) {
                told.accept(Verdict.OK);
                return;
            }
            keepFloor(StorageKey.partition(storageKey), held.clock().highest(self));
            int counted = isLive(held);
            hidden(storageKey, counted);
            persist(storageKey, null, -counted, this);
        }

        @Override
        public void done(Verdict verdict) {
            told.accept(verdict);
        }
    }

    /** Makes the floor durable before what follows in the log, unless it is already. */
    private void keepFloor(int partition, long counter) {
        floors.raise(partition, counter);
        long floor = floors.floor(partition);
        if (counter > 0 && durableFloors.raise(partition, floor)) {
            persist(MetaKey.of(MetaKey.FLOOR, partition), MetaKey.value(floor), 0, new Done() {
                @Override
                public void done(Verdict verdict) {
                    if (verdict != Verdict.OK) {
                        burnt.add(partition);
                    }
                }
            });
        }
    }

    private void hidden(byte[] storageKey, int counted) {
        if (counted > 0) {
            int group = StorageKey.group(StorageKey.partition(storageKey), StorageKey.db(storageKey));
            if (hiddenCounts.of(group) > 0) {
                hiddenCounts.oneLess(group);
                keepHidden(group);
            }
        }
    }

    /** In the commit of what changed it, so that a restart counts right at once. */
    void keepHidden(int group) {
        persistMeta(MetaKey.of(MetaKey.HIDDEN, group), MetaKey.value(hiddenCounts.of(group)));
    }

    private Versions visible(byte[] storageKey, Versions held) {
        return held.withoutStampsUpTo(flushStamps.of(StorageKey.db(storageKey)));
    }

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
            finish(entry, verdict);
        }
        while (!pending.isEmpty() && !pending.element().persists()) {
            finish(pending.remove(), verdict);
        }
        if (failure == null && !burnt.isEmpty()) {
            keepBurntFloors();
        }
    }

    private void finish(Pending entry, Verdict verdict) {
        entry.step().done(verdict);
    }

    /** The dot may have been read by others before it was undone, so it must not be given again, ever. */
    private void burn(Pending entry) {
        if (entry.counter() > 0) {
            floors.raise(entry.partition(), entry.counter());
            burnt.add(entry.partition());
        }
    }

    /** The disk takes writes again: the floors that burnt dots have raised go there. */
    private void keepBurntFloors() {
        List<Integer> partitions = List.copyOf(burnt);
        burnt.clear();
        for (int partition : partitions) {
            long floor = floors.floor(partition);
            durableFloors.raise(partition, floor);
            persist(MetaKey.of(MetaKey.FLOOR, partition), MetaKey.value(floor), 0, new Done() {
                @Override
                public void done(Verdict verdict) {
                    unsavedFloors--;
                    if (verdict != Verdict.OK) {
                        burnt.add(partition);
                    }
                }
            });
            unsavedFloors++;
        }
    }

    /** Whether a stop now would forget a burnt dot: the next start has to be another incarnation. */
    boolean hasUnsavedFloors() {
        return !burnt.isEmpty() || unsavedFloors > 0;
    }

    @Override
    public Dot nextDot(byte[] storageKey, VersionVector held, VersionVector context) {
        long floor = floors.floor(StorageKey.partition(storageKey));
        lastCounter = VersionVector.nextCounter(held, context, floor, self);
        return new Dot(self, lastCounter);
    }

    long flushStamp(int db) {
        return flushStamps.of(db);
    }

    long corruptRecords() {
        return corruptRecords;
    }

    /** Whether any key was written since the start. */
    boolean hasWritten() {
        return hasWritten;
    }

    int unpersisted() {
        return unpersisted;
    }

    private static int isLive(Versions versions) {
        return versions.valueCount() > 0 ? 1 : 0;
    }

    private static void fail(Object step, Verdict verdict) {
        if (step instanceof ReadStep read) {
            read.loaded(verdict, null);
        } else if (step instanceof WriteStep write) {
            write.done(verdict);
        }
    }

    private static Verdict verdict(StoreFailure failure) {
        return failure == StoreFailure.FULL ? Verdict.FULL : Verdict.FAILED;
    }
}
