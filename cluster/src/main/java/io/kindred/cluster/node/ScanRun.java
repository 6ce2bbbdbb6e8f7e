package io.kindred.cluster.node;

import io.kindred.cluster.core.Event;
import io.kindred.cluster.core.StoreFailure;
import io.kindred.engine.EngineFailure;
import io.kindred.engine.ScanStep;
import io.kindred.engine.StorageEngine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One scan step of the core: as many steps of the engine as it takes to find anything, for those may come back empty. */
final class ScanRun {

    /** Takes the step's end, and the engine's words for its failure. */
    interface Done {
        void scanned(Event.Scanned scanned, @Nullable EngineFailure failure);
    }

    private final StorageEngine engine;
    private final long token;
    private final byte[] to;
    private final int limit;
    private final Done done;

    ScanRun(StorageEngine engine, long token, byte[] to, int limit, Done done) {
        this.engine = engine;
        this.token = token;
        this.to = to;
        this.limit = limit;
        this.done = done;
    }

    void from(byte[] from) {
        engine.scan(from, to, limit, this::take);
    }

    private void take(@Nullable ScanStep step, @Nullable EngineFailure failure) {
        if (step == null) {
            StoreFailure why = failure == null ? StoreFailure.FAILED : StoreTroubles.told(failure);
            done.scanned(Event.Scanned.failed(token, why), failure);
            return;
        }
        byte[] next = step.next();
        if (step.entries().isEmpty() && next != null) {
            from(next);
            return;
        }
        List<byte[]> keys = new ArrayList<>(step.entries().size());
        List<byte[]> values = new ArrayList<>(step.entries().size());
        for (ScanStep.Entry entry : step.entries()) {
            keys.add(entry.key());
            values.add(entry.value());
        }
        done.scanned(Event.Scanned.found(token, keys, values, next), null);
    }
}
