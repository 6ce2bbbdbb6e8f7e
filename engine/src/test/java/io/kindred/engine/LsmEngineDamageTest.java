package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static io.kindred.engine.EngineDriver.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tables that cannot be read: what was lost is never absent, and heals. */
final class LsmEngineDamageTest extends EngineOnFaultyDisk {
    /** 600 keys in tables with a damaged block each. */
    private void openDamaged(EngineOptions options) throws IOException {
        LsmEngine engine = open(options);
        fillAndFlush(engine, 600);
        engine.close();
        turnABitInEachTable();
        open(options);
    }

    private List<byte[]> lostKeys() {
        return IntStream.range(0, 600)
                .mapToObj(i -> key(i % 4, "key" + i))
                .filter(key -> driver.read(key).failure != null)
                .sorted(Arrays::compareUnsigned)
                .toList();
    }

    private static boolean isTable(Path path) {
        return path.toString().endsWith(".ldb");
    }

    private void assertAllAreThere(LsmEngine engine) {
        for (int i = 0; i < 600; i++) {
            assertEquals("value " + i, driver.get(key(i % 4, "key" + i)).strip());
        }
        assertEquals(600, driver.scan(key(0, ""), key(4, ""), 100).size());
        assertEquals(0, engine.stats().tables().damagedBlocks());
    }

    /** One block of each table, in the middle of its data. */
    private void turnABitInEachTable() throws IOException {
        for (Path table : tables()) {
            byte[] bytes = Files.readAllBytes(table);
            bytes[bytes.length / 3] ^= 0x10;
            Files.write(table, bytes);
        }
    }

