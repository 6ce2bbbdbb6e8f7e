package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random writes, reads and scans beside flushes, collections, backups, restarts, kills, power cuts and full disks, against a
 * sorted map.
 *
 * <p>One seed: `mvn -pl engine test -Dtest=LsmEngineRandomTest -Dseed=N`.
 */
final class LsmEngineRandomTest {
    private static final int SEEDS = 12;
    private static final int LONG_SEEDS = 300;
    private static final int STEPS = 1500;
    private static final EngineOptions OPTIONS = LsmEngineContractTest.SMALL;
    /** Most values are kept apart, in files that are soon full, and collected all the time. */
    private static final ValueOptions SMALL_VALUES = new ValueOptions(60, 8 << 10, 8 << 10);
    /** It is given what is flushed. */
    private static final long LARGE_ROW_CACHE_BYTES = RowFeed.MEMTABLES_MIN * OPTIONS.memtableBytes();

    @TempDir
    Path parent = Path.of("unset");

    static LongStream seeds() {
        Long one = Long.getLong("seed");
        return one != null ? LongStream.of(one) : LongStream.rangeClosed(1, SEEDS);
    }

    static LongStream longSeeds() {
        return LongStream.rangeClosed(SEEDS + 1, LONG_SEEDS);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithASortedMap(long seed) throws Exception {
        run(seed);
    }

    @ParameterizedTest
    @MethodSource("longSeeds")
    @Tag("long")
    void agreesWithASortedMapForLong(long seed) throws Exception {
        run(seed);
    }

    private void run(long seed) throws Exception {
        Run run = new Run(new Random(seed), parent);
        try {
            run.start();
            for (int step = 0; step < STEPS; step++) {
                run.step();
            }
            run.finish();
        } catch (Exception | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + ": mvn -pl engine test -Dtest=LsmEngineRandomTest -Dseed=" + seed, e);
        } finally {
            run.closeAll();
        }
    }

    /** Writes of one commit; an absent value is a deletion. */
    private record Batch(Map<byte[], byte[]> writes) {
        static Batch empty() {
            return new Batch(sorted());
        }

        void applyTo(Map<byte[], byte[]> state) {
            writes.forEach((key, value) -> {
                if (value == StorageEngine.ABSENT) {
                    state.remove(key);
                } else {
                    state.put(key, value);
                }
            });
        }
    }

    private static TreeMap<byte[], byte[]> sorted() {
        return new TreeMap<>(Arrays::compareUnsigned);
    }

    private static final class Run {
        private final Random random;
        private final Path parent;
        private final EngineOptions options;
        private final List<LsmEngine> lost = new ArrayList<>();
        private FaultyDisk disk = new FaultyDisk();
        private Path directory;
        private OwnerQueue owner = new OwnerQueue();
        private @Nullable EngineDriver driver;
        private int lives;
        private int backups;
        private int values;

        /** What the engine shows, and what it has acknowledged since it was opened. */
        private TreeMap<byte[], byte[]> visible = sorted();

        private TreeMap<byte[], byte[]> opened = sorted();
        private final List<Batch> acknowledged = new ArrayList<>();
        private final List<Batch> unanswered = new ArrayList<>();

        Run(Random random, Path parent) {
            this.random = random;
            this.parent = parent;
            this.directory = parent.resolve("life-0");
            EngineOptions ofPolicy = OPTIONS.withSyncPolicy(SyncPolicy.values()[random.nextInt(3)]);
            EngineOptions ofValues = random.nextBoolean() ? ofPolicy : ofPolicy.withValues(SMALL_VALUES);
            this.options = random.nextBoolean() ? ofValues : ofValues.withRowCacheBytes(LARGE_ROW_CACHE_BYTES);
        }

        void start() throws IOException {
            owner = new OwnerQueue();
            EngineContext context = new EngineContext(disk, directory, options, new EngineCounters());
            driver = new EngineDriver(LsmEngine.open(context, owner), owner);
        }

        /** One life may have more memory than the next, and leave a log that is longer than that one's memtables. */
        private EngineOptions ofThisLife() {
            return random.nextBoolean() ? options : options.withMemtableBytes(8 * options.memtableBytes());
        }

        void step() throws IOException {
            int dice = random.nextInt(1000);
            if (dice < 700) {
                write(1 + random.nextInt(dice < 20 ? 200 : 8));
            } else if (dice < 850) {
                get(randomKey());
            } else if (dice < 930) {
                scanBesideWrites();
            } else if (dice < 980) {
                owner.runAll();
            } else if (dice < 985) {
                disk.roomBytes = disk.roomBytes == Long.MAX_VALUE ? random.nextInt(40_000) : Long.MAX_VALUE;
            } else if (dice < 990 && hasRoom()) {
                restart();
            } else if (dice < 995) {
                die(true);
            } else if (dice < 997) {
                die(false);
            } else if (dice < 998 && hasRoom()) {
                backUp();
            } else {
                settle();
                compareAll();
            }
        }

