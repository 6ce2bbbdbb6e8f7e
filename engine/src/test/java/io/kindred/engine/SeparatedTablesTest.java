package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static io.kindred.engine.EngineDriver.text;
import static io.kindred.engine.EngineDriver.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the engine's threads may do to one another, in one thread. */
final class SeparatedTablesTest {
    private static final EngineOptions OPTIONS =
            LsmEngineContractTest.SMALL.withValues(new ValueOptions(100, 10_000, 1));
    private static final byte[] NO_END = {};

    @TempDir
    Path directory = Path.of("unset");

    private final FaultyDisk disk = new FaultyDisk();

    private EngineContext context() {
        return new EngineContext(disk, directory, OPTIONS, new EngineCounters());
    }

    private static byte[] keyOf(int number) {
        return key(1, String.format("key%03d", number));
    }

    private static String valueOf(int number, String version) {
        return (version + " of " + number + " ").repeat(40);
    }

    /** One version of the keys from a number on, each so many apart. */
    private static void load(TableStore tables, String version, int first, int step) throws IOException {
        MemTable run = new MemTable(1 << 20, new ArrayDeque<>());
        for (int i = first; i < 100; i += step) {
            run.put(keyOf(i), KeyHash.of(keyOf(i)), value(valueOf(i, version)), 0);
        }
        assertTrue(tables.load(run, new TableStore.TableMeta(1, new GroupCounts()), () -> false));
    }

    private static void delete(TableStore tables, int first) throws IOException {
        MemTable run = new MemTable(1 << 20, new ArrayDeque<>());
        for (int i = first; i < 100; i++) {
            run.delete(keyOf(i), KeyHash.of(keyOf(i)), 0);
        }
        assertTrue(tables.load(run, null, () -> false));
    }

    private static void collectAll(TableStore tables) throws IOException {
        assertFalse(tables.collect(() -> false, () -> false), "nobody waits, so it is done at once");
    }

    private List<Path> files() throws IOException {
        return List.copyOf(ValueFormat.files(directory).values());
    }

    /** A scan has a pointer to a file that has gone: the value is somewhere else by then. */
    @Test
    void aReaderWhoseFileHasGoneFindsTheValueWhereItIsNow() throws Exception {
        try (TableStore tables = SeparatedTables.open(context())) {
            load(tables, "first", 0, 1);
            Path file = files().get(0);
            try (TableStore.Cursor cursor = tables.cursor(keyOf(0), NO_END)) {
                assertTrue(cursor.next());
                delete(tables, 1);
                collectAll(tables);
                assertFalse(Files.exists(file), "it was to be collected");
                assertEquals(valueOf(0, "first"), text(cursor.value()));
            }
            assertEquals(valueOf(0, "first"), text(tables.get(keyOf(0))));
        }
    }

    /** What somebody has open is read to its end; nobody gets it any more. */
    @Test
    void aFileThatGoesWhileItIsReadIsReadToItsEnd() throws Exception {
        EngineContext context = context();
        try (TableStore tables = SeparatedTables.open(context)) {
            load(tables, "first", 0, 1);
        }
        ValueFiles files = ValueFiles.open(context);
        ValueFile file = files.all().get(0);
        ByteBuffer read = ByteBuffer.allocate((int) file.sizeBytes());
        String end = files.use(file.number, source -> {
            files.remove(file);
            disk.delete(file.path);
            return ValueFiles.readFully(source, read, 0) ? "whole" : "short";
        });
        assertEquals("whole", end);
        assertNull(files.use(file.number, source -> "found"));
    }

    /** Damage is told as such, and the next one is not taken for a race. */
    @Test
    void aFileThatIsMissingIsDamage() throws Exception {
        try (TableStore tables = SeparatedTables.open(context())) {
            load(tables, "first", 0, 1);
        }
        Files.delete(files().get(0));
        try (TableStore tables = SeparatedTables.open(context())) {
            assertThrows(CorruptFileException.class, () -> tables.get(keyOf(0)));
            assertEquals(1, tables.damagedBlocks());
        }
    }

    /** A collection that is stopped in the middle has changed nothing, and the next one does it all. */
    @Test
    void aCollectionThatIsStoppedLeavesNothingBehind() throws Exception {
        try (TableStore tables = SeparatedTables.open(context())) {
            load(tables, "first", 0, 1);
            load(tables, "second", 1, 2);
            load(tables, "third", 1, 2);
            load(tables, "fourth", 1, 2);
            List<Path> before = files();
            tables.collect(() -> true, () -> false);
            assertEquals(before, files());
            collectAll(tables);
            assertTrue(files().size() < before.size());
            for (int i = 0; i < 100; i++) {
                assertEquals(valueOf(i, i % 2 == 0 ? "first" : "fourth"), text(tables.get(keyOf(i))));
            }
        }
    }

