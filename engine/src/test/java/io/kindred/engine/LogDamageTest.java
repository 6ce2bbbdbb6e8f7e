package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static io.kindred.engine.EngineDriver.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read back from a log that was cut, flipped or overwritten anywhere. */
final class LogDamageTest {
    private static final int RECORDS = 6;

    @TempDir
    Path directory = Path.of("unset");

    /** Collects what was replayed as text, one line for each write. */
    private static final class Collected implements LogReplay.Visitor {
        final List<String> writes = new ArrayList<>();

        @Override
        public void put(byte[] key, byte[] value, int countDelta, long note) {
            writes.add("put " + Arrays.toString(key) + " " + Arrays.toString(value) + " " + countDelta);
        }

        @Override
        public void delete(byte[] key, int countDelta, long note) {
            writes.add("delete " + Arrays.toString(key) + " " + countDelta);
        }

        @Override
        public void segmentDone(long segment) {
            // Nothing is flushed here.
        }
    }

    private record Replayed(LogReplay.Result result, List<String> writes) {}

    private EngineContext context() {
        return new EngineContext(new LocalDisk(), directory, EngineOptions.defaults(), new EngineCounters());
    }

    /** Records of one write each, so that a record is a line; gives where each ends. */
    private List<Integer> writeRecords(CommitLog log, int from) throws IOException {
        List<Integer> ends = new ArrayList<>();
        for (int i = from; i < from + RECORDS; i++) {
            LogBatch batch = new LogBatch();
            if (i % 3 == 2) {
                batch.delete(key(i, "key"), -1, 0);
            } else {
                batch.put(key(i, "key"), value("value".repeat(i)), 1, i % 4);
            }
            log.append(List.of(batch));
            ends.add((int) log.end().bytes());
        }
        return ends;
    }

