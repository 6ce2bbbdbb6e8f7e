package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Values beside the tables that cannot be read. */
final class DamagedValuesTest extends EngineWithValueFiles {
    /** Where a key's value lies. */
    private Path fileOf(int number) throws IOException {
        for (Path file : files()) {
            if (offsetOf(file, number) >= 0) {
                return file;
            }
        }
        throw new AssertionError("no file has " + number);
    }

    private int offsetOf(Path file, int number) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                .indexOf(Objects.requireNonNull(written.get(number)));
    }

    private static void turnABit(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 0x10;
        Files.write(file, bytes);
    }

    private void assertIsDamaged(int number) {
        EngineFailure failure = failureOf(number);
        assertEquals(EngineFailure.Kind.CORRUPT, failure == null ? null : failure.kind());
        assertTrue(failure != null && failure.message().contains(".kval"), () -> "" + failure);
    }

    private @Nullable EngineFailure failureOf(int number) {
        return driver.read(keyOf(number)).failure;
    }

    @Test
    void aDamagedValueIsAFailureOfItsKeyAlone() throws Exception {
        open(OPTIONS);
        fill(100);
        driver.engine.close();
        Path file = fileOf(33);
        turnABit(file, offsetOf(file, 33) + 500);
        open(OPTIONS);
        for (int i = 0; i < 100; i++) {
            if (i == 33) {
                assertIsDamaged(i);
            } else {
                assertNull(failureOf(i), "key" + i);
            }
        }
        assertEquals(1, driver.engine.stats().tables().damagedBlocks());
        EngineFailure scan = driver.scanStep(keyOf(33), new byte[0], 1_000).failure;
        assertEquals(EngineFailure.Kind.CORRUPT, scan == null ? null : scan.kind());
        put(33);
        assertNull(driver.commit());
        flush();
        assertAllAreThere();
        assertEquals(0, driver.engine.stats().tables().damagedBlocks(), "it is replaced");
    }

    @Test
    void aDamagedValueIsAbsentWhenItsLossIsAccepted() throws Exception {
        open(OPTIONS);
        fill(100);
        driver.engine.close();
        Path missing = fileOf(33);
        Files.delete(missing);
        open(OPTIONS);
        assertIsDamaged(33);
        EngineFailure failure = failureOf(33);
        assertTrue(failure != null && failure.message().contains("missing"), () -> "" + failure);
        acceptLoss(key(2, ""), new byte[0]);
        assertIsDamaged(33);
        acceptLoss(key(1, ""), key(2, ""));
        int absent = 0;
        for (int i = 1; i < 100; i += 4) {
            String found = driver.get(keyOf(i));
            absent += found.equals("(absent)") ? 1 : 0;
            assertTrue(found.equals("(absent)") || found.equals(written.get(i)), found);
        }
        assertTrue(absent > 1, "what else was in the file and the range goes with it");
        assertEquals(0, driver.engine.stats().tables().damagedBlocks());
        assertEquals(25 - absent, driver.scan(key(1, ""), key(2, ""), 100).size());
        driver.engine.close();
        open(OPTIONS);
        assertEquals("(absent)", driver.get(keyOf(33)));
    }

    /** A flash of a cable, not of the disk. */
    @Test
    void aValueThatCanBeReadTheNextTimeIsNotDamaged() throws Exception {
        open(OPTIONS);
        fill(10);
        disk.wrongValueReads.set(1);
        assertNull(failureOf(1));
        disk.readFails = path -> path.toString().endsWith(".kval");
        EngineFailure failure = failureOf(1);
        assertEquals(EngineFailure.Kind.IO, failure == null ? null : failure.kind());
        disk.readFails = path -> false;
        assertEquals(0, driver.engine.stats().tables().damagedBlocks());
        acceptLoss(new byte[0], new byte[0]);
        assertAllAreThere();
    }

    /** What a file has is not thrown away for what cannot be read of it; only a walk to the end lets it go. */
    @Test
    void aFileOfWhichAPartCannotBeReadStays() throws Exception {
        leaveGarbage();
        Path file = fileOf(7);
        // Of the header of one that lives.
        turnABit(file, offsetOf(file, 7) - "0000key7".length() - 5);
        open(COLLECTED_AT_ONCE);
        awaitCollection();
        assertTrue(values().collectedBytes() > 0, () -> "" + values());
        assertTrue(Files.exists(file), () -> "" + values());
        assertAllAreThere();
    }

    /** A power cut may leave anything behind the last force. */
    @Test
    void aTornEndIsInNobodysWay() throws Exception {
        leaveGarbage();
        Path file = files().get(0);
        Files.write(file, new byte[3_000], StandardOpenOption.APPEND);
        open(COLLECTED_AT_ONCE);
        awaitCollection();
        assertFalse(Files.exists(file), () -> "" + values());
        assertAllAreThere();
    }
}
