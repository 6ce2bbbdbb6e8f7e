package io.kindred.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A backup holds what was acknowledged before it, whatever goes on beside it; and one that is cut off is not there. */
final class LsmEngineBackupTest extends EngineBackups {
    private String refusal(Path into) {
        Ended ended = await(start(into));
        assertNull(ended.made);
        return Objects.requireNonNull(ended.failure).message();
    }

    @Test
    void whatWasAcknowledgedIsInTheBackup() throws Exception {
        LsmEngine engine = open();
        write(3_200);
        assertTrue(engine.stats().tables().flushes() > 1, "some of it is in tables");
        BackupManifest made = make(root.resolve("backup"));
        requireHolds(root.resolve("backup"), 3_200);
        assertTrue(made.files().stream().anyMatch(file -> file.name().endsWith(".kval")), made::text);
        assertTrue(made.files().stream().anyMatch(file -> file.name().endsWith(".ldb")), made::text);
        assertTrue(made.files().stream().anyMatch(file -> file.name().endsWith(".klog")), made::text);
        assertEquals(made, BackupManifest.read(root.resolve("backup")));
    }

    @Test
    void tablesAreLinkedAndNotCopied() throws Exception {
        open();
        write(2_000);
        BackupManifest made = make(root.resolve("backup"));
        for (BackupFile file : made.files()) {
            if (file.name().endsWith(".ldb")) {
                Path copy = root.resolve("backup").resolve(file.name());
                assertTrue((int) Files.getAttribute(copy, "unix:nlink") > 1, file::name);
            }
        }
    }

    @Test
    void placesThatWillNotDoAreRefused() throws Exception {
        open();
        write(10);
        Files.createDirectories(root.resolve("full"));
        Files.writeString(root.resolve("full").resolve("file"), "mine");
        assertTrue(refusal(root.resolve("full")).contains("not an empty directory"));
        assertEquals("mine", Files.readString(root.resolve("full").resolve("file")));
        assertTrue(refusal(root.resolve("data").resolve("backup")).contains("inside of the data directory"));
        Files.createSymbolicLink(root.resolve("link"), root.resolve("data"));
        assertTrue(refusal(root.resolve("link")).contains("not an empty directory"));
        assertTrue(refusal(root.resolve("link").resolve("backup")).contains("inside of the data directory"));
        Files.createDirectories(root.resolve("empty"));
        make(root.resolve("empty"));
        requireHolds(root.resolve("empty"), 10);
        assertEquals(List.of("data", "empty", "full", "link"), namesIn(root));
    }

    @Test
    void aDiskThatFillsUpLeavesNothing() throws Exception {
        open();
        write(2_000);
        disk.roomBytes = 1_000;
        assertTrue(refusal(root.resolve("backup")).contains("No space left"));
        assertEquals(List.of("data"), namesIn(root));
        disk.roomBytes = Long.MAX_VALUE;
        write(10);
        make(root.resolve("backup"));
        requireHolds(root.resolve("backup"), 2_010);
    }

    @Test
    void aDiskThatFailsLeavesNothing() throws Exception {
        open();
        write(2_000);
        disk.readFails = path ->
                path.toString().contains(".unfinished") && path.toString().endsWith(".ldb");
        assertTrue(refusal(root.resolve("backup")).contains("Input/output error"));
        disk.readFails = path -> false;
        disk.forceFails = path -> path.toString().endsWith(BackupManifest.FILE_NAME);
        assertTrue(refusal(root.resolve("backup")).contains("Input/output error"));
        assertEquals(List.of("data"), namesIn(root));
        assertEquals(2, ((LsmEngine) driver.engine).backupProgress().failed());
    }