        void finish() throws IOException {
            disk.roomBytes = Long.MAX_VALUE;
            settle();
            compareAll();
            restart();
            compareAll();
        }

        void closeAll() {
            lives++;
            engine().close();
            lost.forEach(LsmEngine::close);
        }

        private boolean hasRoom() {
            return disk.roomBytes == Long.MAX_VALUE;
        }

        private EngineDriver driver() {
            if (driver == null) {
                throw new AssertionError("not started");
            }
            return driver;
        }

        private LsmEngine engine() {
            return (LsmEngine) driver().engine;
        }

        private byte[] randomKey() {
            return key(random.nextInt(5) - 2, "k" + random.nextInt(60));
        }

        private void write(int writes) {
            Batch batch = Batch.empty();
            TreeMap<byte[], byte[]> before = sorted();
            before.putAll(visible);
            long refusedBefore = engine().stats().memory().commitsRefused();
            byte[][] keys = new byte[writes][];
            Arrays.setAll(keys, i -> randomKey());
            foreseeSome(keys);
            for (byte[] key : keys) {
                boolean there = visible.containsKey(key);
                if (random.nextInt(4) == 0) {
                    engine().delete(key, there ? -1 : 0);
                    batch.writes.put(key, StorageEngine.ABSENT);
                    visible.remove(key);
                } else {
                    byte[] former = visible.get(key);
                    byte[] value = randomValue();
                    if (former != null && random.nextBoolean()) {
                        // Overwrites it in place, if the memtable has it.
                        value = Arrays.copyOf(value, former.length);
                    }
                    engine().put(key, value, there ? 0 : 1);
                    batch.writes.put(key, value);
                    visible.put(key, value);
                }
            }
            if (engine().stats().memory().commitsRefused() > refusedBefore) {
                // The memtable is full: nothing of this commit is visible, and its answer changes nothing.
                batch.writes.clear();
                visible = before;
            }
            unanswered.add(batch);
            int life = lives;
            engine().commit(failure -> {
                if (life == lives) {
                    answered(batch, failure);
                }
            });
        }

        private byte[] randomValue() {
            String text = "value " + ++values + " ";
            return text.repeat(random.nextInt(100) == 0 ? 400 : random.nextInt(20))
                    .getBytes(StandardCharsets.UTF_8);
        }

        private void answered(Batch batch, @Nullable EngineFailure failure) {
            assertEquals(batch, unanswered.remove(0), "commits are answered in order");
            if (failure == null || batch.writes.isEmpty()) {
                assertEquals(batch.writes.isEmpty(), failure != null);
                acknowledged.add(batch);
                return;
            }
            assertTrue(!hasRoom() || failure.kind() != EngineFailure.Kind.IO, failure::message);
            visible = state(acknowledged.size());
        }

        /** After so many acknowledged commits. */
        private TreeMap<byte[], byte[]> state(int commits) {
            TreeMap<byte[], byte[]> state = sorted();
            state.putAll(opened);
            acknowledged.subList(0, commits).forEach(batch -> batch.applyTo(state));
            return state;
        }

        /** Some of what is asked for next, in this order or another, and some of what is not. */
        private void foreseeSome(byte[]... keys) {
            if (random.nextBoolean()) {
                byte[][] some = new byte[1 + random.nextInt(2 * keys.length)][];
                int next = 0;
                for (int i = 0; i < some.length; i++) {
                    next = Math.min(next + random.nextInt(3), keys.length - 1);
                    some[i] = random.nextInt(4) == 0 ? randomKey() : keys[next];
                }
                engine().foresee(some, some.length);
            }
        }

        private void get(byte[] key) {
            foreseeSome(key);
            byte[] peeked = engine().peek(key);
            if (peeked != null) {
                assertEquals(EngineDriver.text(expected(key)), EngineDriver.text(peeked));
                return;
            }
            boolean[] done = {false};
            engine().read(key, (value, failure) -> {
                done[0] = true;
                assertEquals(EngineDriver.text(expected(key)), EngineDriver.text(value), () -> "" + failure);
            });
            engine().flushReads();
            if (random.nextBoolean()) {
                write(1);
            }
            owner.runUntil(() -> done[0]);
        }

        private byte[] expected(byte[] key) {
            return visible.getOrDefault(key, StorageEngine.ABSENT);
        }

        private void scanBesideWrites() {
            byte[] from = random.nextInt(4) == 0 ? new byte[0] : randomKey();
            byte[] to = random.nextInt(4) == 0 ? new byte[0] : randomKey();
            int limit = 1 + random.nextInt(40);
            TreeMap<byte[], byte[]> now = sorted();
            now.putAll(visible.tailMap(from));
            if (to.length > 0) {
                now.tailMap(to).clear();
            }
            boolean[] done = {false};
            engine().scan(from, to, limit, (step, failure) -> {
                done[0] = true;
                compare(now, limit, step, failure);
            });
            write(1 + random.nextInt(60));
            owner.runUntil(() -> done[0]);
        }

