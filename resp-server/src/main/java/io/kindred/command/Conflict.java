package io.kindred.command;

import io.kindred.cluster.message.Reply;
import io.kindred.cluster.version.Versions;

/** The answer instead of a winner, where {@code conflict-policy error} wants the client to choose. */
final class Conflict {
    private Conflict() {}

    static Reply of(Versions versions) {
        return Reply.error("CONFLICT the key has " + versions.valueCount()
                + " concurrent values; read them with KIN.GET and put one with KIN.PUT and its context");
    }
}
