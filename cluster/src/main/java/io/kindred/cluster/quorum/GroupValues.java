package io.kindred.cluster.quorum;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of the keys that a group update has read. */
final class GroupValues implements GroupFunction.Values {
    private final Router router;
    private final long nowMillis;
    /** Looked up, never iterated over. */
    private final Map<RecordKey, Versions> values = new HashMap<>();

    /** @param held by key */
    GroupValues(Router router, List<RecordKey> keys, List<Versions> held, long nowMillis) {
        this.router = router;
        this.nowMillis = nowMillis;
        for (int i = 0; i < keys.size(); i++) {
            values.put(keys.get(i), held.get(i));
        }
    }

    @Override
    public boolean isRead(int db, byte[] key) {
        return values.containsKey(recordKey(db, key));
    }

    @Override
    public UpdateFunction.@Nullable Current get(int db, byte[] key) {
        return LiveValue.of(read(db, key), nowMillis);
    }

    @Override
    public long state(int db, byte[] key) {
        return WatchedState.of(read(db, key), nowMillis);
    }

    private Versions read(int db, byte[] key) {
        Versions held = values.get(recordKey(db, key));
        if (held == null) {
            throw new IllegalArgumentException("a key that was not read");
        }
        return held;
    }

    private RecordKey recordKey(int db, byte[] key) {
        return router.route(db, key).storageKey();
    }
}
