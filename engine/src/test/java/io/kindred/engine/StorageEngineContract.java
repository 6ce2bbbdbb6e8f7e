package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static io.kindred.engine.EngineDriver.text;
import static io.kindred.engine.EngineDriver.value;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What any engine does, whatever is behind it. */
abstract class StorageEngineContract {
    private static final byte[] NO_BOUND = {};

    private EngineDriver driver = new EngineDriver(new MemoryEngine(SyncPolicy.NO, Runnable::run), new OwnerQueue());

    abstract EngineDriver open(SyncPolicy policy) throws Exception;

    /** Stops cleanly and starts again. */
    abstract EngineDriver reopen() throws Exception;

    /** Loses power and starts again. */
    abstract EngineDriver loseEverythingUnsynced() throws Exception;

    /** From now on, until `null`, commits fail with this. */
    abstract void failCommits(EngineFailure.Kind kind);

    abstract void failCommitsNoMore();

    private void start(SyncPolicy policy) throws Exception {
        driver = open(policy);
    }

    private void put(byte[] key, String value, int countDelta) {
        driver.engine.put(key, value(value), countDelta);
    }

    @AfterEach
    void closeEngine() {
        driver.engine.close();
    }

    @ParameterizedTest
    @EnumSource(SyncPolicy.class)
    void seesAWriteAtOnceAndAcknowledgesIt(SyncPolicy policy) throws Exception {
        start(policy);
        put(key(1, "a"), "one", 1);
        assertEquals("one", text(driver.engine.peek(key(1, "a"))));
        assertNull(driver.commit());
        assertEquals("one", driver.get(key(1, "a")));
        put(key(1, "a"), "two", 0);
        assertEquals("two", driver.get(key(1, "a")));
        driver.engine.delete(key(1, "a"), -1);
        assertSame(StorageEngine.ABSENT, driver.engine.peek(key(1, "a")));
        assertNull(driver.commit());
    }

    @Test
    void readsWhatItKnowsNothingOfAsAbsent() throws Exception {
        start(SyncPolicy.EVERYSEC);
        assertSame(StorageEngine.ABSENT, driver.read(key(1, "never")).result);
        assertSame(StorageEngine.ABSENT, driver.engine.peek(key(1, "never")));
    }

    @Test
    void tellsAnEmptyValueFromAnAbsentOne() throws Exception {
        start(SyncPolicy.EVERYSEC);
        driver.engine.put(key(1, "empty"), StorageEngine.ABSENT, 1);
        assertNull(driver.commit());
        byte[] peeked = driver.engine.peek(key(1, "empty"));
        assertArrayEquals(new byte[0], peeked);
        assertNotSame(StorageEngine.ABSENT, peeked);
        driver = reopen();
        assertEquals("", driver.get(key(1, "empty")));
        assertNotSame(StorageEngine.ABSENT, driver.read(key(1, "empty")).result);
    }

    @Test
    void aReadGivesTheWriteThatCameMeanwhile() throws Exception {
        start(SyncPolicy.EVERYSEC);
        put(key(1, "a"), "old", 1);
        assertNull(driver.commit());
        driver = reopen();
        EngineDriver.Answer<byte[]> answer = driver.startRead(key(1, "a"));
        driver.engine.flushReads();
        put(key(1, "a"), "new", 0);
        driver.owner.runUntil(() -> answer.given);
        assertEquals("new", text(answer.result));
        assertEquals("new", driver.get(key(1, "a")));
    }

    @Test
    void readsWaitForTheCommitThatHandsThemOver() throws Exception {
        start(SyncPolicy.EVERYSEC);
        EngineDriver.Answer<byte[]> first = driver.startRead(key(1, "a"));
        EngineDriver.Answer<byte[]> second = driver.startRead(key(1, "b"));
        assertFalse(first.given || second.given);
        assertNull(driver.commit());
        driver.owner.runUntil(() -> first.given && second.given);
    }

