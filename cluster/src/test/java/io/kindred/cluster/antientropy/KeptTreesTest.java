package io.kindred.cluster.antientropy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.keyspace.PartitionMap;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.ring.Md5Partitioner;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.sim.SimRandom;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import io.kindred.cluster.version.VersionsDigest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A node's trees over many lives: writes, some of which fail, seals, flushes of a database, trees that are doubted, partitions
 * that come and go. After each death the trees that a start takes from the disk and the log are what its records sum up to.
 */
class KeptTreesTest {
    private static final int PARTITIONS = 8;
    private static final int DATABASES = 2;
    private static final int KEYS = 60;
    private static final int STEPS = 400;
    private static final int LIVES = 12;

    private final Md5Partitioner partitioner = new Md5Partitioner();

    /** One change of the store: of a record, of trees, or of what says that these are outdated. */
    private record Change(@Nullable RecordKey key, Versions versions, long note, int partition, Object meta) {}

    private static final Object FORGOTTEN = "forgotten";

    /** What is on the disk, and what is in the log of it. */
    private final class Store implements TreeSaves.Disk {
        final Map<RecordKey, Versions> records = new HashMap<>();
        final Map<Integer, byte[]> saved = new HashMap<>();
        final Map<Integer, Long> outdated = new HashMap<>();
        final List<Change> log = new ArrayList<>();
        /** Of the commit that is being filled. */
        final List<Change> open = new ArrayList<>();

        final List<Consumer<Boolean>> told = new ArrayList<>();

        @Override
        public void save(int partition, byte[] record, Consumer<Boolean> done) {
            add(new Change(null, Versions.EMPTY, 0, partition, record), done);
        }

        @Override
        public void outdate(int partition, long number, Consumer<Boolean> done) {
            add(new Change(null, Versions.EMPTY, 0, partition, number), done);
        }

        @Override
        public void forget(int partition, Consumer<Boolean> done) {
            add(new Change(null, Versions.EMPTY, 0, partition, FORGOTTEN), done);
        }

        void add(Change change, Consumer<Boolean> done) {
            open.add(change);
            told.add(done);
        }

        /** All of it, or nothing. */
        void commit(boolean succeeds) {
            List<Consumer<Boolean>> waiting = List.copyOf(told);
            if (succeeds) {
                open.forEach(this::apply);
                log.addAll(open);
            }
            open.clear();
            told.clear();
            waiting.forEach(each -> each.accept(succeeds));
        }

        private void apply(Change change) {
            RecordKey key = change.key();
            if (key != null) {
                records.put(key, change.versions());
            } else if (change.meta() instanceof byte[] record) {
                saved.put(change.partition(), record);
            } else if (change.meta() instanceof Long number) {
                outdated.put(change.partition(), number);
            } else {
                saved.remove(change.partition());
            }
        }

        ReplayedTrees replayed() {
            ReplayedTrees replayed = new ReplayedTrees(PARTITIONS, "md5", DATABASES);
            for (Change change : log) {
                RecordKey key = change.key();
                if (key != null) {
                    replayed.changed(key, 0, change.note());
                } else if (change.meta() instanceof byte[] record) {
                    replayed.saved(change.partition(), record);
                } else if (change.meta() instanceof Long number) {
                    replayed.outdated(change.partition(), number);
                } else {
                    replayed.forgotten(change.partition());
                }
            }
            return replayed;
        }
    }

    /** Which partitions are shared with another node. */
    private static final class Shared implements PartitionMap {
        private static final long[] BOTH = {1, 2};
        private static final long[] OTHER = {2};
        final BitSet partitions = new BitSet();

        @Override
        public int partitions() {
            return PARTITIONS;
        }

        @Override
        public long self() {
            return 1;
        }

        @Override
        public long[] everywhere(int partition) {
            return partitions.get(partition) ? BOTH : OTHER;
        }

        @Override
        public long[] serving(int partition) {
            return everywhere(partition);
        }

        @Override
        public long[] replicas(int partition) {
            return everywhere(partition);
        }

        @Override
        public boolean keeps(int partition) {
            return partitions.get(partition);
        }

        @Override
        public boolean mayHaveRecords(int partition) {
            return true;
        }

        @Override
        public boolean avoids(long node) {
            return false;
        }

        @Override
        public List<Long> liveNodes() {
            return List.of(1L, 2L);
        }

        @Override
        public long[] far(int partition) {
            return new long[0];
        }

        @Override
        public boolean hasPart(long intended, int partition) {
            return true;
        }

        @Override
        public long receiver(long intended, int partition) {
            return intended;
        }
    }

    private final class Node {
        final FlushStamps flushStamps = new FlushStamps(DATABASES);
        final Store store = new Store();
        final Shared shared = new Shared();
        final SimRandom random;
        MerkleTrees trees = new MerkleTrees(PARTITIONS, true, flushStamps, group -> 4);
        TreeSaver saver = new TreeSaver(trees, () -> 0);
        /** What memory has: acknowledged, or in the open commit. */
        final Map<RecordKey, Versions> memory = new HashMap<>();