    /** A full disk took the header of a segment and no record; so nothing has forced it when the power goes. */
    @Test
    void anEmptySegmentThatAPowerCutTookIsNoDamage() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        EngineContext context = new EngineContext(disk, directory, EngineOptions.defaults(), new EngineCounters());
        CommitLog log = new CommitLog(context, new LogEnd(0, 0));
        writeRecords(log, 0);
        log.leaveSegment();
        disk.roomBytes = LogFormat.SEGMENT_HEADER_BYTES + 1;
        assertThrows(IOException.class, () -> writeRecords(log, RECORDS));
        disk.roomBytes = Long.MAX_VALUE;
        log.leaveSegment();
        writeRecords(log, RECORDS);
        assertTrue(Files.exists(segment(2)) && Files.exists(segment(3)));
        for (byte[] left : new byte[][] {new byte[0], new byte[LogFormat.SEGMENT_HEADER_BYTES]}) {
            Files.write(segment(2), left);
            Replayed replayed = replay();
            assertEquals(0, replayed.result.corruptions(), () -> "" + replayed.result.findings());
        }
        Files.delete(segment(2));
        Replayed replayed = replay();
        assertEquals(0, replayed.result.corruptions(), () -> "" + replayed.result.findings());
        assertEquals(2 * RECORDS, replayed.writes.size());
        Files.delete(segment(1));
        assertEquals(1, replay().result.corruptions());
    }

    /** The disk may take the sectors of an append that it did not finish in any order. */
    @Test
    void whatIsTornInReservedRoomIsNoDamage() throws IOException {
        CommitLog log = new CommitLog(alwaysSynced(), new LogEnd(0, 0));
        writeRecords(log, 1);
        List<String> forced = replay().writes;
        int from = (int) log.end().bytes();
        log.append(List.of(large(100), large(101), large(102)));
        int to = (int) log.end().bytes();
        byte[] whole = Files.readAllBytes(segment(1));
        assertEquals(CommitLog.ROOM_BYTES, whole.length);
        assertEquals(RECORDS + 3, replay().writes.size());
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            byte[] torn = whole.clone();
            boolean isWhole = true;
            for (int at = from; at < to; at = (at / 512 + 1) * 512) {
                if (random.nextInt(4) == 0) {
                    Arrays.fill(torn, at, Math.min(to, (at / 512 + 1) * 512), (byte) 0);
                    isWhole = false;
                }
            }
            Files.write(segment(1), torn);
            Replayed replayed = replay();
            assertEquals(0, replayed.result.corruptions(), () -> "" + replayed.result.findings());
            assertEquals(isWhole ? RECORDS + 3 : RECORDS, replayed.writes.size());
            assertEquals(forced, replayed.writes.subList(0, RECORDS));
        }
    }

    @Test
    void reservedRoomIsNoTornEnd() throws IOException {
        CommitLog log = new CommitLog(alwaysSynced(), new LogEnd(0, 0));
        writeRecords(log, 1);
        for (int start = 0; start < 3; start++) {
            Replayed replayed = replay();
            assertEquals(List.of(), replayed.result.findings());
            assertEquals(0, replayed.result.tornBytes());
            assertEquals(log.end(), replayed.result.end());
            assertEquals((start + 1) * RECORDS, replayed.writes.size());
            // The segment before keeps its zeros, and the next one's header says where it ends.
            log = new CommitLog(alwaysSynced(), replayed.result.end());
            writeRecords(log, 1);
        }
        // A header that the disk never got makes the segment before the newest again.
        LogEnd end = replay().result.end();
        Files.write(segment(end.segment() + 1), new byte[CommitLog.ROOM_BYTES]);
        assertEquals(end, replay().result.end());
        writeRecords(new CommitLog(alwaysSynced(), end), 1);
        assertEquals(List.of(), replay().result.findings());
    }

    private EngineContext alwaysSynced() {
        return new EngineContext(
                new LocalDisk(),
                directory,
                EngineOptions.defaults().withSyncPolicy(SyncPolicy.ALWAYS),
                new EngineCounters());
    }

    private static LogBatch large(int number) {
        LogBatch batch = new LogBatch();
        batch.put(key(number, "large"), value("value".repeat(500)), 1, 0);
        return batch;
    }

    private Replayed replay() throws IOException {
        Collected collected = new Collected();
        LogReplay.Result result = LogReplay.run(new LocalDisk(), directory, 0, collected);
        return new Replayed(result, collected.writes);
    }

    private Path segment(long number) {
        return LogFormat.segmentFile(directory, number);
    }

    private static int recordsWithin(List<Integer> ends, int length) {
        return (int) ends.stream().filter(end -> end <= length).count();
    }

    @Test
    void aCutAnywhereLosesOnlyWhatItCut() throws IOException {
        List<Integer> ends = writeRecords(new CommitLog(context(), new LogEnd(0, 0)), 1);
        byte[] whole = Files.readAllBytes(segment(1));
        List<String> all = replay().writes;
        assertEquals(RECORDS, all.size());
        for (int length = 0; length <= whole.length; length++) {
            Files.write(segment(1), Arrays.copyOf(whole, length));
            Replayed replayed = replay();
            assertEquals(all.subList(0, recordsWithin(ends, length)), replayed.writes, "cut to " + length);
            assertEquals(0, replayed.result.corruptions(), "cut to " + length);
            Replayed again = replay();
            assertEquals(replayed.writes, again.writes);
            assertEquals(0, again.result.tornBytes(), "the torn end was cut off");
        }
    }

    @Test
    void aFlippedBitCostsOneRecordAndIsTold() throws IOException {
        List<Integer> ends = writeRecords(new CommitLog(context(), new LogEnd(0, 0)), 1);
        byte[] whole = Files.readAllBytes(segment(1));
        List<String> all = replay().writes;
        for (int at = 0; at < whole.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] damaged = whole.clone();
                damaged[at] ^= (byte) (1 << bit);
                Files.write(segment(1), damaged);
                checkOneLost(all, recordsWithin(ends, at), at < LogFormat.SEGMENT_HEADER_BYTES);
            }
        }
    }

    @Test
    void anOverwrittenByteCostsOneRecordAndIsTold() throws IOException {
        List<Integer> ends = writeRecords(new CommitLog(context(), new LogEnd(0, 0)), 1);
        byte[] whole = Files.readAllBytes(segment(1));
        List<String> all = replay().writes;
        for (int at = LogFormat.SEGMENT_HEADER_BYTES; at < whole.length; at++) {
            for (byte value : new byte[] {0, -1, 0x7f, (byte) (whole[at] + 1)}) {
                if (value != whole[at]) {
                    byte[] damaged = whole.clone();
                    damaged[at] = value;
                    Files.write(segment(1), damaged);
                    checkOneLost(all, recordsWithin(ends, at), false);
                }
            }
        }
    }

    /** The last record's damage looks like a torn end; any other is corruption, named by file and offset. */
    private void checkOneLost(List<String> all, int damaged, boolean header) throws IOException {
        Replayed replayed = replay();
        List<String> expected = new ArrayList<>(all);
        if (!header) {
            expected.remove(damaged);
        }
        assertEquals(expected, replayed.writes);
        boolean last = !header && damaged == RECORDS - 1;
        assertEquals(last ? 0 : 1, replayed.result.corruptions(), () -> "" + replayed.result.findings());
        assertEquals(last, replayed.result.tornBytes() > 0);
        String finding = replayed.result.findings().get(0);
        assertTrue(finding.contains(segment(1).toString()) && finding.contains("at offset "), finding);
    }

    @Test
    void damageAtASegmentsEndIsCorruptionIfALaterSegmentIsValid() throws IOException {
        CommitLog log = new CommitLog(context(), new LogEnd(0, 0));
        List<Integer> ends = writeRecords(log, 1);
        close(log);
        writeRecords(log, 1 + RECORDS);
        List<String> all = replay().writes;
        byte[] whole = Files.readAllBytes(segment(1));
        for (int length = LogFormat.SEGMENT_HEADER_BYTES; length < whole.length; length++) {
            Files.write(segment(1), Arrays.copyOf(whole, length));
            Replayed replayed = replay();
            List<String> expected = new ArrayList<>(all.subList(0, recordsWithin(ends, length)));
            expected.addAll(all.subList(RECORDS, all.size()));
            assertEquals(expected, replayed.writes, "cut to " + length);
            assertEquals(1, replayed.result.corruptions(), "cut to " + length);
        }
        Files.delete(segment(1));
        Replayed replayed = replay();
        assertEquals(all.subList(RECORDS, all.size()), replayed.writes);
        assertEquals(1, replayed.result.corruptions());
    }

    @Test
    void aSegmentThatWasOnlyBegunIsNoDamage() throws IOException {
        CommitLog log = new CommitLog(context(), new LogEnd(0, 0));
        writeRecords(log, 1);
        close(log);
        writeRecords(log, 1);
        byte[] begun = Files.readAllBytes(segment(2));
        List<String> first = replay().writes.subList(0, RECORDS);
        for (int length = 0; length <= LogFormat.SEGMENT_HEADER_BYTES; length++) {
            Files.write(segment(2), Arrays.copyOf(begun, length));
            Replayed replayed = replay();
            assertEquals(first, replayed.writes);
            assertEquals(0, replayed.result.corruptions());
        }
    }

    @Test
    void whatTheNextSegmentDisownsIsNotRead() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        EngineContext context = new EngineContext(disk, directory, EngineOptions.defaults(), new EngineCounters());
        CommitLog log = new CommitLog(context, new LogEnd(0, 0));
        writeRecords(log, 1);
        disk.truncateFails = true;
        disk.roomBytes = 30;
        LogBatch refused = new LogBatch();
        refused.put(key(99, "refused"), value("refused, and too long for the room there is"), 1, 0);
        try {
            log.append(List.of(refused));
            throw new AssertionError("there was no room");
        } catch (IOException e) {
            assertTrue(EngineFailure.isDiskFull(e));
        }
        disk.roomBytes = Long.MAX_VALUE;
        writeRecords(log, 1 + RECORDS);
        assertEquals(2, log.end().segment());
        Replayed replayed = replay();
        assertEquals(2 * RECORDS, replayed.writes.size());
        assertEquals(List.of(), replayed.result.findings());
    }

    @Test
    void leavesOtherFilesAlone() throws IOException {
        writeRecords(new CommitLog(context(), new LogEnd(0, 0)), 1);
        List<Path> others = new ArrayList<>();
        for (String name : List.of("log-1.klog", "log-000000000000000x.klog", "log-0000000000000001.klog~", "notes")) {
            others.add(Files.writeString(directory.resolve(name), "not a segment"));
        }
        assertEquals(RECORDS, replay().writes.size());
        for (Path other : others) {
            assertTrue(Files.exists(other));
        }
    }

    private static void close(CommitLog log) throws IOException {
        Disk.DiskFile left = log.leaveSegment();
        if (left != null) {
            left.close();
        }
    }
}
