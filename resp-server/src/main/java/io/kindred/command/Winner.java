package io.kindred.command;

import io.kindred.cluster.message.Reply;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/**
 * What a command that knows one value per key sees of a key's versions. The winner is chosen first and its expiry
 * looked at afterwards: an expired winner means that there is no such key, whatever else is there.
 */
final class Winner {
    private Winner() {}

    static @Nullable Sibling live(Versions versions, long nowMillis) {
        Sibling winner = versions.winner();
        return winner == null || winner.isTombstone() || winner.isExpired(nowMillis) ? null : winner;
    }

    static Reply conflict(Versions versions) {
        return Reply.error("CONFLICT the key has " + versions.valueCount()
                + " concurrent values; read them with KIN.GET and put one with KIN.PUT and its context");
    }
}