    @Test
    void damageInATableIsAFailureNeverAnAbsence() throws Exception {
        LsmEngine engine = open(SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0));
        fillAndFlush(engine, 600);
        engine.close();
        for (Path table : tables()) {
            byte[] bytes = Files.readAllBytes(table);
            // The first block of the first table has the meta record, without which nothing opens.
            for (int at = 5000; at < bytes.length / 2; at += 512) {
                bytes[at] ^= 0x10;
            }
            Files.write(table, bytes);
        }
        open(SMALL.withRowCacheBytes(0));
        int corrupt = 0;
        for (int i = 0; i < 600; i++) {
            EngineDriver.Answer<byte[]> answer = driver.read(key(i % 4, "key" + i));
            EngineFailure failure = answer.failure;
            if (failure == null) {
                assertEquals("value " + i, EngineDriver.text(answer.result).strip());
            } else {
                corrupt++;
                assertEquals(EngineFailure.Kind.CORRUPT, failure.kind());
                assertTrue(failure.message().contains(".ldb at offset "), failure.message());
            }
        }
        assertTrue(corrupt > 0);
        EngineDriver.Answer<ScanStep> scan = driver.scanStep(new byte[0], new byte[0], 10_000);
        EngineFailure failure = scan.failure;
        assertEquals(EngineFailure.Kind.CORRUPT, failure == null ? null : failure.kind());
        assertTrue(driver.engine.stats().tables().corruptions() > 0);
    }

    @Test
    void flushesGoOnOverDamageAndWhatWasLostIsNeverAbsent() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0);
        LsmEngine engine = open(options);
        fillAndFlush(engine, 600);
        engine.close();
        turnABitInEachTable();
        LsmEngine again = open(options);
        write(again, 600, 6_000);
        assertTrue(again.stats().tables().flushFailures() > 0, "no compaction met the damage");
        int lost = failing(6_000);
        assertTrue(lost > 0 && lost < 300, () -> lost + " keys are lost");
        assertTrue(again.stats().tables().damagedBlocks() > 0);
        again.close();

        LsmEngine third = open(options);
        assertEquals(lost, failing(6_000), "it is remembered what is lost");
        assertTrue(scanFailures() > 0);
        write(third, 0, 6_000);
        assertEquals(0, failing(6_000), "what is written anew is there");
        third.close();

        LsmEngine last = open(options);
        assertEquals(0, failing(6_000));
        acceptLoss(new byte[0], new byte[0]);
        assertEquals(0, last.stats().tables().damagedBlocks());
        assertEquals(6_000, driver.scan(new byte[0], new byte[0], 500).size());
    }

    @Test
    void aLossIsAcceptedInARangeOnly() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0);
        openDamaged(options);
        assertTrue(failing(600) > 0);
        int damaged = scanFailures();
        assertTrue(damaged > 0);
        acceptLoss(key(4, ""), new byte[0]);
        assertEquals(damaged, scanFailures());
        for (int group = 0; group < 4; group++) {
            acceptLoss(key(group, ""), key(group + 1, ""));
            assertEquals(0, scanFailures(group));
        }
        int absent = 0;
        for (int i = 0; i < 600; i++) {
            String found = driver.get(key(i % 4, "key" + i)).strip();
            absent += found.equals("(absent)") ? 1 : 0;
            assertTrue(found.equals("(absent)") || found.equals("value " + i), found);
        }
        assertTrue(absent > 0);
        driver.engine.close();
        open(options);
        assertEquals(0, scanFailures(), "and stays accepted");
    }

    /** A partition is given up; what the same block had of the next one is not its business. */
    @Test
    void aLossThatBeginsWhereARangeEndsIsNoneOfTheRange() throws Exception {
        openDamaged(SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0));
        List<byte[]> lost = lostKeys();
        byte[] middle = lost.get(lost.size() / 2);
        acceptLoss(key(0, ""), middle);
        assertEquals(0, scanFailures(key(0, ""), middle));
        assertEquals(1, scanFailures(middle, key(4, "")));
    }

    /** A power cut must not take what stands in for lost keys, and leave them given up. */
    @Test
    void whatWasWrittenBeforeALossIsAcceptedIsDurable() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0);
        openDamaged(options);
        List<byte[]> lost = lostKeys();
        for (byte[] key : lost) {
            driver.engine.put(key, value("mended"), 0);
        }
        assertNull(driver.commit());
        acceptLoss(new byte[0], new byte[0]);
        Path copy = directory.resolve("after-the-power-cut");
        disk.copyDurable(directory, copy);
        OwnerQueue owner = new OwnerQueue();
        try (LsmEngine survivor = LsmEngine.open(copy, options, owner)) {
            EngineDriver after = new EngineDriver(survivor, owner);
            for (byte[] key : lost) {
                assertEquals("mended", after.get(key));
            }
            assertEquals(600, after.scan(key(0, ""), key(4, ""), 100).size(), "and the loss stays accepted");
        }
    }

    /** The meta record is written anew with the next load, and found again. */
    @Test
    void theBlockOfTheMetaRecordMayRot() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.NO);
        LsmEngine engine = open(options);
        fillAndFlush(engine, 600);
        disk.readsWrong = LsmEngineDamageTest::isTable;
        for (int i = 0; engine.stats().tables().damagedBlocks() == 0; i++) {
            put(i % 600);
            driver.commit();
            driver.owner.runAll();
        }
        disk.readsWrong = path -> false;
        long flushes = engine.stats().tables().flushes();
        driver.owner.runUntil(() -> engine.stats().tables().flushes() > flushes);
        engine.close();
        open(options);
    }

    /** A flash of a cable, not of the disk. */
    @Test
    void aBlockThatCanBeReadTheNextTimeIsNotGivenUp() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0);
        LsmEngine engine = open(options);
        fillAndFlush(engine, 600);
        engine.close();
        engine = open(options);
        disk.readsWrong = LsmEngineDamageTest::isTable;
        assertEquals(1, scanFailures());
        disk.readsWrong = path -> false;
        acceptLoss(new byte[0], new byte[0]);
        assertAllAreThere(engine);
    }

    @Test
    void aReadThatFailsForTheMomentIsNoDamage() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0);
        LsmEngine engine = open(options);
        fillAndFlush(engine, 600);
        engine.close();
        for (boolean withoutHandles : List.of(true, false)) {
            engine = open(options);
            disk.openFails = path -> withoutHandles && isTable(path);
            disk.readFails = path -> !withoutHandles && isTable(path);
            int failed = 0;
            for (int i = 0; i < 600; i++) {
                EngineDriver.Answer<byte[]> answer = driver.read(key(i % 4, "key" + i));
                failed += answer.failure != null ? 1 : 0;
                assertTrue(
                        answer.failure == null || answer.failure.kind() == EngineFailure.Kind.IO,
                        () -> "" + answer.failure);
            }
            assertTrue(failed > 0);
            assertEquals(
                    EngineFailure.Kind.IO,
                    mustFail(driver.scanStep(key(0, ""), key(4, ""), 100).failure)
                            .kind());
            acceptLoss(new byte[0], new byte[0]);
            disk.openFails = path -> false;
            disk.readFails = path -> false;
            assertAllAreThere(engine);
            engine.close();
        }
    }
}