        final List<Undo> undo = new ArrayList<>();
        long seals;
        long stamp = 1;
        int restored;

        private record Undo(RecordKey key, @Nullable Versions before, long difference, int epoch) {}

        Node(long seed) {
            random = new SimRandom(seed);
            shared.partitions.set(0, PARTITIONS);
        }

        void start() {
            memory.clear();
            memory.putAll(store.records);
            trees = new MerkleTrees(PARTITIONS, true, flushStamps, group -> 4);
            trees.keepOn(store);
            store.saved.forEach(trees::restore);
            store.outdated.forEach(trees::restoreOutdated);
            trees.restore(store.replayed());
            saver = new TreeSaver(trees, () -> seals);
            trees.own(shared, all());
            store.commit(true);
            restored += trees.restored();
            check();
        }

        /** Each tree that is ready is what its records sum up to. */
        void check() {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                if (trees.isReady(partition)) {
                    assertEquals(sum(partition), trees.root(partition), "partition " + partition);
                }
            }
        }

        private long sum(int partition) {
            long sum = 0;
            for (Map.Entry<RecordKey, Versions> entry : memory.entrySet()) {
                RecordKey key = entry.getKey();
                if (key.partition() == partition) {
                    sum += VersionsDigest.of(key.bytes(), entry.getValue(), flushStamps.of(key.db()));
                }
            }
            return sum;
        }

        void write() {
            byte[] name = {(byte) random.nextInt(KEYS)};
            RecordKey key = partitioner.record(random.nextInt(DATABASES), name, PARTITIONS);
            Versions before = memory.get(key);
            Versions next =
                    random.chance(0.1) ? Versions.EMPTY : TwoReplicas.write(Versions.EMPTY, 1, ++stamp, "v" + stamp);
            long difference = trees.changed(key, before == null ? Versions.EMPTY : before, next);
            undo.add(new Undo(key, before, difference, trees.epoch()));
            memory.put(key, next);
            store.add(new Change(key, next, difference, 0, FORGOTTEN), told -> {});
        }

        void commit(boolean succeeds) {
            List<Undo> undone = List.copyOf(undo);
            undo.clear();
            if (!succeeds) {
                for (int i = undone.size() - 1; i >= 0; i--) {
                    Versions before = undone.get(i).before();
                    if (before == null) {
                        memory.remove(undone.get(i).key());
                    } else {
                        memory.put(undone.get(i).key(), before);
                    }
                }
                undone.forEach(each -> trees.undone(each.key(), each.difference(), each.epoch()));
            }
            store.commit(succeeds);
        }

        void step() {
            int choice = random.nextInt(100);
            if (choice < 55) {
                write();
            } else if (choice < 75) {
                commit(random.chance(0.85));
            } else if (choice < 79) {
                // What is sealed goes to the tables; the log keeps what comes behind it.
                commit(true);
                seals++;
                store.log.clear();
            } else if (choice < 90) {
                if (saver.isWanted()) {
                    saver.step(step -> {});
                }
            } else if (choice < 91) {
                int db = random.nextInt(DATABASES);
                flushStamps.raise(db, ++stamp);
                trees.flushed(db);
                // Durable with what follows from it; a flush that fails is not looked at here.
                commit(true);
            } else if (choice < 92) {
                // A write that is undone after its partition has come is counted until the scrub comes by.
                commit(true);
                shared.partitions.flip(random.nextInt(PARTITIONS));
                trees.own(shared, all());
            } else if (choice < 93) {
                trees.damaged(random.nextInt(PARTITIONS));
            } else {
                build();
            }
        }

        /** Of one partition, as its records are. */
        private void build() {
            trees.rebuild(random.nextInt(PARTITIONS));
            int partition = trees.nextUnbuilt(random.nextInt(PARTITIONS));
            if (partition < 0) {
                return;
            }
            TreeBuild build = trees.begin(partition, false);
            List<RecordKey> keys = memory.keySet().stream()
                    .filter(key -> build.covers(key.partition(), key.db()))
                    .sorted()
                    .toList();
            build.begin();
            List<byte[]> values = keys.stream()
                    .map(key -> VersionsCodec.encode(memory.getOrDefault(key, Versions.EMPTY)))
                    .toList();
            build.take(new RecordRange.Page(keys, values, null, Verdict.OK), (key, damage) -> {
                throw damage;
            });
            trees.replace(build);
        }

        private BitSet all() {
            BitSet all = new BitSet();
            all.set(0, PARTITIONS);
            return all;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void whatAStartTakesIsWhatTheRecordsAre(int tens) {
        int restored = 0;
        for (int seed = 50 * tens; seed < 50 * (tens + 1); seed++) {
            Node node = new Node(seed);
            try {
                for (int life = 0; life < LIVES; life++) {
                    node.start();
                    for (int step = 0; step < STEPS; step++) {
                        node.step();
                    }
                    node.check();
                    // Dead: what was not committed is gone.
                    node.store.open.clear();
                    node.store.told.clear();
                    node.undo.clear();
                }
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
            restored += node.restored;
        }
        assertTrue(restored > 50 * LIVES, restored + " trees were not built");
    }
}
