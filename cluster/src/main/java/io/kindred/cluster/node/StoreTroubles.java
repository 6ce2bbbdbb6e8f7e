package io.kindred.cluster.node;

import io.kindred.cluster.core.StoreFailure;
import io.kindred.engine.EngineFailure;
import org.jspecify.annotations.Nullable;

/** What the engine has failed at, as the core is told of it. A failing disk fails every request: all failures are counted. */
final class StoreTroubles {
    private static final System.Logger LOG = System.getLogger(NodeLoop.class.getName());

    private @Nullable String last;
    private long count;

    long count() {
        return count;
    }

    StoreFailure ofWrite(EngineFailure failure) {
        note(failure);
        return switch (failure.kind()) {
            case DISK_FULL -> StoreFailure.FULL;
            case IO, CORRUPT, OVERLOADED -> StoreFailure.FAILED;
        };
    }

    @Nullable
    StoreFailure ofRead(@Nullable EngineFailure failure) {
        if (failure == null) {
            return null;
        }
        note(failure);
        return told(failure);
    }

    /** Only what the disk has and is not what was written is damaged; all else may be read the next time. */
    static StoreFailure told(EngineFailure failure) {
        return failure.kind() == EngineFailure.Kind.CORRUPT ? StoreFailure.DAMAGED : StoreFailure.FAILED;
    }

    /** Each new trouble is logged once. */
    void note(EngineFailure failure) {
        count++;
        if (!failure.message().equals(last)) {
            last = failure.message();
            LOG.log(System.Logger.Level.ERROR, "storage: " + failure.kind() + ": " + failure.message());
        }
    }
}
