package io.kindred.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value file, and about how much of it lives. What lives is known from samples, records that stand at equal distances: a few
 * look-ups tell for how many of them the tables still have the pointer. Never is a file deleted for what samples say; they
 * only say which one is worth a walk.
 *
 * <p>Owned by: the flush thread, but for {@link #number}, {@link #path} and {@link #sizeBytes}, which any thread may read.
 */
final class ValueFile {
    /** So many bytes of a file are stood for by one sample, where its file is as long as files are. */
    private static final int SAMPLES = 32;

    final long number;
    final Path path;
    /** Written since the engine was opened, so that it has no torn end. */
    final boolean isOfThisLife;

    private final long strideBytes;
    private volatile long sizeBytes;
    /** Of those that were still pointed to when they were looked up last; null: the file has not been walked yet. */
    private @Nullable List<Sample> alive;

    private long weight;
    /** Rounds in which it is to be passed over. */
    private int passes;

    /**
     * A record.
     *
     * @param offset where its value begins
     * @param weight for how many strides of the file it stands
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Sample(byte[] key, long offset, long weight) {}

    private ValueFile(long number, Path path, boolean isOfThisLife, long fileBytes) {
        this.number = number;
        this.path = path;
        this.isOfThisLife = isOfThisLife;
        this.strideBytes = Math.max(1, fileBytes / SAMPLES);
    }

    static ValueFile found(long number, Path path, long fileBytes) {
        ValueFile file = new ValueFile(number, path, false, fileBytes);
        file.sizeBytes = path.toFile().length();
        return file;
    }

    static ValueFile created(long number, Path path, long fileBytes) {
        ValueFile file = new ValueFile(number, path, true, fileBytes);
        file.alive = new ArrayList<>();
        return file;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    void grown(long toBytes) {
        sizeBytes = toBytes;
    }

    /** What stood behind this place has been cut off, and was never pointed to. */
    void cut(long toBytes) {
        sizeBytes = toBytes;
        List<Sample> samples = alive;
        if (samples != null) {
            samples.stream().filter(sample -> sample.offset >= toBytes).forEach(gone -> weight -= gone.weight);
            samples.removeIf(sample -> sample.offset >= toBytes);
        }
    }

    boolean isSampled() {
        return alive != null;
    }

    /** True before a walk in which {@link #record} is told of all records; false after one that did not come to its end. */
    void sampled(boolean is) {
        if (is != isSampled()) {
            alive = is ? new ArrayList<>() : null;
            weight = 0;
        }
    }

    /** @param at where the record begins, which has its value at `offset` and ends at `end` */
    void record(byte[] key, long at, long offset, long end) {
        long strides = strides(end) - strides(at);
        List<Sample> samples = alive;
        if (samples != null && (strides > 0 || weight == 0)) {
            long stands = Math.max(1, strides);
            samples.add(new Sample(key, offset, stands));
            weight += stands;
        }
    }

    private long strides(long offset) {
        return (offset + strideBytes / 2) / strideBytes;
    }

    /** Those that were alive the last time. */
    List<Sample> samples() {
        List<Sample> samples = alive;
        return samples == null ? List.of() : samples;
    }

    /** What is dead once stays dead. */
    void dead(Sample sample) {
        samples().remove(sample);
    }

    /** The part of it that lives, from 0 to 1, as far as is known. */
    double liveShare() {
        List<Sample> samples = alive;
        if (samples == null) {
            return 1;
        }
        return weight == 0
                ? 0
                : (double) samples.stream().mapToLong(Sample::weight).sum() / weight;
    }

    double liveBytes() {
        return liveShare() * sizeBytes;
    }

    /** A file of which something cannot be read is passed over by so many rounds of collection. */
    void passOver(int rounds) {
        passes = rounds;
    }

    boolean isPassedOver() {
        return passes > 0;
    }

    void roundBegins() {
        passes = Math.max(0, passes - 1);
    }
}