    /**
     * The power is cut after each step of a backup. What is left is the engine, whole; the backup before, whole; and of this
     * one nothing, or all of it. The next run into the same place takes away what there is of it.
     */
    @Test
    void aCutOffBackupHarmsNothing() throws Exception {
        open();
        write(1_500);
        make(root.resolve("older"));
        write(200);
        ConcurrentLinkedQueue<Path> cuts = new ConcurrentLinkedQueue<>();
        AtomicInteger number = new AtomicInteger();
        Path cutRoot = Files.createTempDirectory("kindred-cuts");
        try {
            disk.afterChange = () -> {
                Path cut = cutRoot.resolve("cut" + number.incrementAndGet());
                try {
                    disk.copyDurable(root, cut);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
                cuts.add(cut);
            };
            make(root.resolve("new").resolve("backup"));
            disk.afterChange = null;
            assertTrue(cuts.size() > 10, () -> cuts.size() + " steps");
            for (Path cut : cuts) {
                Path older = cut.resolve("older");
                BackupManifest.read(older).verify(older, bytes -> {});
                Path backup = cut.resolve("new").resolve("backup");
                if (Files.exists(backup)) {
                    BackupManifest.read(backup).verify(backup, bytes -> {});
                }
            }
            Path after = cutRoot.resolve("after");
            disk.copyDurable(root, after);
            requireHolds(after.resolve("new").resolve("backup"), 1_700);
            Path last = List.copyOf(cuts).get(cuts.size() / 2);
            requireEngineHolds(last.resolve("data"), 1_500);
        } finally {
            disk.afterChange = null;
            new LevelDbFile(new LocalDisk(), cutRoot).deleteRecursively();
        }
    }

    @Test
    void whatOtherRunsHaveLeftIsTakenAwayAndNothingElse() throws Exception {
        LsmEngine engine = open();
        write(1_500);
        Path root = this.root.resolve("backups");
        make(root.resolve("whole").resolve("n1"));
        String mine = ownerOf(this.root.resolve("data"));
        List<Path> stay = List.of(
                root.resolve("whole").resolve("n1").resolve(BackupManifest.FILE_NAME),
                file(root.resolve("tuesday")
                        .resolve(".n1.01234567.unfinished")
                        .resolve("store/log-0000000000000001.klog")),
                file(root.resolve("tuesday")
                        .resolve(".n2." + mine + ".unfinished")
                        .resolve("store/tables/notes.txt")),
                file(root.resolve(".n1." + mine + ".unfinished").resolve("store/log-0000000000000001.klog")),
                file(root.resolve("tuesday").resolve("n1").resolve("store/log-0000000000000001.klog")),
                file(root.resolve("a file")));
        Path left = root.resolve("monday").resolve(".n1." + mine + ".unfinished");
        file(left.resolve("store/log-0000000000000001.klog"));
        file(left.resolve("store/tables/000012.ldb"));
        file(left.resolve("store/tables/MANIFEST-000003"));
        file(left.resolve("backup.manifest"));
        Path empty = Files.createDirectories(root.resolve("friday").resolve(".n1." + mine + ".unfinished"));
        make(root.resolve("sunday").resolve("n1"));
        Path whole = root.resolve("sunday").resolve(".n1." + mine + ".unfinished");
        Files.move(root.resolve("sunday").resolve("n1"), whole);
        engine.removeBackupLeftovers(root);
        make(root.resolve("next").resolve("n1"));
        assertFalse(Files.exists(left), "of another name");
        assertFalse(Files.exists(empty), "begun only");
        assertFalse(Files.exists(whole), "with every file of a backup");
        for (Path path : stay) {
            assertTrue(Files.exists(path), path::toString);
        }
    }

    @Test
    void whatAnEarlierRunHasLeftIsTakenAway() throws Exception {
        open();
        write(100);
        make(root.resolve("backup"));
        Path unfinished = root.resolve(".again." + ownerOf(root.resolve("data")) + ".unfinished");
        Files.createDirectories(unfinished.resolve("store"));
        Files.writeString(unfinished.resolve("store").resolve("log-0000000000000001.klog"), "half");
        make(root.resolve("again"));
        requireHolds(root.resolve("again"), 100);
        assertEquals(List.of("again", "backup", "data"), namesIn(root));
    }

    /** It would be linked as it is, and what it had might be nowhere else. */
    @Test
    void aBlockThatWasOnlySeenToBeDamagedIsInTheWay() throws Exception {
        open();
        write(2_000);
        driver.engine.close();
        open();
        disk.readsWrong = path -> path.toString().endsWith(".ldb");
        EngineDriver.Answer<ScanStep> scanned = driver.scanStep(new byte[0], new byte[0], 100);
        assertEquals(
                EngineFailure.Kind.CORRUPT,
                Objects.requireNonNull(scanned.failure).kind());
        disk.readsWrong = path -> false;
        assertTrue(refusal(root.resolve("backup")).contains("found damaged a moment ago"));
        assertEquals(List.of("data"), namesIn(root));
        EngineDriver.Answer<Void> accepted = new EngineDriver.Answer<>();
        driver.engine.acceptLoss(new byte[0], new byte[0], failure -> accepted.give(null, failure));
        driver.owner.runUntil(() -> accepted.given);
        make(root.resolve("backup"));
        requireHolds(root.resolve("backup"), 2_000);
    }

    @Test
    void aFileThatIsMissingOrDiffersIsFound() throws Exception {
        open();
        write(2_000);
        BackupManifest made = make(root.resolve("backup"));
        for (BackupFile file : made.files()) {
            Path path = root.resolve("backup").resolve(file.name());
            byte[] bytes = Files.readAllBytes(path);
            Files.delete(path);
            IOException missing =
                    assertThrows(IOException.class, () -> made.verify(root.resolve("backup"), more -> {}));
            assertNotNull(missing.getMessage());
            assertTrue(missing.getMessage().contains("missing"), missing::toString);
            bytes[bytes.length / 2] ^= 1;
            Files.write(path, bytes);
            assertThrows(IOException.class, () -> made.verify(root.resolve("backup"), more -> {}));
            bytes[bytes.length / 2] ^= 1;
            Files.write(path, bytes);
        }
        made.verify(root.resolve("backup"), more -> {});
        Path manifest = root.resolve("backup").resolve(BackupManifest.FILE_NAME);
        Files.writeString(manifest, Files.readString(manifest).replace("n1", "n2"));
        assertThrows(IOException.class, () -> BackupManifest.read(root.resolve("backup")));
    }
}
