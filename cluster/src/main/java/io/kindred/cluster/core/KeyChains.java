package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.LocalReplica.ReadStep;
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
 * that come after it for the key wait for it, in order. What needs several keys at once stands in all of their chains.
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

    /** Carries out what is to be done with several keys at once. */
    interface Together {
        /** @param held as {@link Runner#run}, by key */
        void run(List<Versions> held);

        /** Of one of them nothing is known. */
        void fail(Verdict verdict);

        /** As {@link WriteStep#weightBytes}. */
        long weightBytes();
    }

    /** The steps that wait for one load, or behind a gate. */
    private static final class Chain {
        final RecordKey key;
        final List<Step> steps = new ArrayList<>();
        int begun;
        long weightBytes;
        byte @Nullable [] loaded;

        @Nullable
        StoreFailure failure;
        /** What the key had at a gate: memory may have lost it since. */
        @Nullable
        Versions atGate;

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

    /** Runs it when no step of any of the keys is under way: at once, where memory has them all. */
    void runTogether(List<RecordKey> keys, Together together) {
        List<Versions> held = new ArrayList<>(keys.size());
        for (RecordKey key : keys) {
            Versions inMemory = loading.containsKey(key) ? null : inMemory(key);
            if (inMemory == null) {
                gather(keys, together);
                return;
            }
            held.add(inMemory);
        }
        together.run(held);
    }

    /** In each key's chain stands a gate, behind which nothing begins until all have been reached. */
    private void gather(List<RecordKey> keys, Together together) {
        Gathering gathering = new Gathering(keys.size(), together);
        for (int i = 0; i < keys.size(); i++) {
            Gate gate = new Gate(gathering, i);
            Chain chain = loading.get(keys.get(i));
            if (chain != null) {
                add(chain, gate);
            } else {
                load(keys.get(i), gate);
            }
        }
        waitingBytes += together.weightBytes();
    }

    /** Several keys, of which some have to be loaded. */
    private static final class Gathering {
        final Together together;
        final @Nullable Versions[] held;
        final List<Chain> chains = new ArrayList<>();
        Verdict verdict = Verdict.OK;

        Gathering(int keysCount, Together together) {
            this.together = together;
            this.held = new @Nullable Versions[keysCount];
        }
    }

    /** Where several keys wait for each other, in the chain of one of them. */
    private record Gate(Gathering gathering, int place) implements ReadStep {
        /** The chain stops here. True: all others have. */
        boolean reached(Chain chain, Verdict verdict, @Nullable Versions held) {
            gathering.chains.add(chain);
            gathering.held[place] = held;
            chain.atGate = held;
            gathering.verdict = verdict == Verdict.OK ? gathering.verdict : verdict;
            return gathering.chains.size() == gathering.held.length;
        }

        @Override
        public void loaded(Verdict verdict, @Nullable Versions versions) {
            throw new IllegalStateException("a gate is no step of a key alone");
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
        chain.loaded = value;
        chain.failure = failure;
        advance(chain);
    }

    /** Steps may add steps for the same key: they go to the end of the chain, which is why it stays until it is dry. */
    private void advance(Chain chain) {
        while (chain.begun < chain.steps.size()) {
            Step step = chain.steps.get(chain.begun++);
            StoreFailure failure = chain.failure;
            if (step instanceof Gate gate) {
                if (reach(chain, gate)) {
                    open(gate.gathering());
                }
                return;
            }
            if (failure != null) {
                runner.fail(step, failure.verdict());
            } else {
                runLoaded(chain, step);
            }
        }
        loading.remove(chain.key);
        waitingBytes -= chain.weightBytes;
    }

    private boolean reach(Chain chain, Gate gate) {
        StoreFailure failure = chain.failure;
        if (failure != null) {
            return gate.reached(chain, failure.verdict(), null);
        }
        try {
            return gate.reached(chain, Verdict.OK, held(chain));
        } catch (CorruptRecordException damage) {
            unreadable.found(chain.key, damage);
            return gate.reached(chain, Verdict.UNREADABLE, null);
        }
    }

    private void open(Gathering gathering) {
        waitingBytes -= gathering.together.weightBytes();
        if (gathering.verdict == Verdict.OK) {
            gathering.together.run(List.of(gathering.held));
        } else {
            gathering.together.fail(gathering.verdict);
        }
        gathering.chains.forEach(this::advance);
    }

    private void runLoaded(Chain chain, Step step) {
        Versions held;
        try {
            held = held(chain);
        } catch (CorruptRecordException damage) {
            foundUnreadable(chain.key, damage, step);
            return;
        }
        runner.run(chain.key, held, step);
    }

    private Versions held(Chain chain) {
        Versions newer = store.peek(chain.key.bytes(), CONTAINER);
        if (newer != null) {
            return newer;
        }
        Versions known = chain.atGate;
        byte[] loaded = chain.loaded;
        return known != null ? known : loaded == null ? Versions.EMPTY : VersionsCodec.decode(loaded);
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