    /** Its values are in the files already, and nothing points to them yet: what goes between two tries would be lost. */
    @Test
    void whatALoadThatIsTriedAgainHasWrittenIsNotCollected() throws Exception {
        try (TableStore tables = SeparatedTables.open(context())) {
            load(tables, "first", 0, 1);
            MemTable run = new MemTable(1 << 20, new ArrayDeque<>());
            for (int i = 0; i < 100; i++) {
                run.put(keyOf(i), KeyHash.of(keyOf(i)), value(valueOf(i, "second")), 0);
            }
            TableStore.TableMeta meta = new TableStore.TableMeta(2, new GroupCounts());
            disk.appendFails = file -> file.startsWith(context().tablesDirectory());
            assertThrows(IOException.class, () -> tables.load(run, meta, () -> false));
            disk.appendFails = file -> false;
            tables.mend();
            tables.collect(() -> false, () -> false);
            assertTrue(tables.load(run, meta, () -> false));
            for (int i = 0; i < 100; i++) {
                assertEquals(valueOf(i, "second"), text(tables.get(keyOf(i))));
            }
        }
    }

    /** Who is waited for does a part; the rest is done later. */
    @Test
    void aCollectionThatOthersWaitForIsCutShort() throws Exception {
        try (TableStore tables = SeparatedTables.open(context())) {
            for (String version : List.of("first", "second", "third", "fourth")) {
                load(tables, version, 0, 1);
            }
            collectAll(tables);
            delete(tables, 0);
            int rounds = 1;
            while (tables.collect(() -> false, () -> true)) {
                rounds++;
            }
            assertTrue(rounds > 2, () -> "all in one go");
            assertEquals(1, files().size());
        }
    }

    /** Written by an engine that knew of no value files. */
    @Test
    void tablesOfTheFirstVersionAreRead() throws Exception {
        LevelDbTables first = LevelDbTables.open(context());
        byte[] meta = ByteBuffer.allocate(1 + Long.BYTES + Integer.BYTES)
                .put((byte) 1)
                .putLong(7)
                .putInt(0)
                .array();
        first.write(batch -> {
            batch.put(new byte[] {0}, meta);
            batch.put(keyOf(1), value(valueOf(1, "old")));
        });
        first.settle();
        first.close();
        try (TableStore tables = SeparatedTables.open(context())) {
            assertEquals(7, tables.meta().flushedThrough());
            assertEquals(valueOf(1, "old"), text(tables.get(keyOf(1))));
            load(tables, "new", 2, 1);
            assertEquals(1, tables.meta().flushedThrough());
            assertEquals(valueOf(1, "old"), text(tables.get(keyOf(1))));
        }
    }

    /** Nobody can tell what is in it, and nothing is thrown away. */
    @Test
    void aFileOfAnotherVersionIsRefused() throws Exception {
        try (TableStore tables = SeparatedTables.open(context())) {
            load(tables, "first", 0, 1);
        }
        Path file = files().get(0);
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer header = ByteBuffer.wrap(bytes);
        header.putInt(8, 2).putInt(20, LogFormat.crc(header.slice(0, 20)));
        Files.write(file, bytes);
        try (TableStore tables = SeparatedTables.open(context())) {
            IOException refused = assertThrows(CorruptFileException.class, () -> tables.get(keyOf(0)));
            assertTrue(String.valueOf(refused.getMessage()).contains("another version"), refused::getMessage);
            load(tables, "second", 0, 1);
            collectAll(tables);
            assertTrue(Files.exists(file));
        }
    }

    @Test
    void onlyTheEnginesOwnNamesAreValueFiles() throws Exception {
        List<String> names = List.of("values-1.kval", "values-000000000000000x.kval", "values-0000000000000001.kval~");
        for (String name : names) {
            Files.writeString(directory.resolve(name), "mine");
        }
        try (TableStore tables = SeparatedTables.open(context())) {
            load(tables, "first", 0, 1);
            load(tables, "second", 0, 1);
            collectAll(tables);
        }
        for (String name : names) {
            assertEquals("mine", Files.readString(directory.resolve(name)));
        }
    }

    private static @Nullable String found(ValueWalk walk) throws IOException {
        return walk.next() ? new String(walk.key(), Integer.BYTES, 6, StandardCharsets.UTF_8) : null;
    }

    /** Value bytes may look like records; only those that were appended there are. */
    @Test
    void aWalkFindsTheNextRecordBehindDamage() throws Exception {
        EngineContext context = context();
        ValueFiles files = ValueFiles.open(context);
        ValueWriter writer = new ValueWriter(context, files);
        writer.mark();
        byte[] first = value(valueOf(1, "a"));
        writer.append(keyOf(1), BytePart.of(first));
        byte[] header = ValueFormat.recordHeader(1, 24, keyOf(1), BytePart.of(first));
        writer.append(keyOf(2), BytePart.of(header));
        writer.append(keyOf(3), BytePart.of(first));
        writer.force();
        ValueFile file = files.all().get(0);
        byte[] bytes = Files.readAllBytes(file.path);
        assertEquals(file.sizeBytes(), bytes.length);
        files.use(file.number, source -> {
            ValueWalk walk = new ValueWalk(file, source);
            assertEquals("key001", found(walk));
            assertEquals("key002", found(walk));
            assertEquals("key003", found(walk));
            assertNull(found(walk));
            assertFalse(walk.isGapped());
            return true;
        });
        bytes[24 + 15] ^= 1;
        Files.write(file.path, bytes);
        files.use(file.number, source -> {
            ValueWalk walk = new ValueWalk(file, source);
            assertEquals("key002", found(walk));
            assertEquals("key003", found(walk));
            assertNull(found(walk));
            assertTrue(walk.isGapped());
            return true;
        });
        writer.close();
        files.close();
    }
}
