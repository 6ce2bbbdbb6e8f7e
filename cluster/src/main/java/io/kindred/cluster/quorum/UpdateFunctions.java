package io.kindred.cluster.quorum;

import org.jspecify.annotations.Nullable;

/** The read-modify-write commands that this node knows. The front end gives them; every node of a cluster has the same. */
public interface UpdateFunctions {
    /** @param arguments how many there are, the name among them: null too where the command takes another number */
    @Nullable
    UpdateFunction find(byte[] name, int arguments);

    /** As {@link #find}, of those that work on several keys. */
    default @Nullable GroupFunction findGroup(byte[] name) {
        return null;
    }

    /** The scripts that this node knows, for others that ask for them. */
    default ScriptTexts scripts() {
        return ScriptTexts.NONE;
    }
}