    @ParameterizedTest
    @EnumSource(SyncPolicy.class)
    void callsBackInTheOrderOfTheCommits(SyncPolicy policy) throws Exception {
        start(policy);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            if (i % 3 != 0) {
                put(key(1, "k" + i), "v", 1);
            }
            driver.engine.commit(failure -> {
                assertNull(failure);
                order.add(number);
            });
        }
        driver.owner.runUntil(() -> order.size() == 100);
        List<Integer> sorted = new ArrayList<>(order);
        sorted.sort(null);
        assertEquals(sorted, order);
    }

    @ParameterizedTest
    @EnumSource(SyncPolicy.class)
    void aFailedCommitLeavesNoTrace(SyncPolicy policy) throws Exception {
        start(policy);
        put(key(1, "kept"), "before", 1);
        put(key(1, "gone"), "before", 1);
        assertNull(driver.commit());
        failCommits(EngineFailure.Kind.DISK_FULL);
        put(key(1, "kept"), "lost", 0);
        put(key(1, "kept"), "lost again", 0);
        put(key(2, "new"), "lost", 1);
        driver.engine.delete(key(1, "gone"), -1);
        EngineFailure failure = driver.commit();
        assertEquals(EngineFailure.Kind.DISK_FULL, failure == null ? null : failure.kind());
        assertEquals("before", driver.get(key(1, "kept")));
        assertEquals("before", driver.get(key(1, "gone")));
        assertEquals("(absent)", driver.get(key(2, "new")));
        assertEquals(Map.of(1, 2L), driver.counts());

        failCommitsNoMore();
        put(key(1, "kept"), "after", 0);
        assertNull(driver.commit());
        driver = reopen();
        assertEquals("after", driver.get(key(1, "kept")));
        assertEquals("before", driver.get(key(1, "gone")));
        assertEquals("(absent)", driver.get(key(2, "new")));
        assertEquals(Map.of(1, 2L), driver.counts());
    }

    @Test
    void aFailureTakesLaterCommitsAndTheOpenOneWithIt() throws Exception {
        start(SyncPolicy.ALWAYS);
        put(key(1, "a"), "zero", 1);
        assertNull(driver.commit());
        failCommits(EngineFailure.Kind.IO);
        put(key(1, "a"), "one", 0);
        EngineDriver.Answer<Void> first = driver.startCommit();
        put(key(1, "a"), "two", 0);
        put(key(1, "b"), "two", 1);
        EngineDriver.Answer<Void> second = driver.startCommit();
        EngineDriver.Answer<Void> empty = driver.startCommit();
        put(key(1, "a"), "three", 0);
        driver.owner.runUntil(() -> first.given && second.given && empty.given);
        assertTrue(first.failure != null && second.failure != null);
        assertEquals("zero", driver.get(key(1, "a")));
        assertEquals("(absent)", driver.get(key(1, "b")));
        failCommitsNoMore();
        put(key(1, "a"), "ignored", 0);
        assertTrue(driver.commit() != null, "the commit that was open lost a part of itself");
        assertEquals("zero", driver.get(key(1, "a")));
        put(key(1, "a"), "four", 0);
        assertNull(driver.commit());
        assertEquals("four", driver.get(key(1, "a")));
        assertEquals(Map.of(1, 1L), driver.counts());
    }

    @Test
    void scansInOrderWithinBounds() throws Exception {
        start(SyncPolicy.EVERYSEC);
        for (int group : new int[] {7, -1, 0, 3}) {
            for (int i = 9; i >= 0; i--) {
                put(key(group, "k" + i), group + ":" + i, 1);
            }
        }
        driver.engine.delete(key(3, "k5"), -1);
        assertNull(driver.commit());
        List<String> found = new ArrayList<>();
        for (ScanStep.Entry entry : driver.scan(key(3, "k3"), key(7, "k2"), 3)) {
            found.add(text(entry.value()));
        }
        assertEquals(List.of("3:3", "3:4", "3:6", "3:7", "3:8", "3:9", "7:0", "7:1"), found);
        assertEquals(39, driver.scan(NO_BOUND, NO_BOUND, 4).size());
        assertEquals(0, driver.scan(key(4, ""), key(7, ""), 4).size());
        assertEquals(10, driver.scan(key(-1, ""), NO_BOUND, 100).size());
    }

    @Test
    void aScanSeesTheMomentInWhichItWasAskedFor() throws Exception {
        start(SyncPolicy.EVERYSEC);
        put(key(1, "a"), "old", 1);
        put(key(1, "b"), "old", 1);
        EngineDriver.Answer<ScanStep> answer = new EngineDriver.Answer<>();
        driver.engine.scan(NO_BOUND, NO_BOUND, 10, answer::give);
        put(key(1, "a"), "new", 0);
        driver.engine.delete(key(1, "b"), -1);
        put(key(1, "c"), "new", 1);
        driver.owner.runUntil(() -> answer.given);
        ScanStep step = answer.result;
        List<String> found = new ArrayList<>();
        if (step != null) {
            step.entries().forEach(entry -> found.add(text(entry.value())));
        }
        assertEquals(List.of("old", "old"), found);
    }

    @ParameterizedTest
    @EnumSource(SyncPolicy.class)
    void keepsEverythingOverACleanStop(SyncPolicy policy) throws Exception {
        start(policy);
        for (int i = 0; i < 1000; i++) {
            put(key(i % 5, "k" + i), "v" + i, 1);
        }
        assertNull(driver.commit());
        driver = reopen();
        assertTrue(driver.engine.startedClean());
        for (int i = 0; i < 1000; i++) {
            assertEquals("v" + i, driver.get(key(i % 5, "k" + i)));
        }
        assertEquals(200, driver.engine.count(4));
        assertEquals(Map.of(0, 200L, 1, 200L, 2, 200L, 3, 200L, 4, 200L), driver.counts());
    }

    @Test
    void losesNothingAcknowledgedUnderAlways() throws Exception {
        start(SyncPolicy.ALWAYS);
        put(key(1, "a"), "kept", 1);
        assertNull(driver.commit());
        put(key(1, "a"), "not committed", 0);
        driver = loseEverythingUnsynced();
        assertFalse(driver.engine.startedClean());
        assertEquals("kept", driver.get(key(1, "a")));
        assertEquals(Map.of(1, 1L), driver.counts());
    }

    @Test
    void refusesAKeyWithoutAGroup() throws Exception {
        start(SyncPolicy.NO);
        assertThrows(IllegalArgumentException.class, () -> driver.engine.put(new byte[3], new byte[1], 0));
        assertThrows(IllegalArgumentException.class, () -> driver.engine.delete(new byte[0], 0));
        assertThrows(IllegalArgumentException.class, () -> driver.engine.put(new byte[4], new byte[1], 2));
    }

    @Test
    void takesLargeValuesAndKeys() throws Exception {
        start(SyncPolicy.EVERYSEC);
        String large = "x".repeat(3 << 20);
        put(key(1, large), large, 1);
        assertNull(driver.commit());
        driver = reopen();
        assertEquals(large, driver.get(key(1, large)));
    }
}
