package io.kindred.cluster.handoff;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.ring.RecordKey;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads what is held, in the order of its keys. */
public interface HintRange {
    /** Reads one step of [from, to). */
    void read(byte[] from, byte[] to, int limit, Consumer<Page> done);

    /**
     * What one step found.
     *
     * @param next where to go on; null: the range has been read to its end
     * @param verdict FAILED: nothing is known, this time; DAMAGED: not all of what there was can be read, now or later
     */
    record Page(List<RecordKey> keys, List<byte[]> values, byte @Nullable [] next, Verdict verdict) {
        public boolean isRead() {
            return verdict == Verdict.OK;
        }
    }
}
