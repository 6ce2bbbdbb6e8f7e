package io.kindred.cluster.node;

import io.kindred.cluster.core.ReplicaStore;
import io.kindred.engine.StorageEngine;
import io.kindred.engine.ValueView;
import org.jspecify.annotations.Nullable;

/** The engine as a core sees it. */
public final class EngineStore implements ReplicaStore {

    private final StorageEngine engine;

    public EngineStore(StorageEngine engine) {
        this.engine = engine;
    }

    @Override
    public <T> @Nullable T peek(byte[] key, View<T> view) {
        return engine.peek(key, new Through<>(view));
    }

    @Override
    public void foresee(byte[][] keys, int count) {
        engine.foresee(keys, count);
    }

    /** The core's view as the engine's. */
    private record Through<T>(View<T> view) implements ValueView<T> {
        @Override
        public T absent() {
            return view.absent();
        }

        @Override
        public T of(byte[] bytes, int from, int to) {
            return view.of(bytes, from, to);
        }
    }

    @Override
    public long seals() {
        return engine.seals();
    }

    @Override
    public long count(int group) {
        return engine.count(group);
    }
}
