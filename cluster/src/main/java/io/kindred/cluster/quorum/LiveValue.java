package io.kindred.cluster.quorum;

import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/** The one value that a plain command sees of a container: the winner, and nothing if the winner has expired. */
public final class LiveValue {
    private LiveValue() {}

    public static UpdateFunction.@Nullable Current of(Versions versions, long nowMillis) {
        Sibling winner = versions.winner();
        if (winner == null || winner.isExpired(nowMillis)) {
            return null;
        }
        byte[] value = winner.value();
        return value == null ? null : new UpdateFunction.Current(value, winner.expireAtMillis());
    }
}