        private static void compare(
                TreeMap<byte[], byte[]> range, int limit, @Nullable ScanStep step, @Nullable EngineFailure failure) {
            if (step == null) {
                throw new AssertionError("the scan failed: " + failure);
            }
            assertTrue(step.entries().size() <= limit);
            byte[] next = step.next();
            Map<byte[], byte[]> seen = next == null ? range : range.headMap(next);
            assertEquals(texts(seen), texts(step.entries()));
        }

        private static List<String> texts(Map<byte[], byte[]> state) {
            List<String> texts = new ArrayList<>();
            state.forEach((key, value) -> texts.add(Arrays.toString(key) + "=" + EngineDriver.text(value)));
            return texts;
        }

        private static List<String> texts(List<ScanStep.Entry> entries) {
            List<String> texts = new ArrayList<>();
            entries.forEach(entry -> texts.add(Arrays.toString(entry.key()) + "=" + EngineDriver.text(entry.value())));
            return texts;
        }

        private void settle() {
            owner.runUntil(unanswered::isEmpty);
        }

        private List<String> everything() {
            return texts(driver().scan(new byte[0], new byte[0], 1 + random.nextInt(50)));
        }

        private void compareAll() {
            assertEquals(texts(visible), everything());
            assertEquals(counts(visible), driver().counts());
        }

        private static Map<Integer, Long> counts(Map<byte[], byte[]> state) {
            Map<Integer, Long> counts = new TreeMap<>();
            state.keySet()
                    .forEach(key -> counts.merge(
                            (key[0] & 0xff) << 24 | (key[1] & 0xff) << 16 | (key[2] & 0xff) << 8 | key[3] & 0xff,
                            1L,
                            Long::sum));
            return counts;
        }

        private void restart() throws IOException {
            engine().close();
            assertTrue(unanswered.isEmpty(), "closing answers every commit");
            start();
            assertEquals(List.of(), engine().recovery().findings());
            assertTrue(engine().startedClean());
            newLife(visible);
            compareAll();
        }

        /** A killed process loses nothing acknowledged; a power cut loses nothing acknowledged under ALWAYS. */
        private void die(boolean power) throws IOException {
            owner.runAll();
            LsmEngine dying = engine();
            Path copy = parent.resolve("life-" + ++lives);
            Files.createDirectories(copy);
            if (power) {
                disk.tears = random::nextBoolean;
                disk.copyDurable(directory, copy);
            } else {
                disk.copyAll(directory, copy);
            }
            lost.add(dying);
            disk.roomBytes = Long.MAX_VALUE;
            disk = new FaultyDisk();
            directory = copy;
            int commits = acknowledged.size();
            acknowledged.addAll(unanswered);
            unanswered.clear();
            start();
            assertEquals(
                    0,
                    engine().recovery().corruptions(),
                    () -> "" + engine().recovery().findings());
            int least = power && options.syncPolicy() != SyncPolicy.ALWAYS ? 0 : commits;
            newLife(foundState(least));
            compareAll();
        }

        /** An engine that is opened on a backup holds what was acknowledged when that began, and perhaps some of what came since. */
        private void backUp() throws IOException {
            settle();
            Path into = parent.resolve("backup-" + ++backups);
            int commits = acknowledged.size();
            boolean[] ended = {false};
            engine().backUp(into, Map.of(), (made, failure) -> {
                ended[0] = true;
                assertNull(failure);
            });
            for (int i = 0; i < 10 && !ended[0]; i++) {
                write(1 + random.nextInt(8));
                owner.runAll();
            }
            owner.runUntil(() -> ended[0]);
            settle();
            BackupManifest.read(into).verify(into, bytes -> {});
            OwnerQueue ofCopy = new OwnerQueue();
            Path store = into.resolve(BackupManifest.STORE);
            try (LsmEngine copy = LsmEngine.open(store, options, ofCopy)) {
                foundState(commits, texts(new EngineDriver(copy, ofCopy).scan(new byte[0], new byte[0], 50)));
            }
        }

        private TreeMap<byte[], byte[]> foundState(int least) {
            return foundState(least, everything());
        }

        private TreeMap<byte[], byte[]> foundState(int least, List<String> found) {
            for (int commits = acknowledged.size(); commits >= least; commits--) {
                TreeMap<byte[], byte[]> state = state(commits);
                if (texts(state).equals(found)) {
                    return state;
                }
            }
            throw new AssertionError("no state between commit " + least + " and commit " + acknowledged.size()
                    + " of this life holds what was found: " + found);
        }

        private void newLife(TreeMap<byte[], byte[]> state) {
            visible = state;
            opened = sorted();
            opened.putAll(state);
            acknowledged.clear();
        }
    }
}
