package io.kindred.command;

import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;

/** Takes from an outcome what its operation must have given; another kind is a bug of the node, and throws. */
final class Outcomes {
    private Outcomes() {}

    static Versions found(Outcome outcome) {
        if (outcome instanceof Outcome.Found found) {
            return found.versions();
        }
        throw new IllegalStateException("a get ended as " + outcome);
    }

    static VersionVector written(Outcome outcome) {
        if (outcome instanceof Outcome.Written written) {
            return written.context();
        }
        throw new IllegalStateException("a put ended as " + outcome);
    }

    static Reply updated(Outcome outcome) {
        if (outcome instanceof Outcome.Updated updated) {
            return updated.reply();
        }
        throw new IllegalStateException("an update ended as " + outcome);
    }
}
