package io.kindred.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of a scan.
 *
 * @param entries what there is, keys strictly ascending; may be empty although the scan goes on
 * @param next where the next step starts, null when the range is done
 */
public record ScanStep(List<Entry> entries, byte @Nullable [] next) {
    /** A key and its value; the arrays are not to be changed. */
    @SuppressWarnings("ArrayRecordComponent") // Identity is never asked of an entry; it only carries the two.
    public record Entry(byte[] key, byte[] value) {}
}
