package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static io.kindred.engine.EngineDriver.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A flush that somebody asks for, whatever the memtable holds. */
final class LsmEngineFlushTest {
    @TempDir
    Path directory = Path.of("unset");

    private final FaultyDisk disk = new FaultyDisk();
    private final OwnerQueue owner = new OwnerQueue();
    private EngineDriver driver = new EngineDriver(new MemoryEngine(SyncPolicy.NO, Runnable::run), owner);

    private LsmEngine open() throws IOException {
        EngineOptions options = LsmEngineContractTest.SMALL.withMemtableBytes(1 << 20);
        LsmEngine engine = LsmEngine.open(new EngineContext(disk, directory, options, new EngineCounters()), owner);
        driver = new EngineDriver(engine, owner);
        return engine;
    }

    @AfterEach
    void closeEngine() {
        disk.roomBytes = Long.MAX_VALUE;
        driver.engine.close();
    }

    private void put(String name) {
        driver.engine.put(key(1, name), value("value of " + name), 1);
        assertNull(driver.commit());
    }

    private static EngineDriver.Answer<Void> flush(LsmEngine engine) {
        EngineDriver.Answer<Void> answer = new EngineDriver.Answer<>();
        engine.flush(failure -> answer.give(null, failure));
        return answer;
    }

    private void await(EngineDriver.Answer<Void> answer) {
        owner.runUntil(() -> answer.given);
    }

    @Test
    void whatIsInMemoryIsInTablesWhenItSaysSo() throws Exception {
        LsmEngine engine = open();
        put("a");
        EngineDriver.Answer<Void> flushed = flush(engine);
        await(flushed);
        assertNull(flushed.failure);
        assertEquals(1, engine.stats().tables().flushes());
        assertEquals("value of a", driver.get(key(1, "a")));
    }

    @Test
    void whereNothingIsInMemoryNothingIsDone() throws Exception {
        LsmEngine engine = open();
        await(flush(engine));
        put("a");
        await(flush(engine));
        await(flush(engine));
        assertEquals(1, engine.stats().tables().flushes());
    }

    /** The one that is under way does not have what came since. */
    @Test
    void whatWasWrittenDuringAFlushIsFlushedByTheNext() throws Exception {
        LsmEngine engine = open();
        put("a");
        EngineDriver.Answer<Void> first = flush(engine);
        put("b");
        EngineDriver.Answer<Void> second = flush(engine);
        EngineDriver.Answer<Void> third = flush(engine);
        await(first);
        await(second);
        await(third);
        assertNull(second.failure);
        assertEquals(2, engine.stats().tables().flushes());
        assertEquals(2, engine.count(1));
    }

    @Test
    void aFlushThatFailsSaysWhyAndIsTriedAgain() throws Exception {
        LsmEngine engine = open();
        put("a");
        disk.roomBytes = 0;
        EngineDriver.Answer<Void> failed = flush(engine);
        await(failed);
        assertNotNull(failed.failure);
        // Behind the memtable that cannot be flushed is another one now, and who waits for that is told as well.
        disk.roomBytes = Long.MAX_VALUE;
        put("b");
        disk.roomBytes = 0;
        EngineDriver.Answer<Void> behind = flush(engine);
        await(behind);
        assertNotNull(behind.failure);
        disk.roomBytes = Long.MAX_VALUE;
        EngineDriver.Answer<Void> again = flush(engine);
        assertFalse(again.given);
        await(again);
        assertNull(again.failure);
        assertEquals("value of a", driver.get(key(1, "a")));
    }
}
