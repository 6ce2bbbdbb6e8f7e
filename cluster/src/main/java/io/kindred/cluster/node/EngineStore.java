package io.kindred.cluster.node;

import io.kindred.cluster.core.ReplicaStore;
import io.kindred.engine.StorageEngine;
import org.jspecify.annotations.Nullable;

/** The engine as a core sees it. */
public final class EngineStore implements ReplicaStore {

    private final StorageEngine engine;

    public EngineStore(StorageEngine engine) {
        this.engine = engine;
    }

    @Override
    public byte[] absent() {
        return StorageEngine.ABSENT;
    }

    @Override
    public byte @Nullable [] peek(byte[] key) {
        return engine.peek(key);
    }

    @Override
    public long count(int group) {
        return engine.count(group);
    }
}
