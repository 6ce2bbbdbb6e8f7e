package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.LocalReplica.Step;
import io.kindred.cluster.quorum.LocalReplica.WriteStep;
import io.kindred.cluster.quorum.LongMap;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The steps of each key, one after the other.
 *
 * <p>A step runs at once where memory has the key's state. Where only the disk has it, a load begins, and this step and all
 * that come after it for the key wait for it, in order.
 *
 * <p>Invariant: no two steps of one key see the same state and both change it.
 */
final class KeyChains {
    private final ReplicaStore store;
    private final CoreOutput output;
    private final UnreadableRecords unreadable;
    private final Runner runner;
    /** Keys that are being loaded. Looked up, never iterated over. */
    private final Map<RecordKey, Chain> loading = new HashMap<>();

    private final LongMap<Chain> loads = new LongMap<>();
    private long lastLoad;
    private long waitingBytes;

    /** Carries a step out. */
    interface Runner {
        /** @param held as it was written, flushed or not */
        void run(RecordKey key, Versions held, Step step);

        /** There is a record that makes no sense. */
        void runUnreadable(RecordKey key, Step step);

        /** Nothing is known of the key. */
        void fail(Step step, Verdict verdict);
    }

    KeyChains(ReplicaStore store, CoreOutput output, UnreadableRecords unreadable, Runner runner) {
        this.store = store;
        this.output = output;
        this.unreadable = unreadable;
        this.runner = runner;
    }

    /** The steps that wait for one load. */
    private static final class Chain {
        final RecordKey key;
        final List<Step> steps = new ArrayList<>();
        long weightBytes;

        Chain(RecordKey key) {
            this.key = key;
        }
    }

    /** Runs the step, now or when the key has been loaded. */
    void run(RecordKey key, Step step) {
        Chain chain = loading.isEmpty() ? null : loading.get(key);
        if (chain != null) {
            add(chain, step);
            return;
        }
        Versions held;
        try {
            held = store.peek(key.bytes(), CONTAINER);
        } catch (CorruptRecordException damage) {
            foundUnreadable(key, damage, step);
            return;
        }
        if (held == null) {
            load(key, step);
        } else {
            runner.run(key, held, step);
        }
    }

    private void load(RecordKey key, Step step) {
        Chain chain = new Chain(key);
        add(chain, step);
        loading.put(chain.key, chain);
        loads.put(++lastLoad, chain);
        output.effects().load(lastLoad, key.bytes());
    }

    private void add(Chain chain, Step step) {
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
            Step step = chain.steps.get(i);
            if (failure != null) {
                runner.fail(step, failure.verdict());
                continue;
            }
            runLoaded(chain.key, value, step);
        }
        loading.remove(chain.key);
        waitingBytes -= chain.weightBytes;
    }

    private void runLoaded(RecordKey key, byte @Nullable [] loaded, Step step) {
        Versions held;
        try {
            Versions newer = store.peek(key.bytes(), CONTAINER);
            held = newer != null ? newer : loaded == null ? Versions.EMPTY : VersionsCodec.decode(loaded);
        } catch (CorruptRecordException damage) {
            foundUnreadable(key, damage, step);
            return;
        }
        runner.run(key, held, step);
    }

    private void foundUnreadable(RecordKey key, CorruptRecordException damage, Step step) {
        unreadable.found(key, damage);
        runner.runUnreadable(key, step);
    }

    /** Null where memory does not have it, or cannot make sense of it. */
    @Nullable
    Versions inMemory(RecordKey key) {
        try {
            return store.peek(key.bytes(), CONTAINER);
        } catch (CorruptRecordException damage) {
            return null;
        }
    }

    /** What other nodes' writes hold that wait for the disk. */
    long waitingBytes() {
        return waitingBytes;
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
}
