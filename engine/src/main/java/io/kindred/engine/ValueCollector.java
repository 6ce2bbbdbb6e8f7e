package io.kindred.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives back the room of values that nothing points to any more: it walks a file of which little lives, appends what does to
 * the newest file, has the tables point there, and deletes it.
 *
 * <p>Invariants: a record lives exactly if the tables have a pointer to it; so nothing is deleted but what was walked to its end.
 * A file goes only when the tables' new pointers are durable ({@link LevelDbTables#settle}). Only the flush thread
 * writes to the tables, so what is pointed to anew was not written over meanwhile; what is in memory is newer and comes later.
 *
 * <p>Which file is worth it samples say ({@link ValueFile}), of which a bounded number is looked up each time. What they say of
 * what lives is never too little, for what is dead stays dead; so all files together take at most about {@link
 * #SPACE_TIMES} times what lives, and {@link ValueOptions#slackBytes}.
 *
 * <p>Owned by: the flush thread.
 */
final class ValueCollector {
    private static final System.Logger LOGGER = System.getLogger(ValueCollector.class.getName());
    static final int SPACE_TIMES = 2;
    /** In one round, at most so many files of an earlier life are walked for their samples. */
    private static final int WALKS_MAX = 8;
    /** In one round, so many samples are looked up, or those of one file more. */
    private static final int LOOKUPS_MAX = 4_096;
    /** Of a file of which more lives not enough would come back. */
    private static final double SHARE_MAX = 0.75;
    /** Files that are emptied before the tables are made to be durable, and they are deleted. */
    private static final int EMPTIED_MAX = 8;
    /** Between two questions whether to stop. */
    private static final int STEP_RECORDS = 256;

    private static final long STEP_BYTES = 256 << 10;
    /** More files than this that are small, by this part of the usual size, are made fewer. */
    private static final int SMALL_FILES_MAX = 16;

    private static final int SMALL_PARTS = 8;
    /** A file that could not be walked to its end is tried again after so many rounds. */
    private static final int PASSED_OVER_ROUNDS = 64;

    private final EngineContext context;
    private final LevelDbTables tables;
    private final ValueFiles files;
    private final ValueWriter writer;
    private final List<ValueFile> emptied = new ArrayList<>();
    /** Samples of files up to this number were looked up in the last round. */
    private long lookedUpTo;

    ValueCollector(EngineContext context, LevelDbTables tables, ValueFiles files, ValueWriter writer) {
        this.context = context;
        this.tables = tables;
        this.files = files;
        this.writer = writer;
    }

    /** A value that is somewhere else now. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Moved(byte[] key, ValuePointer to) {}

    /**
     * Collects what is due.
     *
     * @param stop asked again and again; true: at once
     * @param isAwaited asked between two files; true: no more than makes up for what was written
     * @param writtenBytes since the last round
     * @return whether there is more that is due
     */
    boolean round(BooleanSupplier stop, BooleanSupplier isAwaited, long writtenBytes) throws IOException {
        emptied.clear();
        files.all().forEach(ValueFile::roundBegins);
        walkForSamples();
        lookUpSamples();
        long collectedBytes = 0;
        try {
            ValueFile victim = victim();
            for (; victim != null; victim = victim()) {
                if (stop.getAsBoolean() || (isAwaited.getAsBoolean() && collectedBytes > writtenBytes)) {
                    break;
                }
                collectedBytes += victim.sizeBytes();
                if (collect(victim, stop)) {
                    emptied.add(victim);
                }
                if (emptied.size() == EMPTIED_MAX) {
                    deleteEmptied();
                }
            }
            deleteEmptied();
            return victim != null;
        } finally {
            context.counters().valueLiveBytes.set((long) liveBytes());
        }
    }

    private double liveBytes() {
        double bytes = 0;
        for (ValueFile file : files.all()) {
            bytes += emptied.contains(file) ? 0 : file.liveBytes();
        }
        return bytes;
    }

    private void walkForSamples() throws IOException {
        int walks = 0;
        for (ValueFile file : files.all()) {
            if (file.isSampled() || file.isPassedOver() || walks == WALKS_MAX) {
                continue;
            }
            walks++;
            // Until it has been walked to its end.
            file.passOver(PASSED_OVER_ROUNDS);
            try {
                files.use(file.number, source -> {
                    walkForSamples(file, source);
                    file.passOver(0);
                    return file;
                });
            } catch (CorruptFileException e) {
                LOGGER.log(System.Logger.Level.ERROR, "its room is not given back: " + e.getMessage());
            }
        }
    }

    private static void walkForSamples(ValueFile file, Disk.Source source) throws IOException {
        boolean isWhole = false;
        file.sampled(true);
        try {
            ValueWalk walk = new ValueWalk(file, source);
            while (walk.next()) {
                file.record(walk.key(), walk.at(), walk.offset(), walk.end());
            }
            isWhole = true;
        } finally {
            file.sampled(isWhole);
        }
    }

    private void lookUpSamples() throws IOException {
        int lookups = 0;
        List<ValueFile> all = files.all();
        int first = 0;
        while (first < all.size() && all.get(first).number <= lookedUpTo) {
            first++;
        }
        for (int i = 0; i < all.size() && lookups < LOOKUPS_MAX; i++) {
            ValueFile file = all.get((first + i) % all.size());
            for (ValueFile.Sample sample : List.copyOf(file.samples())) {
                lookups++;
                if (!isPointedTo(sample.key(), file.number, sample.offset())) {
                    file.dead(sample);
                }
            }
            lookedUpTo = file.number;
        }
    }

    /** A key of which the tables cannot tell counts as one that they have. */
    private boolean isPointedTo(byte[] key, long number, long offset) throws IOException {
        try {
            ValuePointer pointer = pointer(key);
            return pointer != null && pointer.file() == number && pointer.offset() == offset;
        } catch (CorruptFileException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "a sample cannot be looked up", e);
            return true;
        }
    }

    private @Nullable ValuePointer pointer(byte[] key) throws IOException {
        byte[] found = tables.get(key);
        return found == null ? null : ValuePointer.of(found);
    }

    /** The file that is to be collected next, null if none is. */
    private @Nullable ValueFile victim() {
        long newest = files.newest();
        long bytes = 0;
        double liveBytes = 0;
        int small = 0;
        ValueFile least = null;
        ValueFile smallest = null;
        for (ValueFile file : files.all()) {
            if (emptied.contains(file)) {
                continue;
            }
            bytes += file.sizeBytes();
            liveBytes += file.liveBytes();
            if (file.number == newest || file.isPassedOver()) {
                continue;
            }
            least = least == null || file.liveShare() < least.liveShare() ? file : least;
            if (file.sizeBytes() < context.options().values().fileBytes() / SMALL_PARTS) {
                small++;
                smallest = smallest == null || file.sizeBytes() < smallest.sizeBytes() ? file : smallest;
            }
        }
        if (least == null) {
            return null;
        }
        boolean isOver =
                bytes > SPACE_TIMES * liveBytes + context.options().values().slackBytes();
        boolean isWorthIt = least.liveShare() == 0 || (isOver && least.liveShare() <= SHARE_MAX);
        return isWorthIt ? least : small > SMALL_FILES_MAX ? smallest : null;
    }

    /** Moves what lives; false: not all of it, so that the file has to stay. */
    private boolean collect(ValueFile victim, BooleanSupplier stop) throws IOException {
        writer.mark();
        victim.passOver(PASSED_OVER_ROUNDS);
        List<Moved> moved = new ArrayList<>();
        boolean isWhole = false;
        try {
            Boolean walked = files.use(victim.number, source -> move(victim, source, moved, stop));
            writer.force();
            isWhole = walked == null || walked;
            victim.passOver(0);
        } catch (CorruptFileException e) {
            LOGGER.log(System.Logger.Level.ERROR, "its room is not given back: " + e.getMessage());
        } finally {
            if (!isWhole) {
                writer.takeBack();
            }
        }
        if (isWhole) {
            point(moved);
        }
        return isWhole;
    }

    private boolean move(ValueFile victim, Disk.Source source, List<Moved> moved, BooleanSupplier stop)
            throws IOException {
        ValueWalk walk = new ValueWalk(victim, source);
        long stepBytes = 0;
        for (int records = 1; walk.next(); records++) {
            if ((records % STEP_RECORDS == 0 || stepBytes >= STEP_BYTES) && stop.getAsBoolean()) {
                return false;
            }
            stepBytes = stepBytes >= STEP_BYTES ? 0 : stepBytes;
            ValuePointer pointer = walk.pointer();
            if (!pointer.equals(pointer(walk.key()))) {
                continue;
            }
            byte[] value = files.read(pointer);
            if (value == null) {
                throw new CorruptFileException(victim.path + ": it has become shorter");
            }
            moved.add(new Moved(walk.key(), writer.append(walk.key(), BytePart.of(value))));
            stepBytes += value.length;
            context.counters().valueMovedBytes.addAndGet(value.length);
        }
        if (walk.isGapped()) {
            throw new CorruptFileException(victim.path + ": a part of it cannot be read, and may hold what lives");
        }
        return true;
    }

    private void point(List<Moved> moved) throws IOException {
        for (int from = 0; from < moved.size(); from += TableStore.BATCH_ENTRIES_MAX) {
            List<Moved> batch = moved.subList(from, Math.min(moved.size(), from + TableStore.BATCH_ENTRIES_MAX));
            tables.write(
                    into -> batch.forEach(each -> into.put(each.key(), each.to().encoded())));
        }
    }

    /** When the tables are durable nothing that is durable points to these files. */
    private void deleteEmptied() throws IOException {
        if (emptied.isEmpty()) {
            return;
        }
        tables.settle();
        for (ValueFile file : List.copyOf(emptied)) {
            files.remove(file);
            context.disk().delete(file.path);
            context.counters().valueCollectedBytes.addAndGet(file.sizeBytes());
        }
        emptied.clear();
        context.disk().syncDirectory(context.directory());
    }
}
