package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static io.kindred.engine.EngineDriver.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** An engine with values beside its tables. */
abstract class EngineWithValueFiles {
    static final int FILE_BYTES = 32 << 10;

    static final int SLACK_BYTES = 64 << 10;

    static final int VALUE_BYTES = 1_000;

    /** Flushed only where a test says so; memory knows nothing that it does not have to. */
    static final EngineOptions OPTIONS = LsmEngineContractTest.SMALL
            .withSyncPolicy(SyncPolicy.ALWAYS)
            .withMemtableBytes(4 << 20)
            .withRowCacheBytes(0)
            .withKeyFilterBytes(0)
            .withValues(new ValueOptions(500, FILE_BYTES, SLACK_BYTES));

    /** Unless nothing of a file lives. */
    static final EngineOptions NEVER_COLLECTED =
            OPTIONS.withValues(new ValueOptions(500, FILE_BYTES, Long.MAX_VALUE / 4));

    static final EngineOptions COLLECTED_AT_ONCE = OPTIONS.withValues(new ValueOptions(500, FILE_BYTES, 1));

    @TempDir
    Path parent = Path.of("unset");

    final FaultyDisk disk = new FaultyDisk();

    EngineDriver driver = new EngineDriver(new MemoryEngine(SyncPolicy.NO, Runnable::run), new OwnerQueue());

    /** What was written, by number. */
    final Map<Integer, String> written = new TreeMap<>();

    int versions;

    Path directory() {
        return parent.resolve("engine");
    }

    LsmEngine open(EngineOptions options) throws IOException {
        OwnerQueue owner = new OwnerQueue();
        EngineContext context = new EngineContext(disk, directory(), options, new EngineCounters());
        LsmEngine engine = LsmEngine.open(context, owner);
        driver = new EngineDriver(engine, owner);
        return engine;
    }

    @AfterEach
    void closeEngine() {
        disk.roomBytes = Long.MAX_VALUE;
        disk.afterChange = null;
        driver.engine.close();
    }

    static byte[] keyOf(int number) {
        return key(number % 4, "key" + number);
    }

    void put(int number) {
        put(number, VALUE_BYTES);
    }

    void put(int number, int length) {
        String text = "value " + number + " version " + ++versions + " ";
        String whole = text.repeat(length / text.length() + 1).substring(0, length);
        driver.engine.put(keyOf(number), value(whole), written.containsKey(number) ? 0 : 1);
        written.put(number, whole);
    }

    void delete(int number) {
        driver.engine.delete(keyOf(number), -1);
        written.remove(number);
    }

    /** What is in memory is in the tables then, and what is due has been collected. */
    void flush() {
        assertNull(driver.commit());
        LsmEngine engine = (LsmEngine) driver.engine;
        EngineDriver.Answer<Void> flushed = new EngineDriver.Answer<>();
        engine.flush(failure -> flushed.give(null, failure));
        driver.owner.runUntil(() -> flushed.given);
        assertNull(flushed.failure);
        awaitCollection();
    }

    /** What is asked for behind a collection comes when that has done a part of what is due, at least. */
    void awaitCollection() {
        long before;
        do {
            before = values().collectedBytes();
            acceptLoss(key(100, ""), key(101, ""));
        } while (values().collectedBytes() > before);
    }

    void acceptLoss(byte[] from, byte[] to) {
        EngineDriver.Answer<Void> answer = new EngineDriver.Answer<>();
        driver.engine.acceptLoss(from, to, failure -> answer.give(null, failure));
        driver.owner.runUntil(() -> answer.given);
        assertNull(answer.failure);
    }

    void fill(int keys) {
        for (int i = 0; i < keys; i++) {
            put(i);
        }
        flush();
    }

    void assertAllAreThere() {
        assertAllAreThere(driver);
    }

    void assertAllAreThere(EngineDriver found) {
        written.forEach((number, value) -> assertEquals(value, EngineDriver.text(found.read(keyOf(number)).result)));
        Map<String, String> scanned = new TreeMap<>();
        found.scan(new byte[0], new byte[0], 50)
                .forEach(entry -> scanned.put(
                        EngineDriver.text(entry.key()).substring(Integer.BYTES), EngineDriver.text(entry.value())));
        Map<String, String> expected = new TreeMap<>();
        written.forEach((number, value) -> expected.put("key" + number, value));
        assertEquals(expected, scanned);
        long counted =
                found.counts().values().stream().mapToLong(count -> count).sum();
        assertEquals(written.size(), counted);
    }

    EngineStats.Values values() {
        return driver.engine.stats().values();
    }

    List<Path> files() throws IOException {
        return List.copyOf(ValueFormat.files(directory()).values());
    }

    /** Eight files, of which a third lives, some of each. */
    void leaveGarbage() throws IOException {
        open(NEVER_COLLECTED);
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 48; i++) {
                put(i % 7 > 0 ? i : 100 * round + i);
            }
            flush();
        }
        driver.engine.close();
        assertEquals(8, files().size());
    }
}
