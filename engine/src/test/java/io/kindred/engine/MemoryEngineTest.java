package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static io.kindred.engine.EngineDriver.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class MemoryEngineTest extends StorageEngineContract {
    private OwnerQueue owner = new OwnerQueue();
    private MemoryEngine engine = new MemoryEngine(SyncPolicy.EVERYSEC, owner);

    @Override
    EngineDriver open(SyncPolicy policy) {
        owner = new OwnerQueue();
        engine = new MemoryEngine(policy, owner);
        return new EngineDriver(engine, owner);
    }

    @Override
    EngineDriver reopen() {
        engine.restart();
        return new EngineDriver(engine, owner);
    }

    @Override
    EngineDriver loseEverythingUnsynced() {
        engine.dropUnsynced();
        return new EngineDriver(engine, owner);
    }

    @Override
    void failCommits(EngineFailure.Kind kind) {
        engine.failCommits(new EngineFailure(kind, "as the test wants it"));
    }

    @Override
    void failCommitsNoMore() {
        engine.failCommits(null);
    }

    @Test
    void goesBackToTheLastSync() {
        EngineDriver driver = open(SyncPolicy.EVERYSEC);
        engine.put(key(1, "a"), value("synced"), 1);
        assertNull(driver.commit());
        engine.sync();
        engine.put(key(1, "a"), value("acknowledged"), 0);
        engine.put(key(1, "b"), value("acknowledged"), 1);
        assertNull(driver.commit());
        engine.put(key(1, "a"), value("open"), 0);
        engine.dropUnsynced();
        assertEquals("synced", driver.get(key(1, "a")));
        assertEquals("(absent)", driver.get(key(1, "b")));
        assertEquals(Map.of(1, 1L), driver.counts());
        assertFalse(engine.startedClean());
    }

    @Test
    void holdsCommitsBackAndDropsTheirCallbacksWithThePower() {
        EngineDriver driver = open(SyncPolicy.ALWAYS);
        engine.holdCommits(true);
        engine.put(key(1, "a"), value("held"), 1);
        EngineDriver.Answer<Void> held = driver.startCommit();
        owner.runAll();
        assertFalse(held.given);
        engine.holdCommits(false);
        owner.runAll();
        assertTrue(held.given);
        engine.holdCommits(true);
        engine.put(key(1, "a"), value("lost"), 1);
        EngineDriver.Answer<Void> lost = driver.startCommit();
        engine.dropUnsynced();
        engine.holdCommits(false);
        owner.runAll();
        assertFalse(lost.given);
        assertEquals("held", driver.get(key(1, "a")));
    }

    @Test
    void forgetsOnlyWhatIsAcknowledged() {
        EngineDriver driver = open(SyncPolicy.ALWAYS);
        engine.forget(key -> true);
        engine.put(key(1, "a"), value("a"), 1);
        assertEquals("a", EngineDriver.text(engine.peek(key(1, "a"))));
        assertNull(driver.commit());
        assertNull(engine.peek(key(1, "a")));
        assertEquals("a", driver.get(key(1, "a")));
        engine.failReads(new EngineFailure(EngineFailure.Kind.CORRUPT, "as the test wants it"));
        EngineDriver.Answer<byte[]> failed = driver.read(key(1, "a"));
        assertNull(failed.result);
        assertTrue(failed.failure != null);
    }
}
