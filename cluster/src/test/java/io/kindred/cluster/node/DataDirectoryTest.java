package io.kindred.cluster.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.core.Renewal;
import io.kindred.cluster.node.DataDirectory.Opening;
import io.kindred.cluster.node.DataDirectory.Settings;
import io.kindred.cluster.node.DataDirectory.Start;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DataDirectoryTest {

    private static final Settings SETTINGS = new Settings("n1", 1024, "md5");
    private static final Opening CLEAN = new Opening(true, false, 0, 0);
    private static final Opening UNCLEAN = new Opening(false, false, 0, 0);

    @TempDir
    private Path temp;

    /** What the store says of itself. */
    private long written;

    private long rest;

    @Test
    void theIdOutlivesRestartsAndTheGenerationRises() throws IOException {
        Start first = startAndClose(CLEAN);
        Start second = startAndClose(CLEAN);
        assertEquals(first.nodeId(), second.nodeId());
        assertEquals(1, first.generation());
        assertTrue(second.generation() > first.generation());
        assertEquals(List.of(first.generation(), second.generation()), second.lives());
        assertFalse(second.foundLess());
        assertEquals(1, first.incarnation());
        assertEquals(1, second.incarnation());
    }

    @Test
    void everyDirectoryHasAnIdOfItsOwn() throws IOException {
        Start first = startAndClose(CLEAN);
        try (DataDirectory other = DataDirectory.open(temp.resolve("other"), SETTINGS)) {
            assertNotEquals(first.nodeId(), other.begin(CLEAN).nodeId());
        }
    }

    @Test
    void anUncleanStopRaisesTheIncarnation() throws IOException {
        startAndClose(CLEAN);
        assertEquals(2, startAndClose(UNCLEAN).incarnation());
        assertEquals(2, startAndClose(CLEAN).incarnation());
        assertEquals(3, startAndClose(UNCLEAN).incarnation());
    }

    /** The file that a start writes has the room of an older one: on a full disk there is no other. */
    @Test
    void aStartWritesOverTheRoomOfAnEarlierOne() throws IOException {
        startAndClose(CLEAN);
        long second = startAndClose(CLEAN).generation();
        Path home = dir();
        Object current = inode(home.resolve("identity"));
        Object spare = inode(home.resolve("identity.new"));
        assertTrue(startAndClose(CLEAN).generation() > second);
        assertEquals(spare, inode(home.resolve("identity")));
        assertEquals(current, inode(home.resolve("identity.new")));
    }

    @Test
    void aStartThatWasCutOffBetweenTwoRenamesIsGoneOnWith() throws IOException {
        long first = startAndClose(CLEAN).generation();
        Path home = dir();
        Files.createLink(home.resolve("identity.old"), home.resolve("identity"));
        long second = startAndClose(CLEAN).generation();
        assertTrue(second > first);
        Files.move(home.resolve("identity.new"), home.resolve("identity.old"));
        long third = startAndClose(CLEAN).generation();
        assertTrue(third > second);
        assertTrue(startAndClose(CLEAN).generation() > third);
        assertFalse(Files.exists(home.resolve("identity.old")));
    }

    private static Object inode(Path file) throws IOException {
        return Files.getAttribute(file, "unix:ino");
    }

    @Test
    void theFirstStartIsNeverUnclean() throws IOException {
        assertEquals(1, startAndClose(UNCLEAN).incarnation());
    }

    @Test
    void corruptionRaisesTheIncarnationHoweverTheLastRunEnded() throws IOException {
        startAndClose(CLEAN);
        assertEquals(2, startAndClose(new Opening(true, true, 0, 0)).incarnation());
    }

    @Test
    void theIncarnationIsOnTheDiskBeforeItIsUsed() throws IOException {
        startAndClose(CLEAN);
        try (DataDirectory directory = DataDirectory.open(dir(), SETTINGS)) {
            Start start = directory.begin(new Opening(false, false, written, 0));
            Identity onDisk = Identity.parse(Files.readAllBytes(dir().resolve(DataDirectory.IDENTITY)));
            assertEquals(start.incarnation(), onDisk.incarnation());
            assertEquals(start.generation(), onDisk.generation());
            assertEquals(3, directory.raiseIncarnation().incarnation());
            written = start.generation();
        }
        assertEquals(3, startAndClose(CLEAN).incarnation());
    }

    @Test
    void anotherNodesDirectoryIsRefused() throws IOException {
        startAndClose(CLEAN);
        assertRefused(new Settings("n2", 1024, "md5"), "belongs to node n1, but node-name is n2");
        assertRefused(new Settings("n1", 64, "md5"), "ring-partitions 1024, but ring-partitions is 64");
        assertRefused(new Settings("n1", 1024, "slot"), "partitioner md5, but partitioner is slot");
    }

    @Test
    void aDamagedIdentityIsRefusedAndLeftAsItIs() throws IOException {
        startAndClose(CLEAN);
        Path file = dir().resolve(DataDirectory.IDENTITY);
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x01;
            Files.write(file, damaged);
            assertRefused(SETTINGS, "is damaged");
            assertTrue(Arrays.equals(damaged, Files.readAllBytes(file)));
        }
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertRefused(SETTINGS, "is damaged");
        }
        Files.write(file, whole);
        assertTrue(startAndClose(CLEAN).generation() > 1);
    }

    @Test
    void dataWithoutAnIdentityIsRefused() throws IOException {
        try (DataDirectory directory = DataDirectory.open(dir(), SETTINGS)) {
            Files.createDirectories(directory.store());
            Files.writeString(directory.store().resolve("log-1.klog"), "data");
        }
        Files.delete(dir().resolve(DataDirectory.IDENTITY));
        assertRefused(SETTINGS, "holds data, but its file identity is gone");
        assertFalse(Files.exists(dir().resolve(DataDirectory.IDENTITY)));
    }

    @Test
    void strayFilesAndAHalfWrittenIdentityAreIgnored() throws IOException {
        Start first = startAndClose(CLEAN);
        Files.writeString(dir().resolve("notes.txt"), "mine");
        Files.writeString(dir().resolve(DataDirectory.IDENTITY + ".new"), "kindred-identity 1\nnode-");
        Files.createDirectories(dir().resolve("backup"));
        assertEquals(first.nodeId(), startAndClose(CLEAN).nodeId());
        assertEquals("mine", Files.readString(dir().resolve("notes.txt")));
    }

    @Test
    void aSecondNodeOfThisProcessIsRefused() throws IOException {
        try (DataDirectory directory = DataDirectory.open(dir(), SETTINGS)) {
            directory.begin(CLEAN);
            assertRefused(
                    SETTINGS,
                    "already in use by another process (pid "
                            + ProcessHandle.current().pid() + ")");
        }
        startAndClose(CLEAN);
    }

    @Test
    void aDirectoryThatAnotherProcessHoldsIsRefusedUntilItIsKilled() throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockHolder.class.getName(),
                        dir().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            assertEquals("locked", said.readLine());
            assertRefused(SETTINGS, "already in use by another process (pid " + child.pid() + ")");
        } finally {
            child.destroyForcibly();
            assertTrue(child.waitFor(20, TimeUnit.SECONDS));
        }
        assertTrue(startAndClose(CLEAN).generation() > 1);
    }

    /** Holds the directory until it is killed. */
    static final class LockHolder {
        private LockHolder() {}

        public static void main(String[] args) throws IOException {
            DataDirectory.open(Path.of(args[0]), SETTINGS).begin(CLEAN);
            System.out.println("locked");
            // Ends by being killed, or when the test that started it is gone.
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        }
    }

    private Path dir() {
        return temp.resolve("data");
    }

    /** With the store that the last such start has left. */
    private Start startAndClose(Opening opening) throws IOException {
        try (DataDirectory directory = DataDirectory.open(dir(), SETTINGS)) {
            Start start = directory.begin(new Opening(opening.clean(), opening.corrupt(), written, rest));
            Files.createDirectories(directory.store());
            Files.writeString(directory.store().resolve("log-1.klog"), "data");
            written = start.generation();
            return start;
        }
    }

    private void rest() throws IOException {
        try (DataDirectory directory = DataDirectory.open(dir(), SETTINGS)) {
            written = directory.begin(new Opening(true, false, written, rest)).generation();
            rest = directory.drawRest();
            directory.rest(rest);
        }
    }

    // --- what the store is held against ---

    @Test
    void aStoreThatIsGoneIsLessThanWasThere() throws IOException {
        startAndClose(CLEAN);
        Files.delete(dir().resolve(DataDirectory.STORE).resolve("log-1.klog"));
        Start start = startAndClose(CLEAN);
        assertTrue(start.foundLess());
        assertTrue(start.incarnation() > 1_000, "an incarnation that nobody has had");
    }

    @Test
    void aStoreOfAnEarlierCleanStopIsLessThanWasThere() throws IOException {
        startAndClose(CLEAN);
        rest();
        long olderStart = written;
        long olderRest = rest;
        rest();
        assertFalse(startAndClose(CLEAN).foundLess(), "it is the last one");
        rest();
        written = olderStart;
        rest = olderRest;
        assertTrue(startAndClose(CLEAN).foundLess());
    }

    /** Put aside while the node ran, and put back when it had stopped. */
    @Test
    void aStoreThatWasNotStoppedIsLessThanOneThatWas() throws IOException {
        startAndClose(CLEAN);
        rest();
        rest = 0;
        assertTrue(startAndClose(CLEAN).foundLess());
    }

    /** The operating system had the record, and not the disk. */
    @Test
    void aPowerFailureBehindAStartIsNoLessThanWasThere() throws IOException {
        startAndClose(CLEAN);
        long before = written;
        startAndClose(UNCLEAN);
        written = before;
        assertFalse(startAndClose(UNCLEAN).foundLess());
    }

    /** It is killed, or its port is taken, before what it lacks is noted in the store. */
    @Test
    void whoHasFoundLessFindsThatAgainUntilItIsOnTheDisk() throws IOException {
        startAndClose(CLEAN);
        rest();
        written = 4_711;
        assertTrue(startAndClose(UNCLEAN).foundLess());
        assertTrue(startAndClose(UNCLEAN).foundLess(), "its own number is in the store now");
        try (DataDirectory directory = DataDirectory.open(dir(), SETTINGS)) {
            Start start = directory.begin(new Opening(false, false, written, 0));
            assertTrue(start.foundLess());
            written = start.generation();
            directory.stored(0);
        }
        assertFalse(startAndClose(UNCLEAN).foundLess());
    }

    /** As above, where the members said so in the midst of it. */
    @Test
    void whoIsToldThatItHasLessFindsThatAgainUntilItIsOnTheDisk() throws IOException {
        startAndClose(CLEAN);
        try (DataDirectory directory = DataDirectory.open(dir(), SETTINGS)) {
            Start start = directory.begin(new Opening(false, false, written, 0));
            written = start.generation();
            directory.renew(new Renewal(written + 7, 4_000_000, true, List.of(1L, written, written + 7)));
            directory.stored(0);
        }
        assertTrue(startAndClose(UNCLEAN).foundLess(), "what was noted late was of the time before");
    }

    @Test
    void aFirstStartThatIsKilledBeforeItsNumberIsStoredLacksNothing() throws IOException {
        startAndClose(CLEAN);
        written = 0;
        assertFalse(startAndClose(UNCLEAN).foundLess());
    }

    /** Nothing is noted over what the next start of this directory has written. */
    @Test
    void whatIsNotedAfterTheEndIsNotTaken() throws IOException {
        startAndClose(CLEAN);
        rest();
        DataDirectory directory = DataDirectory.open(dir(), SETTINGS);
        written = directory.begin(new Opening(true, false, written, rest)).generation();
        rest = directory.drawRest();
        directory.rest(rest);
        directory.stored(0);
        directory.close();
        long stopped = rest;
        rest = 0;
        assertTrue(startAndClose(CLEAN).foundLess(), "it was stopped with " + stopped);
    }

    /** It said which start was in the store for sure; every later one may be. */
    @Test
    void whatAnEarlierBuildHasNotedIsUnderstood() throws IOException {
        startAndClose(CLEAN);
        startAndClose(UNCLEAN);
        Path file = dir().resolve(DataDirectory.IDENTITY);
        String text = Files.readString(file);
        text = text.substring(0, text.lastIndexOf("crc ")).replaceFirst("in-store .*\n", "stored 1\n");
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        Files.writeString(file, text + String.format("crc %08x\n", crc.getValue()));
        assertFalse(startAndClose(UNCLEAN).foundLess());
    }

    /** The members were not there at the start, or knew of a later one: the store keeps the number that it was begun with. */
    @Test
    void aStartThatWasRenewedIsFollowedByOneThatFindsAll() throws IOException {
        startAndClose(CLEAN);
        renewed(false, false);
        assertFalse(startAndClose(UNCLEAN).foundLess(), "killed at once");
        renewed(true, false);
        assertFalse(startAndClose(UNCLEAN).foundLess(), "killed later");
        renewed(true, true);
        assertFalse(startAndClose(CLEAN).foundLess(), "stopped");
        long before = written;
        renewed(true, false);
        written = before;
        assertTrue(startAndClose(UNCLEAN).foundLess(), "an older store");
    }

    private void renewed(boolean isStored, boolean stops) throws IOException {
        try (DataDirectory directory = DataDirectory.open(dir(), SETTINGS)) {
            Start start = directory.begin(new Opening(stops, false, written, rest));
            assertFalse(start.foundLess());
            written = start.generation();
            List<Long> lives = new ArrayList<>(start.lives());
            lives.add(written + 7);
            directory.renew(new Renewal(written + 7, 4_000_000, false, lives));
            if (isStored) {
                directory.stored(directory.renewals());
            }
            rest = stops ? directory.drawRest() : 0;
            if (stops) {
                directory.rest(rest);
            }
        }
    }

    @Test
    void whatTheDiskHasForSureCannotBeTakenBack() throws IOException {
        startAndClose(CLEAN);
        long before = written;
        try (DataDirectory directory = DataDirectory.open(dir(), SETTINGS)) {
            directory.begin(new Opening(false, false, written, 0));
            directory.stored(directory.renewals());
        }
        written = before;
        assertTrue(startAndClose(UNCLEAN).foundLess());
    }

    @Test
    void whatIsPutAsideIsLeftAsItWas() throws IOException {
        Start first = startAndClose(CLEAN);
        try (DataDirectory directory = DataDirectory.open(dir(), SETTINGS)) {
            directory.begin(new Opening(true, false, written, 0));
            Path aside = directory.startOver(List.of("127.0.0.1:17001"), "n9");
            assertEquals(
                    "data", Files.readString(aside.resolve(DataDirectory.STORE).resolve("log-1.klog")));
            assertEquals(
                    first.nodeId(),
                    Identity.parse(Files.readAllBytes(aside.resolve(DataDirectory.IDENTITY)))
                            .nodeId());
        }
        written = 0;
        Start anew = startAndClose(CLEAN);
        assertNotEquals(first.nodeId(), anew.nodeId());
        assertFalse(anew.foundLess());
        assertEquals(List.of("127.0.0.1:17001"), anew.seeds());
        assertEquals("n9", anew.replaces());
        assertEquals(1, anew.generation());
    }

    private void assertRefused(Settings settings, String why) {
        DirectoryRefused refused = assertThrows(
                DirectoryRefused.class,
                () -> DataDirectory.open(dir(), settings).close());
        String said = String.valueOf(refused.getMessage());
        assertTrue(said.contains(why), said);
        assertTrue(said.contains(dir().toAbsolutePath().toString()), said);
    }
}
